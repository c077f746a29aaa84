#!/usr/bin/python3
"""Makes the golden cases: small experiments, and what scikit-learn says their scores are.

    make_golden.py [--check] [CASE...]

Writes inputs/, expected/ and manifest.json beside this script; with --check writes nothing, computes
again and exits 1 if a number differs from the one on disk by more than 1e-8. README.md says how the
files are laid out. Every estimator is scikit-learn's (StandardScaler, PCA, Ridge, RidgeCV, KFold,
r2_score); the glue between them follows docs/method.md, with no thought for speed. Needs Debian's
python3-numpy, python3-scipy and python3-sklearn.
"""
import argparse
import json
import os
import pathlib
import sys
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

from golden_cases import CASES
from golden_inputs import INPUTS
from similarity_metrics import compare

HERE = pathlib.Path(__file__).resolve().parent
ALPHAS = [10.0**e for e in range(-4, 9)]
BOUNDS = [0.0, 0.2, 0.5]
SIMILARITIES = ("cca", "cka", "cka_debiased", "rsa")


def resolve(options, data):
    """Every option with its default: docs/method.md, the table of the two presets."""
    strict = options.get("preset", "strict") == "strict"
    fit_on = "training" if strict else "all"
    times = data["times"]
    full = {
        "preset": "strict",
        "direction": "brain_to_model",
        "metric": "pearson",
        "folds": 5,
        "fold_by": "group" if strict and data.get("groups") is not None else "contiguous",
        "purge_seconds": float(times[-1] - times[0]) if strict and options.get("fold_by") != "shuffled" else 0.0,
        "alphas": ALPHAS,
        "selection": "blocked" if strict else "loo",
        "inner_folds": 5,
        "shared_alpha": False,
        "pca": 0,
        "zscore_words": fit_on,
        "pca_words": fit_on,
        "window_bounds_seconds": BOUNDS,
        "cca_components": 10,
        "cca_rho": 1e-3,
    }
    if options.get("metric") in SIMILARITIES:
        full["alphas"] = []
    unknown = set(options) - set(full)
    assert not unknown, f"unknown options {unknown}"
    full.update(options)
    return full


def cut_epochs(data):
    """(w, s, T) epochs of the words whose epoch lies inside the recording, and from their onset on inside one session
    where starts are given; and which words those are."""
    if "epochs" in data:
        epochs = data["epochs"].astype(float)
        return epochs, np.arange(len(epochs))
    recording, sfreq = data["continuous"].astype(float), data["sfreq"]
    first = np.rint(data["onsets"] * sfreq).astype(int)  # halves to even
    samples = first[:, None] + np.rint(data["times"] * sfreq).astype(int)[None]
    inside = ((samples >= 0) & (samples < recording.shape[1])).all(axis=1)
    if "session_starts" in data:
        looked_at = np.column_stack([first, samples])
        inside &= np.ptp(np.searchsorted(data["session_starts"], looked_at, side="right"), axis=1) == 0
    used = np.flatnonzero(inside)
    return recording[:, samples[used]].transpose(1, 0, 2), used


def in_fold_order(words, o):
    """`words` in the order that folds are cut from; shuffled: by the first output of SplitMix64 with seed `word`."""
    if o["fold_by"] != "shuffled":
        return words
    mask = (1 << 64) - 1

    def split_mix(state):
        z = (state + 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    return np.array(sorted(words.tolist(), key=split_mix))


def outer_folds(words, groups, o):
    """Test words of each fold: stretches of words in their order, or contiguous runs of whole groups."""
    if o["fold_by"] == "shuffled":
        order = in_fold_order(np.arange(words), o)
        return [np.sort(order[part]) for _, part in KFold(o["folds"]).split(order)]
    if o["fold_by"] == "contiguous":
        return [test for _, test in KFold(o["folds"]).split(np.zeros(words))]
    names = groups[np.sort(np.unique(groups, return_index=True)[1])]  # in order of appearance
    return [np.flatnonzero(np.isin(groups, names[part])) for _, part in KFold(o["folds"]).split(names)]


def near(onsets, groups, candidates, test, seconds):
    """For each candidate word: does a test word of its session begin less than `seconds` away?"""
    if onsets is None or seconds <= 0:
        return np.zeros(len(candidates), bool)
    distance = np.abs(onsets[candidates][:, None] - onsets[test][None])
    assert np.abs(distance - seconds).min() > 1e-9, "an onset distance too near the purge to call"
    same = np.ones(distance.shape, bool) if groups is None else groups[candidates][:, None] == groups[test]
    return ((distance < seconds) & same).any(axis=1)


def criterion_blocked(x, y, onsets, groups, o, words):
    """(alphas, targets) summed squared error over purged inner folds: stretches of `words` in their order."""
    total = np.zeros((len(o["alphas"]), y.shape[1]))
    order = np.searchsorted(words, in_fold_order(words, o))
    for train, held in KFold(o["inner_folds"]).split(x):
        train, held = np.sort(order[train]), np.sort(order[held])
        train = train[~near(onsets, groups, train, held, o["purge_seconds"])]
        for i, alpha in enumerate(o["alphas"]):
            guess = Ridge(alpha=alpha, solver="svd").fit(x[train], y[train]).predict(x[held])
            total[i] += ((y[held] - guess) ** 2).sum(0)
    return total


def criterion_gcv(x, y, o):
    """(alphas, targets) RSS / (1 - (1 + df) / n)^2, df the trace of the hat matrix of the centred x."""
    n = len(x)
    singular = np.linalg.svd(x - x.mean(0), compute_uv=False)
    total = np.empty((len(o["alphas"]), y.shape[1]))
    for i, alpha in enumerate(o["alphas"]):
        residual = y - Ridge(alpha=alpha, solver="svd").fit(x, y).predict(x)
        df = (singular**2 / (singular**2 + alpha)).sum()
        total[i] = (residual**2).sum(0) / (1 - (1 + df) / n) ** 2
    return total


def choose(criterion, shared):
    """Index of the alpha with the least criterion for each target; ties take the larger alpha."""
    if shared:
        criterion = np.repeat(criterion.sum(1, keepdims=True), criterion.shape[1], axis=1)
    return len(criterion) - 1 - np.argmin(criterion[::-1], axis=0)


def fit_predict(x, y, x_test, onsets, groups, o, words=None):
    """Predicted test words (words, targets), and which alpha each target took. `words`: ascending indices of x's rows."""
    words = np.arange(len(x)) if words is None else words
    alphas = np.array(o["alphas"])
    if o["selection"] == "loo":
        model = RidgeCV(alphas=alphas, alpha_per_target=not o["shared_alpha"]).fit(x, y)
        taken = np.broadcast_to(model.alpha_, y.shape[1:])
        return model.predict(x_test), np.searchsorted(alphas, taken)
    if o["selection"] == "fixed":
        assert len(alphas) == 1
        taken = np.zeros(y.shape[1], int)
    elif o["selection"] == "gcv":
        taken = choose(criterion_gcv(x, y, o), o["shared_alpha"])
    else:
        taken = choose(criterion_blocked(x, y, onsets, groups, o, words), o["shared_alpha"])
    guess = np.empty((len(x_test), y.shape[1]))
    for i in np.unique(taken):
        columns = taken == i
        guess[:, columns] = (
            Ridge(alpha=alphas[i], solver="svd").fit(x, y[:, columns]).predict(x_test).reshape(len(x_test), -1)
        )
    return guess, taken


def score_columns(metric, truth, guess):
    """(score of each column, which columns are constant); a constant column scores 0."""
    constant = np.ptp(truth, axis=0) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if metric == "r2":
            value = r2_score(truth, guess, multioutput="raw_values")
        elif metric == "cosine":
            value = [t @ g / (np.linalg.norm(t) * np.linalg.norm(g)) for t, g in zip(truth.T, guess.T)]
        else:
            value = [np.corrcoef(t, g)[0, 1] for t, g in zip(truth.T, guess.T)]
    value = np.array(value)
    return np.where(constant | ~np.isfinite(value), 0.0, value), constant


def read_off(r, times, depth, bounds):
    """What docs/method.md reads off the matrix."""
    t_max, contiguous = [], []
    for row in r:
        top = row.max()
        assert top <= 0 or np.abs(row - 0.95 * top).min() > 1e-5, "a score too near 0.95 of the maximum to call"
        at = np.flatnonzero(row >= 0.95 * top) if top > 0 else np.array([], int)
        t_max.append(times[at].mean() if len(at) else np.nan)
        contiguous.append(bool(not len(at) or np.ptp(at) == len(at) - 1))
    temporal = (np.nan, np.nan)
    if len(r) >= 3 and np.isfinite(t_max).all() and np.ptp(t_max) > 0:
        temporal = stats.pearsonr(t_max, depth)
    edges = list(bounds) + [np.inf]
    inside = [(times >= a) & (times < b) for a, b in zip(edges, edges[1:])]
    peak = r.argmax(1)
    return {
        "t_max": t_max,
        "t_max_contiguous": contiguous,
        "t_argmax": times[peak],
        "temporal_score": temporal[0],
        "temporal_score_p": temporal[1],
        "alignment_score_mean_of_layer_maxima": r.max(1).mean(),
        "alignment_score_best_layer": r.max(),
        "window_means": [row[:, None][i].mean() if i.any() else np.nan for i in inside for row in r],
        "window_of_maximum": [next((w for w, i in enumerate(inside) if i[p]), -1) for p in peak],
    }


def align(data, options):
    """Everything expected of one case."""
    o = resolve(options, data)
    brain, used = cut_epochs(data)
    layers = [layer[used].astype(float) for layer in data["layers"]]
    onsets, groups = data.get("onsets"), data.get("groups")
    steps_back = 0
    if onsets is not None:
        session = np.zeros(len(onsets)) if groups is None else groups
        steps_back = int(((np.diff(onsets) < 0) & (np.diff(session) == 0)).sum())
        onsets = onsets[used]
    groups = None if groups is None else groups[used]
    words, sensors, times = brain.shape
    everything = np.arange(words)
    folds = outer_folds(words, groups, o)

    per_fold = np.zeros((len(folds), len(layers), times))
    alpha_counts = np.zeros((len(layers), len(o["alphas"])), int)
    constant_targets = 0
    training_sizes, purged_words = [], []
    for k, test in enumerate(folds):
        others = np.setdiff1d(everything, test)
        train = others[~near(onsets, groups, others, test, o["purge_seconds"])]
        training_sizes.append(len(train))
        purged_words.append(len(others) - len(train))
        flat = brain.reshape(words, -1)
        scaler = StandardScaler().fit(flat if o["zscore_words"] == "all" else flat[train])
        scaled = scaler.transform(flat).reshape(brain.shape)
        for l, layer in enumerate(layers):
            if o["pca"]:
                fit_on = layer if o["pca_words"] == "all" else layer[train]
                layer = PCA(o["pca"], svd_solver="full").fit(fit_on).transform(layer)
            for t in range(times):
                x, y = scaled[:, :, t], layer
                if o["metric"] in SIMILARITIES:
                    per_fold[k, l, t], undefined = compare(o, x, y, train, test)
                    constant_targets += undefined
                    continue
                if o["direction"] == "model_to_brain":
                    x, y = y, x
                guess, taken = fit_predict(
                    x[train],
                    y[train],
                    x[test],
                    None if onsets is None else onsets[train],
                    None if groups is None else groups[train],
                    o,
                    train,
                )
                value, constant = score_columns(o["metric"], y[test], guess)
                per_fold[k, l, t] = value.mean()
                constant_targets += int(constant.sum())
                alpha_counts[l] += np.bincount(taken, minlength=len(o["alphas"]))
    r = per_fold.mean(0)
    return {
        "score": r,
        "score_per_fold": per_fold,
        **read_off(r, data["times"], data["depth"], o["window_bounds_seconds"]),
        "alpha_counts": alpha_counts,
        "words_used": words,
        "dropped_words": len(data["layers"][0]) - words,
        "backward_onset_steps": steps_back,
        "fold_sizes": [len(f) for f in folds],
        "training_sizes": training_sizes,
        "purged_words": purged_words,
        "constant_sensors": [s for s in range(sensors) if np.ptp(brain[:, s]) == 0],
        "constant_targets": constant_targets,
    }


def nudged(data):
    """The same data with every number off by about a unit in the last place of float32; equal numbers stay so."""
    rng = np.random.default_rng(1)

    def nudge(a):
        values, place = np.unique(a.astype(float), return_inverse=True)
        return (values * (1 + 6e-8 * rng.uniform(-1, 1, len(values))))[place].reshape(a.shape)

    out = dict(data, layers=[nudge(a) for a in data["layers"]])
    for name in ("epochs", "continuous"):
        if name in data:
            out[name] = nudge(data[name])
    return out


def plain(value):
    """As JSON has it: lists, 12 digits, null for NaN."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    return float(f"{value:.12g}") if np.isfinite(value) else None


def differs(a, b):
    """Is anything of `a` not in `b`, or another number there?"""
    if isinstance(a, dict):
        return any(k not in b or differs(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) != len(b) or any(map(differs, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) > 1e-8
    return a != b


def save_inputs(name, data):
    folder = HERE / "inputs" / name
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("epochs", "continuous", "session_starts", "onsets", "groups", "times", "depth"):
        if data.get(part) is not None:
            np.save(folder / f"{part}.npy", data[part])
    if "sfreq" in data:
        np.save(folder / "sfreq.npy", np.array(data["sfreq"]))
    for i, layer in enumerate(data["layers"]):
        np.save(folder / f"layer_{i}.npy", layer)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    arguments = parser.parse_args()
    data = {name: make() for name, make in INPUTS.items()}
    wrong = []
    for name, inputs, options in CASES:
        if arguments.cases and name not in arguments.cases:
            continue
        expected = align(data[inputs], options)
        path = HERE / "expected" / f"{name}.json"
        if arguments.check:
            if differs(plain(expected), json.loads(path.read_text())):
                wrong.append(name)
            continue
        # How far float32 noise in the inputs moves the scores: the test's tolerance rests on it.
        moved = align(nudged(data[inputs]), options)
        expected["sensitivity"] = np.abs(moved["score_per_fold"] - expected["score_per_fold"]).max()
        expected["alpha_choice_is_stable"] = bool((moved["alpha_counts"] == expected["alpha_counts"]).all())
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(plain(expected), separators=(",", ":")) + "\n")
        print(f"{name:44} best {expected['score'].max():6.3f}  sensitivity {expected['sensitivity']:.1e}", flush=True)
    if arguments.check:
        print("differ: " + ", ".join(wrong) if wrong else "all as on disk")
        return 1 if wrong else 0
    for name, value in data.items():
        save_inputs(name, value)
    manifest = [{"name": n, "inputs": i, "options": o} for n, i, o in CASES]
    text = ",\n".join(json.dumps(case) for case in manifest)
    (HERE / "manifest.json").write_text(f"[\n{text}\n]\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
