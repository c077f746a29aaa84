#!/usr/bin/python3
"""Makes the golden numbers of the choice of alphas: what docs/uncertainty.md, "Chosen alphas", needs.

    make_alphas_golden.py [--check] [CASE...]

Writes alphas/CASE.json and alphas/manifest.json; with --check writes nothing, computes again and exits 1
if a number differs from the one on disk by more than 1e-8. The experiments are those of make_golden.py,
as are the estimators (scikit-learn's). Every alpha is chosen again with the errors of each inner fold left
out, in all outer folds at once, and every score is computed again with the alphas so chosen. "alphas" is
what this adds to the matrix; "se_alphas" is the jackknife's standard error of it.
"""
import os
import pathlib
import sys

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

import golden_program
import make_engine_golden as engine
import make_golden as golden
from golden_cases import FEW_ALPHAS, STRICT

FOLDER = pathlib.Path(__file__).resolve().parent / "alphas"
CONTIGUOUS = {"fold_by": "contiguous"}
CASES = [
    ("story_strict", "story", STRICT),
    ("story_shared", "story", STRICT | {"shared_alpha": True}),
    ("story_contiguous", "story", STRICT | CONTIGUOUS | FEW_ALPHAS),
    ("story_three_inner", "story", STRICT | FEW_ALPHAS | {"inner_folds": 3}),
    ("story_pca", "story", STRICT | FEW_ALPHAS | {"pca": 3}),
    ("bare_strict", "bare", STRICT | FEW_ALPHAS),
    ("recording_shared", "recording", STRICT | CONTIGUOUS | FEW_ALPHAS | {"shared_alpha": True}),
    ("wide_strict", "wide", STRICT | FEW_ALPHAS),
    ("deficient_strict", "deficient", STRICT | FEW_ALPHAS),
    ("dead_strict", "dead", STRICT | FEW_ALPHAS),
    ("dead_shared", "dead", STRICT | FEW_ALPHAS | {"shared_alpha": True}),
    ("heavy_strict", "heavy", STRICT | FEW_ALPHAS),
    ("story_detrended", "story", STRICT | FEW_ALPHAS | {"detrend": 3}),
]


def errors_of_inner_folds(x, y, onsets, groups, o):
    """(inner folds, alphas, targets) squared errors on the words that each purged inner fold holds out."""
    errors = np.zeros((o["inner_folds"], len(o["alphas"]), y.shape[1]))
    for j, (train, held) in enumerate(KFold(o["inner_folds"]).split(x)):
        train = train[~golden.near(onsets, groups, train, held, o["purge_seconds"])]
        for i, alpha in enumerate(o["alphas"]):
            guess = Ridge(alpha=alpha, solver="svd").fit(x[train], y[train]).predict(x[held])
            errors[j, i] = ((y[held] - guess.reshape(y[held].shape)) ** 2).sum(0)
    return errors


def scores_at_every_alpha(x, y, x_test, y_test, o):
    """(alphas, targets)"""
    return np.array([
        golden.score_columns(o["metric"], y_test,
                             Ridge(alpha=a, solver="svd").fit(x, y).predict(x_test).reshape(y_test.shape))[0]
        for a in o["alphas"]])


def compute(data, options):
    options = dict(options)
    order = options.pop("detrend", None)
    o = golden.resolve(options, data)
    brain, used = golden.cut_epochs(data)
    layers = [layer[used].astype(float) for layer in data["layers"]]
    onsets, groups = data.get("onsets"), data.get("groups")
    onsets = None if onsets is None else onsets[used]
    groups = None if groups is None else groups[used]
    words, _, times = brain.shape
    if order is not None:
        sessions = engine.sessions_of(groups, words)
        brain = engine.detrend(sessions, onsets, order, brain.reshape(words, -1)).reshape(brain.shape)
        layers = [engine.detrend(sessions, onsets, order, layer) for layer in layers]
    folds = golden.outer_folds(words, groups, o)
    inner = o["inner_folds"]
    score, change = np.zeros((len(layers), times)), np.zeros((inner, len(layers), times))
    for test in folds:
        others = np.setdiff1d(np.arange(words), test)
        train = others[~golden.near(onsets, groups, others, test, o["purge_seconds"])]
        flat = brain.reshape(words, -1)
        scaled = StandardScaler().fit(flat[train]).transform(flat).reshape(brain.shape)
        near_train = (None if onsets is None else onsets[train], None if groups is None else groups[train])
        for l, layer in enumerate(layers):
            y = PCA(o["pca"], svd_solver="full").fit(layer[train]).transform(layer) if o["pca"] else layer
            columns = np.arange(y.shape[1])
            for t in range(times):
                x = scaled[:, :, t]
                errors = errors_of_inner_folds(x[train], y[train], *near_train, o)
                at = scores_at_every_alpha(x[train], y[train], x[test], y[test], o)
                taken = golden.choose(errors.sum(0), o["shared_alpha"])
                score[l, t] += at[taken, columns].mean() / len(folds)
                for j in range(inner):
                    other = golden.choose(np.delete(errors, j, 0).sum(0), o["shared_alpha"])
                    change[j, l, t] += (at[other, columns] - at[taken, columns]).mean() / len(folds)
    squares = ((change - change.mean(0)) ** 2).sum(0)
    return {"score": score, "alphas": change, "se_alphas": np.sqrt((inner - 1) / inner * squares)}


def main():
    manifest = [{"name": n, "inputs": i, "detrend": o.get("detrend"),
                 "options": {k: v for k, v in o.items() if k != "detrend"}} for n, i, o in CASES]
    return golden_program.run_options(__doc__, FOLDER, CASES, compute, manifest)


if __name__ == "__main__":
    sys.exit(main())
