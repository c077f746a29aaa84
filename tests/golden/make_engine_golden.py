#!/usr/bin/python3
"""Makes the golden numbers of nulls and influences: what an alignment computes for docs/uncertainty.md.

    make_engine_golden.py [--check] [CASE...]

Writes engine/CASE.json and engine/manifest.json; with --check writes nothing, computes again and exits 1
if a number differs from the one on disk by more than 1e-8. The experiments are those of make_golden.py,
as are the estimators (scikit-learn's). The shifts, the blocks and the influence of words are stated here,
word by word.
"""
import math
import os
import pathlib
import sys

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

import golden_program
import make_golden as golden
from golden_cases import FEW_ALPHAS, PAPER, STRICT, TO_BRAIN
from similarity_metrics import compare

FOLDER = pathlib.Path(__file__).resolve().parent / "engine"
NULLS = 3
SEED = 11
BLOCK_WORDS = 6
FIXED = {"selection": "fixed", "alphas": [30.0]}
CONTIGUOUS = {"fold_by": "contiguous"}
NO_DRAWS = {"draws": False}
# name, inputs, options; "detrend": the degree taken out; "draws": whether influences are computed
CASES = [
    ("story_strict", "story", STRICT),
    ("story_paper", "story", PAPER),
    ("story_gcv", "story", STRICT | {"selection": "gcv"}),
    ("story_shared", "story", STRICT | {"shared_alpha": True}),
    ("story_contiguous", "story", STRICT | CONTIGUOUS | FEW_ALPHAS),
    ("story_pca_training", "story", STRICT | {"pca": 3}),
    ("story_pca_all", "story", PAPER | {"pca": 3}),
    ("story_r2", "story", STRICT | FIXED | {"metric": "r2"} | NO_DRAWS),
    ("offset_cosine", "offset", STRICT | FEW_ALPHAS | {"metric": "cosine"} | NO_DRAWS),
    ("bare_strict", "bare", STRICT),
    ("recording_strict", "recording", STRICT | CONTIGUOUS),
    ("wide_strict", "wide", STRICT),
    ("wide_pca", "wide", STRICT | {"pca": 12}),
    ("wide_paper", "wide", PAPER),
    ("short_folds", "short_folds", STRICT | FEW_ALPHAS),
    ("deficient_strict", "deficient", STRICT | FEW_ALPHAS),
    ("dead_strict", "dead", STRICT | FEW_ALPHAS),
    ("heavy_strict", "heavy", STRICT | FEW_ALPHAS),
    ("story_to_brain", "story", STRICT | TO_BRAIN | FEW_ALPHAS | NO_DRAWS),
    ("story_to_brain_pca", "story", STRICT | TO_BRAIN | {"pca": 3} | FEW_ALPHAS | NO_DRAWS),
    ("story_to_brain_cosine", "story", PAPER | TO_BRAIN | FEW_ALPHAS | {"metric": "cosine", "selection": "gcv"} | NO_DRAWS),
    ("wide_to_brain", "wide", STRICT | TO_BRAIN | FEW_ALPHAS | NO_DRAWS),
    ("dead_to_brain", "dead", STRICT | TO_BRAIN | FEW_ALPHAS | NO_DRAWS),
    ("story_detrended", "story", STRICT | FEW_ALPHAS | {"detrend": 3}),
    ("story_detrended_pca", "story", STRICT | FIXED | {"pca": 3, "detrend": 2}),
    ("recording_detrended", "recording", STRICT | CONTIGUOUS | FEW_ALPHAS | {"detrend": 1}),
    ("bare_detrended_to_brain", "bare", STRICT | TO_BRAIN | FEW_ALPHAS | {"detrend": 3} | NO_DRAWS),
    # Metrics of two matrices: the metric itself of shifted activations.
    *[
        (f"{inputs}_{metric}", inputs, STRICT | {"metric": metric} | NO_DRAWS)
        for metric in golden.SIMILARITIES
        for inputs in ("story", "wide", "dead", "hostile")
    ],
    *[
        (f"story_{metric}_pca", "story", STRICT | CONTIGUOUS | {"metric": metric, "pca": 3} | NO_DRAWS)
        for metric in golden.SIMILARITIES
    ],
    ("bare_cca", "bare", PAPER | {"metric": "cca", "cca_components": 2} | NO_DRAWS),
    ("bare_cka_debiased", "bare", PAPER | {"metric": "cka_debiased"} | NO_DRAWS),
    ("recording_cca", "recording", STRICT | CONTIGUOUS | {"metric": "cca"} | NO_DRAWS),
    ("recording_rsa", "recording", STRICT | CONTIGUOUS | {"metric": "rsa"} | NO_DRAWS),
    *[
        (f"{inputs}_{metric}_detrended", inputs, STRICT | {"metric": metric, "detrend": 3, "folds": 4} | NO_DRAWS)
        for metric in golden.SIMILARITIES
        for inputs in ("drifting", "wide")
    ],
    *[
        (f"drifting_{metric}_detrended_pca", "drifting",
         STRICT | CONTIGUOUS | {"metric": metric, "pca": 3, "detrend": 2} | NO_DRAWS)
        for metric in golden.SIMILARITIES
    ],
    ("drifting_cca_detrended_paper", "drifting", PAPER | {"metric": "cca", "detrend": 1} | NO_DRAWS),
    ("recording_rsa_detrended", "recording", STRICT | CONTIGUOUS | {"metric": "rsa", "detrend": 0} | NO_DRAWS),
    # What drift in both sides makes of the same scores.
    *[
        (f"drifting_{metric}", "drifting", STRICT | {"metric": metric, "folds": 4} | NO_DRAWS)
        for metric in golden.SIMILARITIES
    ],
]
MASK = (1 << 64) - 1


def uniform(seed, stream, i, j):
    """In [0, 1): chained splitmix64 of the four numbers."""
    def splitmix(x):
        x = (x + 0x9E3779B97F4A7C15) & MASK
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
        return x ^ (x >> 31)
    x = splitmix(seed)
    for part in (stream, i, j):
        x = splitmix((x + part) & MASK)
    return (x >> 11) * 2.0**-53


def sessions_of(groups, words):
    if groups is None:
        return [np.arange(words)]
    return [np.flatnonzero(groups == g) for g in np.unique(groups)]


def shifted(sessions, words, lowest, null):
    rows = np.arange(words)
    for s, at in enumerate(sessions):
        m = max(1, min(lowest, len(at) // 20))
        choices = len(at) - 2 * m + 1
        offset = m + int(uniform(SEED, 1, null, s) * choices) if choices > 0 else 0
        rows[at] = np.roll(at, -offset)
    return rows


def block_of_word(sessions, folds, words):
    block, count = np.empty(words, int), 0
    for fold in folds:
        for session in sessions:
            at = np.intersect1d(fold, session)
            if len(at) == 0:
                continue
            for part in np.array_split(at, max(1, len(at) // BLOCK_WORDS)):
                block[part] = count
                count += 1
    return block, count


def detrend(sessions, onsets, order, columns):
    """Residuals of polynomials of the position in each session; `columns` (words, any).

    Where only rounding of a column is left in a session, it becomes 0 there: docs/uncertainty.md, "Detrending".
    """
    out = columns.copy()
    for at in sessions:
        position = np.arange(len(at), dtype=float) if onsets is None else onsets[at]
        scaled = 2 * (position - position.min()) / max(np.ptp(position), 1e-300) - 1
        basis = np.polynomial.legendre.legvander(scaled, min(order, len(at) - 1))
        q, _ = np.linalg.qr(basis)
        before = np.linalg.norm(out[at], axis=0)
        left = out[at] - q @ (q.T @ out[at])
        out[at] = np.where(np.linalg.norm(left, axis=0) <= 1e-12 * before, 0, left)
    return out


def predict(x, y, x_test, taken, alphas):
    guess, weights = np.empty((len(x_test), y.shape[1])), np.empty((x.shape[1], y.shape[1]))
    for i in np.unique(taken):
        columns = taken == i
        fit = Ridge(alpha=alphas[i], solver="svd").fit(x, y[:, columns])
        guess[:, columns] = fit.predict(x_test).reshape(len(x_test), -1)
        weights[:, columns] = fit.coef_.reshape(-1, x.shape[1]).T
    return guess, weights


def influence(x, y, train, test, taken, alphas, held, refit):
    """Adds what each word moves the mean Pearson r over the columns by, to first order."""
    guess, weights = predict(x[train], y[train], x[train], taken, alphas)
    xt, yt = x[test] - x[test].mean(0), y[test] - y[test].mean(0)
    xc = x[train] - x[train].mean(0)
    for c in range(y.shape[1]):
        f = xt @ weights[:, c]
        syy, sff = yt[:, c] @ yt[:, c], f @ f
        if np.ptp(y[test, c]) == 0 or np.ptp(y[train, c]) == 0 or sff == 0:
            continue
        norm = math.sqrt(syy * sff)
        r = yt[:, c] @ f / norm
        held[test] += (yt[:, c] * f / norm - r / 2 * (yt[:, c] ** 2 / syy + f**2 / sff)) / y.shape[1]
        v = xt.T @ (yt[:, c] / norm - f * r / sff)
        a = alphas[taken[c]]
        u, s, vt = np.linalg.svd(xc, full_matrices=True)
        values = np.zeros(x.shape[1])
        values[: len(s)] = s**2
        h = vt.T @ ((vt @ v) / (values + a))
        refit[train] += (xc @ h) * (y[train, c] - guess[:, c]) / y.shape[1]


def compute(data, options, rows=None):
    """`rows`: for each null, the word whose activations each word meets; shifts if it is None."""
    options = dict(options)
    order, draws = options.pop("detrend", None), options.pop("draws", True)
    o = golden.resolve(options, data)
    brain, used = golden.cut_epochs(data)
    layers = [layer[used].astype(float) for layer in data["layers"]]
    onsets, groups = data.get("onsets"), data.get("groups")
    onsets = None if onsets is None else onsets[used]
    groups = None if groups is None else groups[used]
    words, _, times = brain.shape
    sessions = sessions_of(groups, words)
    if order is not None:
        brain = detrend(sessions, onsets, order, brain.reshape(words, -1)).reshape(brain.shape)
        layers = [detrend(sessions, onsets, order, layer) for layer in layers]
    folds = golden.outer_folds(words, groups, o)
    rows = [shifted(sessions, words, 4, n) for n in range(NULLS)] if rows is None else rows
    block, blocks = block_of_word(sessions, folds, words)
    alphas = np.array(o["alphas"])
    shape = (len(layers), times)
    score, for_nulls = np.zeros(shape), np.zeros(shape)
    null = np.zeros((len(rows),) + shape)
    held, refit = np.zeros((words,) + shape), np.zeros((words,) + shape)
    basis_differs = o["pca"] > 0 and o["pca_words"] == "training"
    for k, test in enumerate(folds):
        others = np.setdiff1d(np.arange(words), test)
        train = others[~golden.near(onsets, groups, others, test, o["purge_seconds"])]
        flat = brain.reshape(words, -1)
        scaler = StandardScaler().fit(flat if o["zscore_words"] == "all" else flat[train])
        scaled = scaler.transform(flat).reshape(brain.shape)
        near_train = (None if onsets is None else onsets[train], None if groups is None else groups[train])
        for l, layer in enumerate(layers):
            def projected(fit_on):
                return PCA(o["pca"], svd_solver="full").fit(fit_on).transform(layer) if o["pca"] else layer
            own = projected(layer if o["pca_words"] == "all" else layer[train])
            one = projected(layer)
            for t in range(times):
                def sides(model):
                    return (model, scaled[:, :, t]) if o["direction"] == "model_to_brain" else (scaled[:, :, t], model)
                if o["metric"] in golden.SIMILARITIES:
                    def similarity(model):
                        return compare(o, scaled[:, :, t], model, train, test)[0] / len(folds)
                    score[l, t] += similarity(own)
                    for_nulls[l, t] += similarity(one)
                    for n in range(len(rows)):
                        null[n, l, t] += similarity(one[rows[n]])
                    continue
                x, y = sides(own)
                guess, taken = golden.fit_predict(x[train], y[train], x[test], *near_train, o)
                score[l, t] += golden.score_columns(o["metric"], y[test], guess)[0].mean() / len(folds)
                if draws:
                    influence(x, y, train, test, taken, alphas, held[:, l, t], refit[:, l, t])
                if basis_differs:
                    x, y = sides(one)
                    guess, taken = golden.fit_predict(x[train], y[train], x[test], *near_train, o)
                    for_nulls[l, t] += golden.score_columns(o["metric"], y[test], guess)[0].mean() / len(folds)
                for n in range(len(rows)):
                    x, y = sides(one[rows[n]])
                    guess, _ = predict(x[train], y[train], x[test], taken, alphas)
                    null[n, l, t] += golden.score_columns(o["metric"], y[test], guess)[0].mean() / len(folds)

    def sums(u):
        out = np.zeros((blocks,) + shape)
        np.add.at(out, block, u / len(folds))
        return out
    result = {"score": score, "null": null}
    if basis_differs:
        result["score_for_nulls"] = for_nulls
    if draws:
        result |= {"held_out": sums(held), "refit": sums(refit)}
    return result


def main():
    manifest = [{"name": n, "inputs": i, "nulls": NULLS, "seed": SEED, "block_words": BLOCK_WORDS,
                 "min_shift_words": 4, "draws": o.get("draws", True), "detrend": o.get("detrend"),
                 "options": {k: v for k, v in o.items() if k not in ("draws", "detrend")}} for n, i, o in CASES]
    return golden_program.run_options(__doc__, FOLDER, CASES, compute, manifest)


if __name__ == "__main__":
    sys.exit(main())
