#!/usr/bin/python3
"""Makes the golden numbers of alignments out of which nuisance is taken.

    make_nuisance_golden.py [--check] [CASE...]

Writes nuisance/CASE.json and nuisance/manifest.json; with --check writes nothing, computes again and exits 1
if a number differs from the one on disk by more than 1e-8. The experiments, the estimators (scikit-learn's)
and the score of a column are those of make_golden.py. The values of the nuisance are part of each file.
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

FOLDER = pathlib.Path(__file__).resolve().parent / "nuisance"
CONTIGUOUS = {"fold_by": "contiguous"}
FIXED = {"selection": "fixed", "alphas": [3.0]}
# A column of which less of the variance is left is 0.
NOTHING_LEFT = 1e-10
# name, inputs, kind of nuisance, options
CASES = [
    ("story_strict", "story", "usual", STRICT),
    ("story_paper", "story", "usual", PAPER),
    ("story_shared", "story", "usual", STRICT | FEW_ALPHAS | {"shared_alpha": True}),
    ("story_gcv_three_folds", "story", "usual", STRICT | {"selection": "gcv", "folds": 3}),
    ("story_fixed_contiguous", "story", "usual", STRICT | CONTIGUOUS | FIXED),
    ("story_pca_training", "story", "usual", STRICT | {"pca": 3} | FEW_ALPHAS),
    ("story_pca_all", "story", "usual", PAPER | {"pca": 3}),
    ("story_r2", "story", "usual", STRICT | {"metric": "r2"} | FEW_ALPHAS),
    ("story_hostile", "story", "hostile", STRICT),
    ("story_hostile_loo", "story", "hostile", PAPER),
    ("story_hostile_gcv", "story", "hostile", STRICT | {"selection": "gcv"}),
    ("offset_cosine", "offset", "usual", STRICT | {"metric": "cosine"} | FEW_ALPHAS),
    ("offset_cosine_paper_pca", "offset", "usual", PAPER | {"metric": "cosine", "pca": 4}),
    ("recording_strict", "recording", "usual", STRICT | CONTIGUOUS | FEW_ALPHAS),
    ("bare_hostile", "bare", "hostile", STRICT),
    ("wide_paper", "wide", "usual", PAPER),
    ("dead_strict", "dead", "usual", STRICT | FEW_ALPHAS),
]


def nuisance(data, kind):
    """(w, c) of all words given."""
    layers = [layer.astype(float) for layer in data["layers"]]
    words = len(layers[0])
    rng = np.random.default_rng(7)
    position = np.arange(words, dtype=float)
    related = [layer @ rng.standard_normal(layer.shape[1]) + 2 * rng.standard_normal(words) for layer in layers[:2]]
    if kind == "usual":
        return np.stack([position, rng.gamma(2.0, 0.1, words)] + related, axis=1)
    one_hot = np.eye(4)[rng.integers(0, 4, words)]
    columns = [layers[0][:, 0], 2 * position + 1, position, 1e12 * related[0], 1e-9 * related[1] + 1e-6]
    return np.concatenate([np.stack(columns, axis=1), one_hot], axis=1)


def compute(data, kind, options):
    o = golden.resolve(options, data)
    given = np.array(golden.plain(nuisance(data, kind)))  # as it is written
    brain, used = golden.cut_epochs(data)
    layers = [layer[used].astype(float) for layer in data["layers"]]
    z = StandardScaler().fit_transform(given[used])
    onsets, groups = data.get("onsets"), data.get("groups")
    onsets = None if onsets is None else onsets[used]
    groups = None if groups is None else groups[used]
    words, _, times = brain.shape
    folds = golden.outer_folds(words, groups, o)
    score = np.zeros((len(folds), len(layers), times))
    alone = np.zeros(len(layers))
    of_brain = np.zeros((times, z.shape[1]))
    for k, test in enumerate(folds):
        others = np.setdiff1d(np.arange(words), test)
        train = others[~golden.near(onsets, groups, others, test, o["purge_seconds"])]
        flat = brain.reshape(words, -1)
        scaler = StandardScaler().fit(flat if o["zscore_words"] == "all" else flat[train])
        scaled = scaler.transform(flat).reshape(brain.shape)
        near_train = (None if onsets is None else onsets[train], None if groups is None else groups[train])
        of_fold = StandardScaler().fit(z[train]).transform(z)
        for t in range(times):
            guess, _ = golden.fit_predict(scaled[train, :, t], z[train], scaled[test, :, t], *near_train, o)
            of_brain[t] += golden.score_columns(o["metric"], z[test], guess)[0] / len(folds)
        for l, layer in enumerate(layers):
            if o["pca"]:
                fit_on = layer if o["pca_words"] == "all" else layer[train]
                layer = PCA(o["pca"], svd_solver="full").fit(fit_on).transform(layer)
            guess, _ = golden.fit_predict(of_fold[train], layer[train], of_fold, *near_train, o)
            alone[l] += np.mean(golden.score_columns(o["metric"], layer[test], guess[test])[0]) / len(folds)
            left = layer - guess
            variance = layer[train].var(axis=0)
            left[:, (variance > 0) & (left[train].var(axis=0) <= NOTHING_LEFT * variance)] = 0
            for t in range(times):
                x = scaled[:, :, t]
                guess, _ = golden.fit_predict(x[train], left[train], x[test], *near_train, o)
                score[k, l, t] = np.mean(golden.score_columns(o["metric"], left[test], guess)[0])
    return {"score_per_fold": score, "nuisance_to_model": alone, "brain_to_nuisance": of_brain}


def expected_of(case):
    _, inputs, kind, options = case
    return compute(INPUTS[inputs](), kind, options)


def nuisance_of(case, _):
    _, inputs, kind, _ = case
    return {"nuisance": nuisance(INPUTS[inputs](), kind)}


def main():
    manifest = [{"name": n, "inputs": i, "options": o} for n, i, _, o in CASES]
    return golden_program.run(__doc__, FOLDER, CASES, expected_of, nuisance_of, manifest)


if __name__ == "__main__":
    sys.exit(main())
