#!/usr/bin/python3
"""Makes the golden numbers of nulls that swap whole sessions (docs/uncertainty.md, "Swaps of whole sessions").

    make_swap_golden.py [--check] [CASE...]

Writes CASE.json and manifest.json beside itself; with --check writes nothing, computes again and exits 1 if a
number differs by more than 1e-8. The cut to the shortest session, the pairings and the p value are stated here.
The scores of activations that have been swapped are those of make_engine_golden.py, on scikit-learn's estimators.
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import make_engine_golden as engine  # noqa: E402
import make_golden as golden  # noqa: E402
import golden_program  # noqa: E402
import numpy as np  # noqa: E402
from golden_cases import FEW_ALPHAS, PAPER, STRICT, TO_BRAIN  # noqa: E402

SEED = 11
STREAM = 8
# name, inputs, nulls asked for, options; "detrend": the degree taken out
CASES = [
    ("five_all_pairings", "five", 199, STRICT | FEW_ALPHAS),
    ("five_to_brain", "five", 44, STRICT | TO_BRAIN | FEW_ALPHAS),
    ("five_some", "five", 43, PAPER | {"selection": "gcv"}),
    ("five_pca", "five", 10, STRICT | FEW_ALPHAS | {"pca": 2}),
    ("four_sessions", "four", 30, STRICT | FEW_ALPHAS | {"folds": 4}),
    ("unequal_strict", "unequal", 30, STRICT | FEW_ALPHAS),
    ("unequal_to_brain", "unequal", 12, STRICT | TO_BRAIN | FEW_ALPHAS),
    ("unequal_detrended", "unequal", 12, STRICT | FEW_ALPHAS | {"detrend": 1}),
    ("unequal_cka", "unequal", 12, STRICT | {"metric": "cka"}),
    ("unequal_cka_detrended", "unequal", 12, STRICT | {"metric": "cka", "detrend": 2}),
    ("six_drawn", "six", 20, STRICT | FEW_ALPHAS | {"shared_alpha": True}),
    ("six_cca", "six", 6, STRICT | {"metric": "cca", "cca_components": 2}),
    ("six_rsa_contiguous", "six", 6, STRICT | {"metric": "rsa", "fold_by": "contiguous"}),
    ("selected_recording", "recording", 25, STRICT | FEW_ALPHAS | {"fold_by": "contiguous", "folds": 3}),
]
# Names of sessions in order of appearance, and their lengths.
SESSIONS = {
    "four": ([6, 2, 4, 3], [14] * 4),
    "five": ([8, 3, 5, 1, 9], [16] * 5),
    "unequal": ([2, 7, 1, 4, 3], [15, 22, 14, 18, 25]),
    "six": ([4, 1, 7, 2, 9, 3], [15, 22, 18, 14, 25, 20]),
    "recording": ([3, 1, 2, 5, 4], [24, 20, 26, 21, 30]),
}


def experiment(name):
    rng = np.random.default_rng(sum(map(ord, name)))
    names, sizes = SESSIONS[name]
    words, times = sum(sizes), np.array([-0.1, 0.1, 0.3])
    hidden = rng.normal(size=(words, 2))
    layers = [(hidden @ rng.normal(size=(2, d)) + rng.normal(size=(words, d))).astype(np.float32) for d in (3, 4)]
    data = {"layers": layers, "times": times, "depth": np.array([0.4, 0.9]),
            "groups": np.repeat(names, sizes),
            "onsets": np.concatenate([np.cumsum(rng.gamma(4.0, 0.1, n)) for n in sizes])}
    response = np.einsum("wk,ks,t->wst", hidden, rng.normal(size=(2, 3)), [0.2, 1.0, 0.6])
    if name != "recording":
        return data | {"epochs": (response + 2 * rng.normal(size=response.shape)).astype(np.float32)}
    # Sessions follow each other at 10 Hz, two seconds apart. The epoch of the first word leaves the recording.
    end = 0.0
    for session in names:
        at = data["groups"] == session
        data["onsets"][at] += end - data["onsets"][at].min() + (0.02 if end == 0 else 2.0)
        end = data["onsets"][at].max()
    samples = int(end * 10) + 20
    continuous = rng.normal(size=(3, samples))
    for i, onset in enumerate(data["onsets"]):
        for t, time in enumerate(times):
            sample = int(np.rint(onset * 10) + np.rint(time * 10))
            if sample >= 0:
                continuous[:, sample] += response[i, :, t]
    selected = np.flatnonzero(rng.uniform(size=words) < 0.8)
    return data | {"continuous": continuous.astype(np.float32), "sfreq": 10.0,
                   "selected": np.union1d(selected, [0, 1])}


def pairings_of(sessions, asked, seed):
    """Derangements, each once, in the order in which shuffles of the seed come upon them."""
    counts = [1, 0]
    while len(counts) <= sessions:
        counts.append((len(counts) - 1) * (counts[-1] + counts[-2]))
    found, attempt = [], 0
    while len(found) < min(asked, counts[sessions]):
        order = list(range(sessions))
        for last in range(sessions - 1, 0, -1):
            other = int(engine.uniform(seed, STREAM, attempt, last) * (last + 1))
            order[last], order[other] = order[other], order[last]
        if all(a != b for a, b in enumerate(order)) and order not in found:
            found.append(order)
        attempt += 1
    return found


def cut(data):
    """The first words of each session that are selected and have an epoch, as many as the fewest."""
    brain, used = golden.cut_epochs(data)
    if "selected" in data:
        brain = brain[np.isin(used, data["selected"])]
        used = np.intersect1d(used, data["selected"])
    groups = data["groups"][used]
    shortest = min((groups == s).sum() for s in np.unique(groups))
    kept = np.sort(np.concatenate([np.flatnonzero(groups == s)[:shortest] for s in np.unique(groups)]))
    cut_data = {"epochs": brain[kept], "layers": [layer[used[kept]] for layer in data["layers"]],
                "times": data["times"], "onsets": data["onsets"][used[kept]], "groups": groups[kept]}
    return cut_data, used[kept], len(used) - len(kept)


def compute(data, asked, options):
    options = dict(options) | {"draws": False}
    cut_data, kept, left_out = cut(data)
    sessions = [np.flatnonzero(cut_data["groups"] == s) for s in np.unique(cut_data["groups"])]
    pairings = pairings_of(len(sessions), asked, SEED)
    rows = []
    for pairing in pairings:
        row = np.arange(len(kept))
        for session, other in enumerate(pairing):
            row[sessions[session]] = sessions[other]
        rows.append(row)
    result = engine.compute(cut_data, options, rows)
    seen = result.get("score_for_nulls", result["score"]).max()
    maxima = result["null"].reshape(len(rows), -1).max(axis=1)
    return result | {"pairings": np.array(pairings), "kept": kept, "left_out": np.array([left_out]),
                     "p_max": np.array([(1 + (maxima >= seen - 1e-12).sum()) / (1 + len(rows))])}


def beside(case, expected):
    _, inputs, asked, options = case
    data = experiment(inputs)
    nudged = golden.nudged(data)
    moved = compute(nudged, asked, options)
    scores = [key for key in ("score", "null", "score_for_nulls") if key in moved]
    return {"inputs": data, "sensitivity": max(np.nanmax(np.abs(moved[k] - expected[k])) for k in scores)}


def main():
    manifest = [{"name": n, "inputs": i, "nulls": a, "seed": SEED, "detrend": o.get("detrend"),
                 "options": {k: v for k, v in o.items() if k != "detrend"}} for n, i, a, o in CASES]
    return golden_program.run(__doc__, HERE, CASES, lambda c: compute(experiment(c[1]), c[2], c[3]), beside, manifest)


if __name__ == "__main__":
    sys.exit(main())
