#!/usr/bin/python3
"""Makes the golden numbers of time generalisation: maps that are fitted at one time and scored at all others.

    make_generalisation_golden.py [--check] [CASE...]

Writes generalisation/CASE.json and generalisation/manifest.json, and the inputs that no other case has; with
--check writes nothing, computes again and exits 1 if a number differs from the one on disk by more than 1e-8.
The estimators (scikit-learn's) and the score of a column are those of make_golden.py. Every prediction is made
word by word, by the fitted estimator's own predict.
"""
import pathlib
import sys

import golden_program
import make_golden as golden
import numpy as np
from golden_cases import FEW_ALPHAS, PAPER, STRICT
from golden_inputs import INPUTS
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

FOLDER = pathlib.Path(__file__).resolve().parent / "generalisation"
CONTIGUOUS = {"fold_by": "contiguous"}
# name, inputs, options
CASES = [
    ("story_strict", "story", STRICT),
    ("story_paper", "story", PAPER),
    ("story_fixed", "story", STRICT | {"selection": "fixed", "alphas": [30.0]}),
    ("story_loo", "story", STRICT | {"selection": "loo"}),
    ("story_gcv_three_folds", "story", STRICT | {"selection": "gcv", "folds": 3}),
    ("story_shared", "story", STRICT | FEW_ALPHAS | {"shared_alpha": True}),
    ("story_contiguous", "story", STRICT | CONTIGUOUS | FEW_ALPHAS),
    ("story_pca_training", "story", STRICT | {"pca": 3} | FEW_ALPHAS),
    ("story_pca_all", "story", PAPER | {"pca": 3}),
    ("story_paper_statistics_over_training", "story",
     PAPER | {"zscore_words": "training", "pca_words": "training", "pca": 4}),
    ("story_r2", "story", STRICT | {"metric": "r2"} | FEW_ALPHAS),
    ("story_r2_paper", "story", PAPER | {"metric": "r2"}),
    ("offset_cosine", "offset", STRICT | {"metric": "cosine"} | FEW_ALPHAS),
    ("offset_cosine_paper_pca", "offset", PAPER | {"metric": "cosine", "pca": 4}),
    ("offset_r2", "offset", PAPER | {"metric": "r2"}),
    ("bare_strict", "bare", STRICT),
    ("recording_strict", "recording", STRICT | CONTIGUOUS | FEW_ALPHAS),
    ("recording_paper", "recording", PAPER),
    ("wide_strict", "wide", STRICT | FEW_ALPHAS),
    ("wide_paper", "wide", PAPER),
    ("wide_paper_r2", "wide", PAPER | {"metric": "r2", "pca": 5}),
    ("short_folds", "short_folds", STRICT | FEW_ALPHAS),
    ("short_folds_paper", "short_folds", PAPER | {"metric": "cosine"}),
    ("deficient_strict", "deficient", STRICT | FEW_ALPHAS),
    ("deficient_fixed", "deficient", STRICT | {"selection": "fixed", "alphas": [0.1]}),
    ("dead_strict", "dead", STRICT | FEW_ALPHAS),
    ("dead_r2", "dead", PAPER | {"metric": "r2"}),
    ("heavy_paper", "heavy", PAPER),
    ("heavy_fixed", "heavy", PAPER | {"selection": "fixed", "alphas": [0.1]}),
    ("hostile_strict", "hostile", STRICT | FEW_ALPHAS),
    ("hostile_paper", "hostile", PAPER),
    ("dropouts_strict", "dropouts", STRICT | FEW_ALPHAS),
    ("dropouts_fixed", "dropouts", STRICT | {"selection": "fixed", "alphas": [0.01]}),
    ("dropouts_cosine", "dropouts", PAPER | {"metric": "cosine", "selection": "fixed", "alphas": [10.0]}),
    ("dropouts_paper", "dropouts", PAPER),
]


def scale(brain, train, o):
    """Each time's own z-score. A sensor that is constant on the training words adds nothing at that time."""
    flat = brain.reshape(len(brain), -1)
    fit_on = flat if o["zscore_words"] == "all" else flat[train]
    scaled = StandardScaler().fit(fit_on).transform(flat)
    scaled[:, np.ptp(fit_on, axis=0) == 0] = 0
    return scaled.reshape(brain.shape)


def compute(data, options):
    """The score at every time of the map of every time, mean over columns and folds; and the cells."""
    o = golden.resolve(options, data)
    brain, used = golden.cut_epochs(data)
    layers = [layer[used].astype(float) for layer in data["layers"]]
    onsets, groups = data.get("onsets"), data.get("groups")
    onsets = None if onsets is None else onsets[used]
    groups = None if groups is None else groups[used]
    words, _, times = brain.shape
    folds = golden.outer_folds(words, groups, o)
    score = np.zeros((len(layers), times, times))
    for test in folds:
        others = np.setdiff1d(np.arange(words), test)
        train = others[~golden.near(onsets, groups, others, test, o["purge_seconds"])]
        scaled = scale(brain, train, o)
        near_train = (None if onsets is None else onsets[train], None if groups is None else groups[train])
        at_all_times = np.concatenate([scaled[test, :, t] for t in range(times)])
        for l, layer in enumerate(layers):
            if o["pca"]:
                fit_on = layer if o["pca_words"] == "all" else layer[train]
                layer = PCA(o["pca"], svd_solver="full").fit(fit_on).transform(layer)
            for t in range(times):
                guess, _ = golden.fit_predict(scaled[train, :, t], layer[train], at_all_times, *near_train, o)
                for other in range(times):
                    at = guess[other * len(test) : (other + 1) * len(test)]
                    value, _ = golden.score_columns(o["metric"], layer[test], at)
                    score[l, t, other] += value.mean() / len(folds)
    return {"time_generalisation": score}


def main():
    manifest = [{"name": n, "inputs": i, "options": o} for n, i, o in CASES]
    code = golden_program.run_options(__doc__, FOLDER, CASES, compute, manifest)
    if "--check" not in sys.argv:
        golden.save_inputs("dropouts", INPUTS["dropouts"]())
    return code


if __name__ == "__main__":
    sys.exit(main())
