#!/usr/bin/python3
"""Makes the golden numbers of arrays that a result has only if they are asked for.

    make_arrays_golden.py [--check] [CASE...]

Writes arrays/CASE.json and arrays/manifest.json; with --check writes nothing, computes again and exits 1
if a number differs from the one on disk by more than 1e-8. The experiments, the estimators (scikit-learn's)
and the score of a column are those of make_golden.py.
"""
import pathlib
import sys

import golden_program
import make_golden as golden
import numpy as np
from golden_cases import FEW_ALPHAS, PAPER, STRICT, TO_BRAIN
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

FOLDER = pathlib.Path(__file__).resolve().parent / "arrays"
CONTIGUOUS = {"fold_by": "contiguous"}
# name, inputs, options
CASES = [
    ("story_strict", "story", STRICT),
    ("story_paper", "story", PAPER),
    ("story_shared", "story", STRICT | FEW_ALPHAS | {"shared_alpha": True}),
    ("story_gcv_three_folds", "story", STRICT | {"selection": "gcv", "folds": 3}),
    ("story_contiguous", "story", STRICT | CONTIGUOUS | FEW_ALPHAS),
    ("story_pca_training", "story", STRICT | {"pca": 3} | FEW_ALPHAS),
    ("story_pca_all", "story", PAPER | {"pca": 3}),
    ("story_r2", "story", STRICT | {"metric": "r2"} | FEW_ALPHAS),
    ("story_r2_paper", "story", PAPER | {"metric": "r2"}),
    ("offset_cosine", "offset", STRICT | {"metric": "cosine"} | FEW_ALPHAS),
    ("offset_cosine_paper_pca", "offset", PAPER | {"metric": "cosine", "pca": 4}),
    ("offset_r2", "offset", PAPER | {"metric": "r2"}),
    ("bare_strict", "bare", STRICT),
    ("recording_strict", "recording", STRICT | CONTIGUOUS | FEW_ALPHAS),
    ("wide_strict", "wide", STRICT | FEW_ALPHAS),
    ("wide_paper_pca", "wide", PAPER | {"pca": 5}),
    ("short_folds", "short_folds", STRICT | FEW_ALPHAS),
    ("deficient_strict", "deficient", STRICT | FEW_ALPHAS),
    ("dead_strict", "dead", STRICT | FEW_ALPHAS),
    ("dead_r2", "dead", PAPER | {"metric": "r2"}),
    ("heavy_paper", "heavy", PAPER),
    ("story_to_brain", "story", STRICT | TO_BRAIN | FEW_ALPHAS),
    ("story_to_brain_pca", "story", STRICT | TO_BRAIN | {"pca": 3} | FEW_ALPHAS),
    ("story_r2_to_brain", "story", PAPER | TO_BRAIN | {"metric": "r2"}),
    ("offset_cosine_to_brain", "offset", STRICT | TO_BRAIN | {"metric": "cosine"} | FEW_ALPHAS),
    ("recording_to_brain", "recording", STRICT | TO_BRAIN | CONTIGUOUS | FEW_ALPHAS),
    ("wide_to_brain", "wide", STRICT | TO_BRAIN | FEW_ALPHAS),
    ("dead_to_brain", "dead", STRICT | TO_BRAIN | FEW_ALPHAS),
    ("heavy_to_brain", "heavy", PAPER | TO_BRAIN),
]


def compute(data, options):
    """The score of each column, mean over folds."""
    o = golden.resolve(options, data)
    brain, used = golden.cut_epochs(data)
    layers = [layer[used].astype(float) for layer in data["layers"]]
    onsets, groups = data.get("onsets"), data.get("groups")
    onsets = None if onsets is None else onsets[used]
    groups = None if groups is None else groups[used]
    words, sensors, times = brain.shape
    folds = golden.outer_folds(words, groups, o)
    to_brain = o["direction"] == "model_to_brain"
    widths = [sensors if to_brain else o["pca"] or layer.shape[1] for layer in layers]
    columns = np.full((len(layers), times, max(widths)), np.nan)
    for l, width in enumerate(widths):
        columns[l, :, :width] = 0
    for test in folds:
        others = np.setdiff1d(np.arange(words), test)
        train = others[~golden.near(onsets, groups, others, test, o["purge_seconds"])]
        flat = brain.reshape(words, -1)
        scaler = StandardScaler().fit(flat if o["zscore_words"] == "all" else flat[train])
        scaled = scaler.transform(flat).reshape(brain.shape)
        near_train = (None if onsets is None else onsets[train], None if groups is None else groups[train])
        for l, layer in enumerate(layers):
            if o["pca"]:
                fit_on = layer if o["pca_words"] == "all" else layer[train]
                layer = PCA(o["pca"], svd_solver="full").fit(fit_on).transform(layer)
            for t in range(times):
                x, y = (layer, scaled[:, :, t]) if to_brain else (scaled[:, :, t], layer)
                guess, _ = golden.fit_predict(x[train], y[train], x[test], *near_train, o)
                columns[l, t, : widths[l]] += golden.score_columns(o["metric"], y[test], guess)[0] / len(folds)
    return {"columns": columns}


def main():
    manifest = [{"name": n, "inputs": i, "options": o} for n, i, o in CASES]
    return golden_program.run_options(__doc__, FOLDER, CASES, compute, manifest)


if __name__ == "__main__":
    sys.exit(main())
