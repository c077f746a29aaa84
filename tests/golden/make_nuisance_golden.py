#!/usr/bin/python3
"""Makes the golden numbers of alignments out of which nuisance is taken.

    make_nuisance_golden.py [--check] [CASE...]

Writes nuisance/CASE.json and nuisance/manifest.json; with --check writes nothing, computes again and exits 1
if a number differs from the one on disk by more than 1e-8. The experiments, the estimators (scikit-learn's)
and the score of a column are those of make_golden.py, the shifts those of make_engine_golden.py. What a null
takes out of shifted residuals is stated here. The values of the nuisance are part of each file.
"""
import pathlib
import sys

import golden_program
import make_engine_golden as engine
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
NULLS, LOWEST_SHIFT = 3, 4
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


class Fits:
    """The fit of each fold of `columns` (words, d) on the nuisance, and nulls at the penalties of these fits.

    `of_fold`: for each fold the nuisance as it is scaled, the training words, and what is near them.
    """

    def __init__(self, of_fold, columns, o):
        self.of_fold, self.alphas = of_fold, o["alphas"]
        found = [golden.fit_predict(z[train], columns[train], z, *near, o) for z, train, near in of_fold]
        self.parts, self.taken = [guess for guess, _ in found], [taken for _, taken in found]
        self.none = []
        for part, (_, train, _) in zip(self.parts, of_fold):
            variance, left = columns[train].var(axis=0), (columns - part)[train].var(axis=0)
            self.none.append((variance > 0) & (left <= NOTHING_LEFT * variance))
        # At the least penalty hardly anything of the nuisance is left in what moves.
        least = np.full(columns.shape[1], np.argmin(self.alphas))
        self.mean = sum(engine.predict(z[train], columns[train], z, least, self.alphas)[0]
                        for z, train, _ in of_fold) / len(of_fold)
        self.moves = columns - self.mean
        self.moves[:, np.all(self.none, axis=0)] = 0

    def again(self, k, columns):
        """What the regression of fold k, at its penalties, explains of other columns."""
        z, train, _ = self.of_fold[k]
        return engine.predict(z[train], columns[train], z, self.taken[k], self.alphas)[0]

    def residuals(self, k, rows):
        """The columns of fold k where the word of a row has what moves of another word."""
        moved = self.moves[rows]
        made = self.mean + moved
        # Of the mean, what the regression makes of it; by linearity, because the fit of the columns is known.
        left = made - (self.parts[k] - self.again(k, self.moves)) - self.again(k, moved)
        left[:, self.none[k]] = 0
        return left


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
    for_nulls, null = np.zeros(score.shape[1:]), np.zeros((NULLS,) + score.shape[1:])
    rows = [engine.shifted(engine.sessions_of(groups, words), words, LOWEST_SHIFT, n) for n in range(NULLS)]
    of_fold, brain_of_fold = [], []
    for k, test in enumerate(folds):
        others = np.setdiff1d(np.arange(words), test)
        train = others[~golden.near(onsets, groups, others, test, o["purge_seconds"])]
        flat = brain.reshape(words, -1)
        scaler = StandardScaler().fit(flat if o["zscore_words"] == "all" else flat[train])
        scaled = scaler.transform(flat).reshape(brain.shape)
        near_train = (None if onsets is None else onsets[train], None if groups is None else groups[train])
        of_fold.append((StandardScaler().fit(z[train]).transform(z), train, near_train))
        brain_of_fold.append(scaled)
        for t in range(times):
            guess, _ = golden.fit_predict(scaled[train, :, t], z[train], scaled[test, :, t], *near_train, o)
            of_brain[t] += golden.score_columns(o["metric"], z[test], guess)[0] / len(folds)
        for l, layer in enumerate(layers):
            if o["pca"]:
                fit_on = layer if o["pca_words"] == "all" else layer[train]
                layer = PCA(o["pca"], svd_solver="full").fit(fit_on).transform(layer)
            guess, _ = golden.fit_predict(of_fold[k][0][train], layer[train], of_fold[k][0], *near_train, o)
            alone[l] += np.mean(golden.score_columns(o["metric"], layer[test], guess[test])[0]) / len(folds)
            left = layer - guess
            variance = layer[train].var(axis=0)
            left[:, (variance > 0) & (left[train].var(axis=0) <= NOTHING_LEFT * variance)] = 0
            for t in range(times):
                x = scaled[:, :, t]
                guess, _ = golden.fit_predict(x[train], left[train], x[test], *near_train, o)
                score[k, l, t] = np.mean(golden.score_columns(o["metric"], left[test], guess)[0])
    for l, layer in enumerate(layers):
        one_basis = PCA(o["pca"], svd_solver="full").fit_transform(layer) if o["pca"] else layer
        fits = Fits(of_fold, one_basis, o)
        for k, (test, (_, train, near_train)) in enumerate(zip(folds, of_fold)):
            own = fits.residuals(k, np.arange(words))
            nulls = [fits.residuals(k, row) for row in rows]
            for t in range(times):
                x = brain_of_fold[k][:, :, t]
                guess, taken = golden.fit_predict(x[train], own[train], x[test], *near_train, o)
                for_nulls[l, t] += np.mean(golden.score_columns(o["metric"], own[test], guess)[0]) / len(folds)
                for n, columns in enumerate(nulls):
                    guess, _ = engine.predict(x[train], columns[train], x[test], taken, o["alphas"])
                    null[n, l, t] += np.mean(golden.score_columns(o["metric"], columns[test], guess)[0]) / len(folds)
    expected = {"score_per_fold": score, "nuisance_to_model": alone, "brain_to_nuisance": of_brain, "null_scores": null}
    return expected | ({"score_for_nulls": for_nulls} if o["pca"] and o["pca_words"] == "training" else {})


def expected_of(case):
    _, inputs, kind, options = case
    return compute(INPUTS[inputs](), kind, options)


def nuisance_of(case, _):
    _, inputs, kind, _ = case
    return {"nuisance": nuisance(INPUTS[inputs](), kind)}


def main():
    manifest = [{"name": n, "inputs": i, "nulls": NULLS, "seed": engine.SEED, "min_shift_words": LOWEST_SHIFT,
                 "options": o} for n, i, _, o in CASES]
    return golden_program.run(__doc__, FOLDER, CASES, expected_of, nuisance_of, manifest)


if __name__ == "__main__":
    sys.exit(main())
