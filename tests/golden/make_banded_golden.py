#!/usr/bin/python3
"""Makes the golden numbers of nuisance and activations that predict the brain together, each with its penalty.

    make_banded_golden.py [--check] [CASE...]

Writes banded/CASE.json and banded/manifest.json; with --check writes nothing, computes again and exits 1 if a
number differs from the one on disk by more than 1e-8. The experiments, the folds and the estimators
(scikit-learn's) are those of make_golden.py, the nuisance that of make_nuisance_golden.py.
"""
import pathlib
import sys

import golden_program
import make_engine_golden as engine
import make_golden as golden
import numpy as np
from golden_cases import FEW_ALPHAS, PAPER, STRICT, TO_BRAIN
from golden_inputs import INPUTS
from make_nuisance_golden import nuisance
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

FOLDER = pathlib.Path(__file__).resolve().parent / "banded"
RATIOS = [1e-6, 1e-4, 1e-2, 1.0, 1e2, 1e4, 1e6]
CONTIGUOUS = {"fold_by": "contiguous"}
# By which layers are multiplied: beside standardised nuisance, units of 1e18 are refused.
UNITS = {"hostile": [1.0, 1e-10, 1.0]}
NULLS = 3
DECADES = [10.0**i for i in range(-4, 9)]
LOWEST_SHIFT = 5
# name, inputs, kind of nuisance, options
CASES = [
    ("story_strict", "story", "usual", STRICT),
    ("story_paper", "story", "usual", PAPER),
    ("story_shared", "story", "usual", STRICT | FEW_ALPHAS | {"shared_alpha": True}),
    ("story_shared_loo", "story", "usual", PAPER | {"shared_alpha": True}),
    ("story_gcv_three_folds", "story", "usual", STRICT | {"selection": "gcv", "folds": 3}),
    ("story_shared_gcv", "story", "usual", STRICT | {"selection": "gcv", "shared_alpha": True}),
    ("story_fixed", "story", "usual", STRICT | CONTIGUOUS | {"selection": "fixed", "alphas": [3.0]}),
    ("story_pca_training", "story", "usual", STRICT | {"pca": 3} | FEW_ALPHAS),
    ("story_pca_all", "story", "usual", PAPER | {"pca": 3}),
    ("story_r2", "story", "usual", STRICT | {"metric": "r2"} | FEW_ALPHAS),
    ("story_detrended", "story", "usual", STRICT | FEW_ALPHAS | {"detrend": 2}),
    ("story_shuffled", "story", "usual", STRICT | FEW_ALPHAS | {"fold_by": "shuffled"}),
    ("story_hostile", "story", "hostile", STRICT | FEW_ALPHAS),
    ("story_hostile_gcv", "story", "hostile", STRICT | FEW_ALPHAS | {"selection": "gcv"}),
    ("story_hostile_loo", "story", "hostile", PAPER | FEW_ALPHAS),
    ("offset_cosine_paper", "offset", "usual", PAPER | {"metric": "cosine"} | FEW_ALPHAS),
    ("recording_strict", "recording", "usual", STRICT | CONTIGUOUS | FEW_ALPHAS),
    ("wide_paper", "wide", "usual", PAPER | FEW_ALPHAS),
    ("wide_strict", "wide", "usual", STRICT | FEW_ALPHAS),
    ("dead_strict", "dead", "usual", STRICT | FEW_ALPHAS),
    ("heavy_paper", "heavy", "usual", PAPER | FEW_ALPHAS),
    ("hostile_strict", "hostile", "apart", STRICT | FEW_ALPHAS),
    ("hostile_fixed", "hostile", "apart", STRICT | {"selection": "fixed", "alphas": [1e-2]}),
]


def nuisance_of_words(data, kind):
    """(w, c) as in make_nuisance_golden.py; "apart": nothing of the activations."""
    if kind != "apart":
        return nuisance(data, kind)
    rng = np.random.default_rng(8)
    words = len(data["layers"][0])
    return np.stack([np.arange(words, dtype=float), rng.gamma(2.0, 0.1, words), rng.standard_normal(words)], axis=1)


def ridge(x, y, alpha):
    """(columns, targets) weights: those of sklearn's Ridge, as least squares with rows for the penalty.

    Columns are scaled first, so that none is lost in the rounding of one that is much larger. Beyond what least
    squares resolve, units of 1e18 and 1e-18, from normal equations whose diagonal is scaled to 1.
    """
    x, y = x - x.mean(0), y - y.mean(0)
    spread = np.sqrt((x**2).sum(0))
    spread[spread == 0] = 1
    if spread.max() > 1e7 or spread.min() < 1e-12:
        gram = x.T @ x + alpha * np.eye(x.shape[1])
        scale = 1 / np.sqrt(np.diag(gram))
        return scale[:, None] * np.linalg.solve(scale[:, None] * gram * scale, scale[:, None] * (x.T @ y))
    rows = np.vstack([x / spread, np.diag(np.sqrt(alpha) / spread)])
    weights = np.linalg.lstsq(rows, np.vstack([y, np.zeros((x.shape[1], y.shape[1]))]), rcond=None)[0]
    return weights / spread[:, None]


def criterion_of(x, y, onsets, groups, o, words):
    """(alphas, targets) what the selection minimises."""
    if o["selection"] == "gcv":
        return golden.criterion_gcv(x, y, o)
    if o["selection"] == "loo":
        model = RidgeCV(alphas=np.array(o["alphas"]), alpha_per_target=True, store_cv_values=True).fit(x, y)
        return model.cv_values_.sum(0).T
    # golden.criterion_blocked, by `ridge`.
    total = np.zeros((len(o["alphas"]), y.shape[1]))
    order = np.searchsorted(words, golden.in_fold_order(words, o))
    for train, held in KFold(o["inner_folds"]).split(x):
        train, held = np.sort(order[train]), np.sort(order[held])
        train = train[~golden.near(onsets, groups, train, held, o["purge_seconds"])]
        for i, alpha in enumerate(o["alphas"]):
            guess = y[train].mean(0) + (x[held] - x[train].mean(0)) @ ridge(x[train], y[train], alpha)
            total[i] += ((y[held] - guess) ** 2).sum(0)
    return total


def choose(bands, y, onsets, groups, o, words, together):
    """(targets) ratio of the penalties and alpha. `bands`: nuisance and activations on the training words.

    `together` (targets): which targets share both where alphas are shared.
    """
    if o["selection"] == "fixed":
        return np.ones(y.shape[1]), np.full(y.shape[1], o["alphas"][0])
    ratios = RATIOS if bands[0].shape[1] and bands[1].shape[1] else [1.0]
    least, ratio, alpha = np.full(y.shape[1], np.inf), np.ones(y.shape[1]), np.zeros(y.shape[1])
    for r in ratios:
        x = np.hstack([bands[0] / np.sqrt(r), bands[1]])
        criterion = criterion_of(x, y, onsets, groups, o, words)
        if o["shared_alpha"]:
            for t in np.unique(together):
                criterion[:, together == t] = criterion[:, together == t].sum(1, keepdims=True)
        # Ties take the larger alpha, of leave-one-out the smaller, and the smaller ratio.
        index = np.argmin(criterion, 0) if o["selection"] == "loo" else golden.choose(criterion, False)
        value = criterion[index, np.arange(y.shape[1])]
        better = value < least
        least[better], ratio[better], alpha[better] = value[better], r, np.array(o["alphas"])[index[better]]
    return ratio, alpha


def predict(bands, y, test_bands, ratio, alpha):
    """The test words' predictions: the intercept with the training means, and the part of each band about these."""
    parts = [np.zeros((len(test_bands[0]), y.shape[1])) for _ in bands]
    width = bands[0].shape[1]
    for r, a in set(zip(ratio, alpha)):
        x = np.hstack([bands[0] / np.sqrt(r), bands[1]])
        chosen = (ratio == r) & (alpha == a)
        weights = ridge(x, y[:, chosen], a)
        for part, band, test, w in zip(parts, bands, test_bands, [weights[:width] / np.sqrt(r), weights[width:]]):
            part[:, chosen] = (test - band.mean(0)) @ w
    return y.mean(0), parts


def part_of_score(metric, truth, guess, part):
    if np.ptp(truth) == 0:
        return 0.0
    if metric == "pearson":
        spread = truth.std() * guess.std()
        return np.mean((truth - truth.mean()) * (part - part.mean())) / spread if spread > 0 else 0.0
    if metric == "cosine":
        return truth @ part / np.sqrt(truth @ truth * (guess @ guess))
    return np.sum(part * (2 * truth - guess - truth.mean())) / np.sum((truth - truth.mean()) ** 2)


def scores(metric, inside, y, train, test, outside, ratio, alpha):
    """Of the test words: (targets) the score, and (2, targets) the part of each band in it."""
    mean, parts = predict(inside, y[train], outside, ratio, alpha)
    guess = parts[0] + parts[1]
    # Pearson's r does not depend on the mean, beside which 1e-18 would be lost.
    guess = guess if metric == "pearson" else mean + guess
    share = [[part_of_score(metric, y[test, j], guess[:, j], part[:, j]) for j in range(y.shape[1])] for part in parts]
    return golden.score_columns(metric, y[test], guess)[0], np.array(share)


def explained(z, layer):
    """(words, dimensions) What the nuisance predicts of a layer: ridge over all words, by generalised cross-validation."""
    z = StandardScaler().fit_transform(z)
    best = golden.choose(golden.criterion_gcv(z, layer, {"alphas": DECADES}), False)
    part = np.zeros_like(layer)
    for i in np.unique(best):
        part[:, best == i] = z @ ridge(z, layer[:, best == i], DECADES[i])
    return part


def compute(inputs, kind, options):
    data = INPUTS[inputs]()
    options = dict(options)
    order = options.pop("detrend", None)
    o = golden.resolve(TO_BRAIN | options, data)
    given = np.array(golden.plain(nuisance_of_words(data, kind)))  # as it is written
    brain, used = golden.cut_epochs(data)
    units = UNITS.get(inputs, [1.0] * len(data["layers"]))
    layers = [unit * layer[used].astype(float) for unit, layer in zip(units, data["layers"])]
    z = StandardScaler().fit_transform(given[used])
    onsets, groups = data.get("onsets"), data.get("groups")
    onsets = None if onsets is None else onsets[used]
    groups = None if groups is None else groups[used]
    words, sensors, times = brain.shape
    folds = golden.outer_folds(words, groups, o)
    score = np.zeros((len(folds), len(layers), times))
    per_sensor = np.zeros((len(layers), times, sensors))
    alone = np.zeros((len(layers), times, 2))
    product = np.zeros((len(layers), times, 2))
    null = np.zeros((NULLS, len(layers), times))
    # As a job counts sessions: by groups, in the order of their names.
    sessions = engine.sessions_of(groups, words)
    rows = [engine.shifted(sessions, words, LOWEST_SHIFT, n) for n in range(NULLS)]
    one_basis = not o["pca"] or o["pca_words"] == "all"
    nulls = NULLS if one_basis and o["fold_by"] != "shuffled" else 0
    if order is not None:
        brain = engine.detrend(sessions, onsets, order, brain.reshape(words, -1)).reshape(brain.shape)
        layers = [engine.detrend(sessions, onsets, order, layer) for layer in layers]
        z = engine.detrend(sessions, onsets, order, z)
    together = np.tile(np.arange(times), sensors)
    for k, test in enumerate(folds):
        others = np.setdiff1d(np.arange(words), test)
        train = others[~golden.near(onsets, groups, others, test, o["purge_seconds"])]
        flat = brain.reshape(words, -1)
        scaler = StandardScaler().fit(flat if o["zscore_words"] == "all" else flat[train])
        flat_scaled = scaler.transform(flat)  # sensor-major
        near_train = (None if onsets is None else onsets[train], None if groups is None else groups[train])
        of_fold = StandardScaler().fit(z[train]).transform(z)
        for l, layer in enumerate(layers):
            if o["pca"]:
                fit_on = layer if o["pca_words"] == "all" else layer[train]
                layer = PCA(o["pca"], svd_solver="full").fit(fit_on).transform(layer)
            y, found = flat_scaled, []
            for bands in ([of_fold, layer[:, :0]], [of_fold[:, :0], layer], [of_fold, layer]):
                inside, outside = [band[train] for band in bands], [band[test] for band in bands]
                ratio, alpha = choose(inside, y[train], *near_train, o, train, together)
                found.append((ratio, alpha, *scores(o["metric"], inside, y, train, test, outside, ratio, alpha)))
            gain = (found[2][2] - found[0][2]).reshape(sensors, times)
            score[k, l] = gain.mean(0)
            per_sensor[l] += gain.T / len(folds)
            for band in range(2):
                alone[l, :, band] += found[band][2].reshape(sensors, times).mean(0) / len(folds)
                product[l, :, band] += found[2][3][band].reshape(sensors, times).mean(0) / len(folds)
            part = explained(z, layer) if nulls else None
            for n in range(nulls):
                shifted = part + (layer - part)[rows[n]]
                inside, outside = [of_fold[train], shifted[train]], [of_fold[test], shifted[test]]
                of_both = scores(o["metric"], inside, y, train, test, outside, *found[2][:2])[0]
                null[n, l] += (of_both - found[0][2]).reshape(sensors, times).mean(0) / len(folds)
    return {"score_per_fold": score, "score_per_sensor": per_sensor, "score_of_band": alone, "product_measure": product} | (
        {"null_scores": null} if nulls else {})


def expected_of(case):
    _, inputs, kind, options = case
    return compute(inputs, kind, options)


def nuisance_of(case, _):
    _, inputs, kind, _ = case
    return {"nuisance": nuisance_of_words(INPUTS[inputs](), kind)}


def main():
    manifest = [{"name": n, "inputs": i, "nulls": NULLS, "seed": engine.SEED, "min_shift_words": LOWEST_SHIFT,
                 "detrend": o.get("detrend"), "units": UNITS.get(i),
                 "options": TO_BRAIN | {k: v for k, v in o.items() if k != "detrend"}} for n, i, _, o in CASES]
    return golden_program.run(__doc__, FOLDER, CASES, expected_of, nuisance_of, manifest)


if __name__ == "__main__":
    sys.exit(main())
