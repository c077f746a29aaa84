#!/usr/bin/python3
"""scikit-learn doing the protocol of a job on the same files, on a sample of cells.

    bench/compare_sklearn.py --job REPORT.json [--layers N] [--times N] [--json FILE]

REPORT.json is what `brainalign-bench job ... --json REPORT.json` wrote: it names the
data, the options and the scores to compare with. Cells that the report has no score
for are not chosen. Each cell is fitted and scored in float64, which the scores are
taken from; the first one in float32 as well, and the quicker of the two counts.
Reading epochs and PCA are timed apart. Needs Debian's python3-numpy, python3-scipy
and python3-sklearn; uses as many threads as they do by default, one a core.
"""
import argparse
import json
import pathlib
import sys
import time
import warnings

import numpy as np
import scipy.linalg
import sklearn
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge, RidgeCV

# Up to here PCA is scikit-learn's own full one; beyond, the same components come
# from the covariance, which is far cheaper.
MOST_DIMS_FOR_FULL_PCA = 2048


class Experiment:
    """The files of a workload, read as they are asked for."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.continuous = np.load(folder / "continuous.npy", mmap_mode="r")
        sfreq = float(np.load(folder / "sfreq.npy").ravel()[0])
        onsets, times = np.load(folder / "onsets.npy"), np.load(folder / "times.npy")
        groups = np.unique(np.load(folder / "groups.npy"), return_inverse=True)[1]
        self.word_sample = np.rint(onsets * sfreq).astype(np.int64)
        self.time_step = np.rint(times * sfreq).astype(np.int64)
        self.groups = groups
        self.onsets = onsets + 1e7 * groups  # words of different sessions are never near
        if (folder / "activations.npy").exists():
            self.layers = np.load(folder / "activations.npy", mmap_mode="r")
        else:
            self.layers = read_safetensors(folder / "activations.safetensors")

    def epoch(self, t):
        """(words, sensors) at time sample t, float64."""
        samples = self.word_sample + self.time_step[t]
        return np.array(self.continuous[:, samples].T, dtype=np.float64)

    def activations(self, layer):
        """(words, dims), float64."""
        values = np.asarray(self.layers[layer])
        if values.dtype == np.uint16:  # bf16 is the upper half of a float32
            values = (values.astype(np.uint32) << 16).view(np.float32)
        return values.astype(np.float64)


def read_safetensors(path):
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    types = {"BF16": "<u2", "F16": "<f2", "F32": "<f4", "F64": "<f8"}
    layers = sorted((entry["data_offsets"][0], entry) for name, entry in header.items() if name != "__metadata__")
    return [np.memmap(path, types[entry["dtype"]], "r", 8 + length + begin, tuple(entry["shape"]))
            for begin, entry in layers]


def contiguous_folds(n, k):
    return np.array_split(np.arange(n), k)  # the first n % k hold one word more


def outer_folds(spec, groups):
    if spec["fold_by"] != "group":
        return contiguous_folds(len(groups), spec["folds"])
    names = list(dict.fromkeys(groups.tolist()))
    return [np.flatnonzero(np.isin(groups, [names[i] for i in part]))
            for part in contiguous_folds(len(names), spec["folds"])]


def purge(train, test, onsets, seconds):
    """Training words whose onset is at least `seconds` from every test word's."""
    if seconds <= 0:
        return train
    near = np.sort(onsets[test])
    i = np.searchsorted(near, onsets[train])
    left = np.abs(onsets[train] - near[np.clip(i - 1, 0, len(near) - 1)])
    right = np.abs(near[np.clip(i, 0, len(near) - 1)] - onsets[train])
    return train[np.minimum(left, right) >= seconds]


def zscore(x, words):
    mean, std = x[words].mean(0), x[words].std(0)
    std[std == 0] = 1.0
    return (x - mean) / std


def project(y, words, components):
    """PCA fitted on `words`, applied to all; the seconds it took."""
    start = time.perf_counter()
    if y.shape[1] <= MOST_DIMS_FOR_FULL_PCA:
        turned = PCA(components, svd_solver="full").fit(y[words]).transform(y)
    else:
        rows = y[words]
        mean = rows.mean(0)
        rows -= mean
        d = y.shape[1]
        _, vectors = scipy.linalg.eigh(rows.T @ rows, subset_by_index=[d - components, d - 1], overwrite_a=True)
        turned = (y - mean) @ vectors[:, ::-1]
    return turned, time.perf_counter() - start


def predict_loo(x, y, x_test, spec, _onsets):
    return RidgeCV(alphas=spec["alphas"], alpha_per_target=True).fit(x, y).predict(x_test)


def predict_blocked(x, y, x_test, spec, onsets):
    alphas = np.array(spec["alphas"])
    errors = np.zeros((len(alphas), y.shape[1]))
    everything = np.arange(len(x))
    for held in contiguous_folds(len(x), spec["inner_folds"]):
        kept = purge(np.setdiff1d(everything, held), held, onsets, spec["purge_seconds"])
        for a, alpha in enumerate(alphas):
            guess = Ridge(alpha=alpha).fit(x[kept], y[kept]).predict(x[held])
            errors[a] += ((y[held] - guess) ** 2).sum(0)
    return predict_with(alphas, errors, x, y, x_test)


def predict_gcv(x, y, x_test, spec, _onsets):
    alphas = np.array(spec["alphas"])
    errors = np.zeros((len(alphas), y.shape[1]))
    centred = x - x.mean(0)
    squares = np.clip(scipy.linalg.eigvalsh(centred.T @ centred), 0, None)
    for a, alpha in enumerate(alphas):
        residual_squares = ((y - Ridge(alpha=alpha).fit(x, y).predict(x)) ** 2).sum(0)
        freedom = 1 + (squares / (squares + alpha)).sum()
        errors[a] = residual_squares / (1 - freedom / len(x)) ** 2
    return predict_with(alphas, errors, x, y, x_test)


def predict_with(alphas, errors, x, y, x_test):
    """Each target with the alpha of least error, the larger of equal ones."""
    best = len(alphas) - 1 - np.argmin(errors[::-1], axis=0)
    return Ridge(alpha=alphas[best]).fit(x, y).predict(x_test)


PREDICT = {"loo": predict_loo, "blocked": predict_blocked, "gcv": predict_gcv}


def pearson(truth, guess):
    truth, guess = truth - truth.mean(0), guess - guess.mean(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = (truth * guess).sum(0) / np.sqrt((truth**2).sum(0) * (guess**2).sum(0))
    return np.where(np.isfinite(r), r, 0.0).mean()


def spread(candidates, count):
    """`count` of the candidates, or all if there are fewer, evenly spread."""
    count = min(count, len(candidates))
    return [candidates[int((2 * i + 1) * len(candidates) / (2 * count))] for i in range(count)]


def choose_cells(score, layers, times):
    """Of the cells with a score: layers evenly spread, for each the time where it peaks
    and others evenly spread."""
    cells = []
    for layer in spread([l for l in range(len(score)) if np.isfinite(score[l]).any()], layers):
        known = np.flatnonzero(np.isfinite(score[layer])).tolist()
        peak = max(known, key=lambda t: score[layer, t])
        others = spread([t for t in known if t != peak], times - 1) if times > 1 and len(known) > 1 else []
        cells += [(layer, t) for t in sorted([peak, *others])]
    return cells


class Comparison:
    def __init__(self, report):
        self.spec = report["spec"]
        self.data = Experiment(report["data"])
        self.words = len(self.data.groups)
        tests = outer_folds(self.spec, self.data.groups)
        everything = np.arange(self.words)
        self.folds = [(purge(np.setdiff1d(everything, test), test, self.data.onsets, self.spec["purge_seconds"]), test)
                      for test in tests]
        self.pca_seconds = []  # of each fit
        self._projected = {}

    def targets(self, layer, fold):
        """The layer's columns in this fold, projected where asked; kept for one layer."""
        per_fold = self.spec["pca"] > 0 and self.spec["pca_words"] == "training"
        key = (layer, fold if per_fold else -1)
        if key not in self._projected:
            if all(old != layer for old, _ in self._projected):
                self._projected.clear()
            y = self.data.activations(layer)
            if self.spec["pca"] > 0:
                words = self.folds[fold][0] if per_fold else np.arange(self.words)
                y, seconds = project(y, words, self.spec["pca"])
                self.pca_seconds.append(seconds)
            self._projected[key] = y
        return self._projected[key]

    def cell(self, layer, t, dtype):
        """Mean score over folds, and the seconds of fitting and scoring."""
        scores, seconds = [], 0.0
        epoch = self.data.epoch(t)
        for fold, (train, test) in enumerate(self.folds):
            words = train if self.spec["zscore_words"] == "training" else np.arange(self.words)
            x, y = zscore(epoch, words).astype(dtype), self.targets(layer, fold).astype(dtype)
            if self.spec["direction"] == "model_to_brain":
                x, y = y, x
            start = time.perf_counter()
            guess = PREDICT[self.spec["selection"]](x[train], y[train], x[test], self.spec, self.data.onsets[train])
            scores.append(pearson(y[test], guess))
            seconds += time.perf_counter() - start
        return float(np.mean(scores)), seconds


def warm_up():
    """Lets libraries load and start their threads before anything is timed."""
    x = np.random.default_rng(0).standard_normal((2000, 300))
    for dtype in (np.float64, np.float32):
        Ridge().fit(x.astype(dtype), x.astype(dtype)).predict(x.astype(dtype))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--job", type=pathlib.Path, required=True, help="report of brainalign-bench job")
    parser.add_argument("--layers", type=int, default=2, help="layers to sample (default 2)")
    parser.add_argument("--times", type=int, default=2, help="times to sample for each (default 2)")
    parser.add_argument("--json", type=pathlib.Path, help="file for the whole report")
    options = parser.parse_args()
    # Nearly singular matrices are part of the protocol (alpha 1e-4, rank-deficient sensors).
    warnings.simplefilter("ignore", scipy.linalg.LinAlgWarning)
    warnings.simplefilter("ignore", ConvergenceWarning)

    report = json.loads(options.job.read_text())
    score = np.array([[np.nan if r is None else r for r in row] for row in report["score"]])
    comparison = Comparison(report)
    warm_up()
    cells, seconds = [], {"float64": [], "float32": []}
    for layer, t in choose_cells(score, options.layers, options.times):
        for dtype in ("float64", "float32") if not cells else ("float64",):
            r, took = comparison.cell(layer, t, dtype)
            seconds[dtype].append(took)
            if dtype == "float32":
                cells[-1] |= {"sklearn_float32": r, "seconds_float32": took}
            else:
                cells.append({"layer": layer, "time_seconds": report["times_seconds"][t], "sklearn": r,
                              "engine": score[layer, t], "difference": abs(r - score[layer, t]), "seconds": took})
                print(f"layer {layer}, {report['times_seconds'][t]:+.3f} s: scikit-learn {r:.6f}, "
                      f"engine {score[layer, t]:.6f}, {took:.2f} s", flush=True)
    per_cell = {dtype: float(np.mean(values)) for dtype, values in seconds.items()}
    best = min(per_cell, key=per_cell.get)
    fits = len(comparison.folds) if report["spec"]["pca_words"] == "training" else 1
    pca = {"seconds_per_fit": float(np.mean(comparison.pca_seconds)), "fits": fits * len(score)} \
        if comparison.pca_seconds else {"seconds_per_fit": 0.0, "fits": 0}
    result = {
        "workload": report["workload"],
        "cells": cells,
        "seconds_per_cell": per_cell,
        "quicker": best,
        "seconds": per_cell[best] * score.size,
        "pca_seconds": pca["seconds_per_fit"] * pca["fits"],
        "pca": pca,
        "largest_difference": max(cell["difference"] for cell in cells),
        "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__, "scipy": scipy.__version__},
    }
    print(f"{per_cell['float64']:.3f} s a cell in float64, {per_cell['float32']:.3f} s in float32: "
          f"{result['seconds']:.0f} s for {score.size} cells, and {result['pca_seconds']:.0f} s of PCA; "
          f"largest difference {result['largest_difference']:.1e}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
