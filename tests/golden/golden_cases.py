"""The golden cases: (name, inputs, options). Options left out take the preset's value."""

PAPER = {"preset": "paper"}
STRICT = {"preset": "strict"}
TO_BRAIN = {"direction": "model_to_brain"}
SHUFFLED = {"fold_by": "shuffled"}
FEW_ALPHAS = {"alphas": [1e-4, 1e-2, 1.0, 1e2, 1e4]}

CASES = [
    # Presets as they are.
    ("story_paper", "story", PAPER),
    ("story_strict", "story", STRICT),
    ("story_paper_to_brain", "story", PAPER | TO_BRAIN),
    ("story_strict_to_brain", "story", STRICT | TO_BRAIN),
    ("bare_paper", "bare", PAPER),
    ("bare_strict", "bare", STRICT),
    ("recording_paper", "recording", PAPER),
    ("recording_strict", "recording", STRICT | {"fold_by": "contiguous"}),
    ("recording_strict_to_brain", "recording", STRICT | TO_BRAIN | {"fold_by": "contiguous"}),
    ("sessions_paper", "sessions", PAPER),
    ("sessions_strict", "sessions", STRICT),
    ("sessions_strict_to_brain", "sessions", STRICT | TO_BRAIN),
    ("sessions_paper_purge", "sessions", PAPER | {"purge_seconds": 0.5}),
    # How the penalty is chosen.
    ("story_fixed", "story", STRICT | {"selection": "fixed", "alphas": [30.0]}),
    ("story_fixed_tiny", "story", PAPER | {"selection": "fixed", "alphas": [1e-4]}),
    ("story_loo", "story", STRICT | {"selection": "loo"}),
    ("story_gcv", "story", STRICT | {"selection": "gcv"}),
    ("story_gcv_to_brain", "story", STRICT | TO_BRAIN | {"selection": "gcv"}),
    ("story_paper_blocked", "story", PAPER | {"selection": "blocked"}),
    ("story_three_inner_folds", "story", STRICT | {"inner_folds": 3} | FEW_ALPHAS),
    ("story_shared_loo", "story", PAPER | {"shared_alpha": True}),
    ("story_shared_gcv", "story", PAPER | {"selection": "gcv", "shared_alpha": True}),
    ("story_shared_blocked", "story", STRICT | {"shared_alpha": True}),
    ("story_shared_blocked_to_brain", "story", STRICT | TO_BRAIN | {"shared_alpha": True}),
    # Folds and purge.
    ("story_three_folds", "story", STRICT | {"folds": 3} | FEW_ALPHAS),
    ("story_contiguous", "story", STRICT | {"fold_by": "contiguous"} | FEW_ALPHAS),
    ("story_no_purge", "story", STRICT | {"fold_by": "contiguous", "purge_seconds": 0.0} | FEW_ALPHAS),
    ("story_long_purge", "story", STRICT | {"fold_by": "contiguous", "purge_seconds": 2.5} | FEW_ALPHAS),
    ("story_paper_groups_purge", "story", PAPER | {"fold_by": "group", "purge_seconds": 1.0}),
    # The control whose test words lie among their neighbours.
    ("story_shuffled", "story", STRICT | SHUFFLED),
    ("story_shuffled_paper", "story", PAPER | SHUFFLED),
    ("story_shuffled_pca", "story", STRICT | SHUFFLED | {"pca": 3, "inner_folds": 3} | FEW_ALPHAS),
    ("story_shuffled_to_brain", "story", STRICT | TO_BRAIN | SHUFFLED | FEW_ALPHAS),
    ("story_shuffled_cca", "story", STRICT | SHUFFLED | {"metric": "cca"}),
    ("recording_shuffled", "recording", STRICT | SHUFFLED | FEW_ALPHAS),
    ("wide_shuffled", "wide", STRICT | SHUFFLED),
    ("heavy_shuffled_gcv", "heavy", STRICT | SHUFFLED | {"selection": "gcv", "folds": 4}),
    # Scaling and PCA over all or training words.
    ("story_pca_training", "story", STRICT | {"pca": 3}),
    ("story_pca_all", "story", PAPER | {"pca": 3}),
    ("story_pca_to_brain", "story", STRICT | TO_BRAIN | {"pca": 3} | FEW_ALPHAS),
    ("story_strict_statistics_over_all", "story", STRICT | {"zscore_words": "all", "pca_words": "all", "pca": 4} | FEW_ALPHAS),
    ("story_paper_statistics_over_training", "story", PAPER | {"zscore_words": "training", "pca_words": "training", "pca": 4}),
    # Metrics.
    ("story_r2", "story", STRICT | {"metric": "r2"} | FEW_ALPHAS),
    ("story_r2_to_brain", "story", PAPER | TO_BRAIN | {"metric": "r2"}),
    ("offset_cosine", "offset", STRICT | {"metric": "cosine"} | FEW_ALPHAS),
    ("offset_cosine_to_brain", "offset", STRICT | TO_BRAIN | {"metric": "cosine"} | FEW_ALPHAS),
    ("offset_cosine_paper_pca", "offset", PAPER | {"metric": "cosine", "pca": 4}),
    ("offset_r2", "offset", PAPER | {"metric": "r2"}),
    # Fewer words than features, and short test folds.
    ("wide_paper", "wide", PAPER),
    ("wide_strict", "wide", STRICT),
    ("wide_gcv", "wide", STRICT | {"selection": "gcv"}),
    ("wide_paper_to_brain", "wide", PAPER | TO_BRAIN),
    ("wide_strict_to_brain_pca", "wide", STRICT | TO_BRAIN | {"pca": 8}),
    ("wide_pca_shared", "wide", STRICT | {"pca": 12, "shared_alpha": True}),
    ("wide_fixed", "wide", STRICT | {"selection": "fixed", "alphas": [0.3]}),
    ("short_folds_paper", "short_folds", PAPER),
    ("short_folds_strict_to_brain", "short_folds", STRICT | TO_BRAIN | FEW_ALPHAS),
    ("short_folds_gcv_ten", "short_folds", STRICT | {"selection": "gcv", "folds": 10}),
    # Rank, dead columns, heavy tails.
    ("deficient_paper", "deficient", PAPER),
    ("deficient_strict", "deficient", STRICT),
    ("deficient_gcv", "deficient", STRICT | {"selection": "gcv"}),
    ("deficient_fixed_tiny", "deficient", STRICT | {"selection": "fixed", "alphas": [1e-4]}),
    ("deficient_to_brain", "deficient", STRICT | TO_BRAIN | FEW_ALPHAS),
    ("dead_paper", "dead", PAPER),
    ("dead_strict", "dead", STRICT | FEW_ALPHAS),
    ("dead_strict_to_brain", "dead", STRICT | TO_BRAIN | FEW_ALPHAS),
    ("dead_r2_to_brain", "dead", PAPER | TO_BRAIN | {"metric": "r2"}),
    ("dead_cosine", "dead", PAPER | {"metric": "cosine"}),
    ("heavy_paper", "heavy", PAPER),
    ("heavy_strict", "heavy", STRICT),
    ("heavy_gcv", "heavy", STRICT | {"selection": "gcv"}),
    ("heavy_paper_to_brain", "heavy", PAPER | TO_BRAIN),
    ("heavy_fixed_tiny", "heavy", PAPER | {"selection": "fixed", "alphas": [1e-4]}),
    # Metrics of two matrices.
    *[
        (f"{inputs}_{metric}", inputs, STRICT | {"metric": metric})
        for metric in ("cca", "cka", "cka_debiased", "rsa")
        for inputs in ("story", "wide", "short_folds", "deficient", "dead", "heavy", "offset", "hostile")
    ],
    *[
        (f"recording_{metric}", "recording", STRICT | {"metric": metric, "fold_by": "contiguous"})
        for metric in ("cca", "cka", "cka_debiased", "rsa")
    ],
    *[(f"bare_paper_{metric}", "bare", PAPER | {"metric": metric}) for metric in ("cca", "cka", "cka_debiased", "rsa")],
    ("story_cca_pca", "story", STRICT | {"metric": "cca", "pca": 4, "cca_components": 3, "cca_rho": 0.1}),
    ("story_cka_pca", "story", STRICT | {"metric": "cka", "pca": 4, "direction": "model_to_brain"}),
    ("story_cka_debiased_ten_folds", "story", PAPER | {"metric": "cka_debiased", "folds": 10}),
    ("story_rsa_pca_all", "story", PAPER | {"metric": "rsa", "pca": 4}),
    ("single_cca", "single", STRICT | {"metric": "cca"}),
    ("single_cka", "single", STRICT | {"metric": "cka"}),
    ("single_rsa", "single", STRICT | {"metric": "rsa"}),
]
