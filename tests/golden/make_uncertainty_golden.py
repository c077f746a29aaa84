#!/usr/bin/python3
"""Makes the golden numbers of tests/core/inference.

    make_uncertainty_golden.py --oracle FILE.py

FILE.py is a slow program in numpy and scikit-learn that states docs/uncertainty.md, with
align_reference.py beside it. It is not part of the project. This script makes small random
experiments, runs the oracle on them, and writes what it printed, with the null matrices and block
sums that it computed, to uncertainty/. What the oracle does not state (clusters, sign flips) comes
from formulas here, by enumeration. The tests read the files alone.
"""
import argparse
import importlib.util
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from scipy import ndimage, optimize, special, stats

HERE = pathlib.Path(__file__).resolve().parent
# name: words, sessions (None: one), layers, times, sensors, nulls, draws, seed, more options
EXPERIMENTS = {
    "five_sessions": (600, 5, 4, 7, 4, 19, 60, 0, ["--block-words", "10"]),
    "one_session": (420, None, 3, 9, 3, 15, 50, 7, ["--preset", "paper", "--block-words", "6"]),
    "few_blocks": (150, 5, 3, 6, 3, 9, 40, 2**63 + 5, ["--block-words", "10"]),
    "automatic": (300, 6, 5, 5, 3, 12, 40, 3, ["--min-shift-words", "3"]),
}


def experiment(name, words, sessions, layers, times, sensors, second):
    """A brain that follows one hidden series after a delay; layers that show it and noise."""
    rng = np.random.default_rng(sum(map(ord, name)))
    hidden = rng.normal(size=(words, 2))
    axis = np.arange(times) * 0.1 - 0.1
    shape = np.exp(-0.5 * ((axis - 0.15) / 0.15) ** 2)
    meg = np.einsum("wk,ks,t->wst", hidden, rng.normal(size=(2, sensors)), shape)
    meg += 1.2 * rng.normal(size=meg.shape)
    data = {"meg": meg, "times": axis, "onsets": np.cumsum(rng.uniform(0.15, 0.45, words))}
    for key in ["activations"] + (["other"] if second else []):
        noise = rng.normal(size=(layers, words, 2))
        data[key] = hidden[None] * np.linspace(1, 0.4, layers)[:, None, None] + 1.2 * noise
    if sessions:
        # Numbers that are not in order of appearance.
        names = rng.permutation(sessions) * 3 + 1
        data["groups"] = names[np.arange(words) * sessions // words].astype(float)
    return data


def clusters(seen, null, threshold):
    everything = np.concatenate([seen[None], null])
    deviation = everything.std(0)
    z = np.where(deviation > 0, (everything - everything.mean(0)) / np.where(deviation > 0, deviation, 1), 0)
    masses = []
    for matrix in z:
        label, count = ndimage.label(matrix > threshold)
        masses.append([float((matrix - threshold)[label == i + 1].sum()) for i in range(count)])
    largest = np.array([max(m, default=0.0) for m in masses[1:]])
    p = [float((1 + (largest >= m - 1e-12).sum()) / (1 + len(null))) for m in masses[0]]
    return {"mass": masses[0], "p": p}


def sign_flip(values):
    sums = np.array([np.dot(s, values) for s in itertools.product([1, -1], repeat=len(values))])
    return float((np.abs(sums) >= abs(values.sum()) - 1e-9).mean())


def run(oracle_path, oracle, name):
    words, sessions, layers, times, sensors, nulls, draws, seed, more = EXPERIMENTS[name]
    data = experiment(name, words, sessions, layers, times, sensors, second=True)
    with tempfile.TemporaryDirectory() as folder:
        first, other = pathlib.Path(folder) / "first", pathlib.Path(folder) / "other"
        first.mkdir(), other.mkdir()
        for key, value in data.items():
            if key != "other":
                np.save(first / f"{key}.npy", value)
        np.save(other / "activations.npy", data["other"])
        command = [sys.executable, str(oracle_path), str(first), "--fix-alpha", "30", "--nulls", str(nulls),
                   "--draws", str(draws), "--seed", str(seed), "--save", f"{folder}/saved.npz"] + more
        printed = {o: json.loads(subprocess.run(command + w, check=True, capture_output=True).stdout)
                   for o, w in (("first", ["--other", str(other)]),)}
        saved = dict(np.load(f"{folder}/saved.npz"))
        # The second model's own block sums.
        np.save(first / "activations.npy", data["other"])
        second = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        second_saved = dict(np.load(f"{folder}/saved.npz"))
    block = saved["block"]
    count = int(block.max()) + 1

    def sums(u):
        out = np.zeros((count, u.shape[1] * u.shape[2]))
        np.add.at(out, block, u.reshape(len(u), -1))
        return out.tolist()

    seen = np.array(printed["first"]["score"])
    group = data.get("groups")
    automatic = "--min-shift-words" not in more
    lowest = printed["first"]["no_relation"]["min_shift_words"]
    o = argparse.Namespace(seed=seed)
    return {
        "times": data["times"].tolist(), "depth": [(l + 1) / layers for l in range(layers)],
        "sessions": [] if group is None else group.astype(int).tolist(), "onsets": data["onsets"].tolist(),
        "strict": "paper" not in more,
        "seed": seed, "nulls": nulls, "draws": draws, "min_shift_words": None if automatic else lowest,
        "block_words": printed["first"]["blocks"]["words"] if "--block-words" in more else None,
        "shifted_words": [oracle.shift_rows(o, group, words, n, lowest).tolist() for n in range(3)],
        "block_of_word": block.tolist(), "fold_of_block": saved["stratum"].tolist(),
        "null": saved["null"].reshape(nulls, -1).tolist(),
        "held_out": sums(saved["influence_held"]), "refit": sums(saved["influence_refit"]),
        "other_score": second["score"],
        "other_influence": sums(second_saved["influence_held"] + second_saved["influence_refit"]),
        "clusters": clusters(seen, saved["null"], 1.0), "expected": printed["first"],
    }


def t_quantile(df):
    """stats.t.ppf is off by up to 4e-9."""
    return optimize.brentq(lambda t: special.betainc(df / 2, 0.5, df / (df + t * t)) - 0.05, 0.5, 50, xtol=1e-15, rtol=1e-15)


def functions(oracle):
    """Numbers of single functions, for many seeds and shapes."""
    rng = np.random.default_rng(11)
    seeds = [0, 1, 2, 17, 2**31, 2**32 + 1, 2**63 - 1, 2**63, 2**64 - 1] + [int(s) for s in rng.integers(0, 2**62, 40)]
    indices = [(0, 0), (1, 0), (0, 1), (199, 4), (1999, 149), (100000, 70000)]
    draws = [{"seed": s, "i": i, "j": j, "uniform": oracle.uniform(s, 1, i, j).hex(), "normal": oracle.normal(s, i, j).hex()}
             for s in seeds for i, j in indices]
    shifts = []
    for sizes, lowest in (([1], 5), ([2], 5), ([3, 1, 2], 1), ([19, 20, 21, 39, 40], 11), ([400], 11), ([25] * 4, 11)):
        group = np.repeat(rng.permutation(len(sizes)) - 2, sizes)
        group = group[rng.permutation(len(group))]
        for seed in (0, 5, 2**64 - 3):
            for null in (0, 1, 998):
                o = argparse.Namespace(seed=seed)
                shifts.append({"sessions": group.tolist(), "lowest": lowest, "seed": seed, "null": null,
                               "words": oracle.shift_rows(o, group, len(group), null, lowest).tolist()})
    curves = []
    for times in (2, 3, 8, 40):
        axis = np.linspace(-0.5, 1.0, times)
        for kind in range(8):
            curve = rng.normal(size=times) + (kind - 3) * np.exp(-0.5 * ((axis - 0.2) / 0.2) ** 2)
            if kind == 6:
                curve = np.round(curve)  # ties
            if kind == 7:
                curve = np.full(times, 0.3)
            t = [oracle.ref.peak_time(curve, axis), oracle.half_time(curve, axis)]
            curves.append({"times": axis.tolist(), "curve": curve.tolist(),
                           "t_max": None if np.isnan(t[0]) else t[0], "t_half": None if np.isnan(t[1]) else t[1]})
    detrended = []
    for words, sessions, order in ((40, 1, 3), (60, 3, 1), (50, 2, 5), (30, 5, 0)):
        group = np.sort(rng.integers(0, sessions, words))
        onsets = np.cumsum(rng.uniform(0.1, 0.6, words))
        columns = rng.normal(size=(words, 2)) + 3
        after, _ = oracle.detrend(columns[:, :, None], columns[None], onsets, group, order)
        detrended.append({"sessions": group.tolist(), "onsets": onsets.tolist(), "order": order,
                          "before": columns.tolist(), "after": after[:, :, 0].tolist()})
    df = [1, 2, 3, 5, 10, 35, 40, 150, 995, 20000]
    student = [{"df": d, "quantile": t_quantile(d), "t": t, "p": 2 * stats.t.sf(t, d)}
               for d in df for t in (0.01, 0.7, 2.0, 5.5, 30.0)]
    subjects = []
    for count in (6, 7, 9, 12):
        for shift in (0.0, 0.5, 3.0):
            v = rng.normal(size=count) + shift
            subjects.append({"values": v.tolist(), "mean": v.mean(), "se": stats.sem(v), "p": sign_flip(v)})
    ties = np.array([1.0, 1.0, 1.0, 1.0, -1.0, 1.0, 0.0])
    subjects.append({"values": ties.tolist(), "mean": ties.mean(), "se": stats.sem(ties), "p": sign_flip(ties)})
    sizes = [{"epoch": e, "gap": g, "words": w, "block_words": oracle.block_words(e, g, [w])}
             for e in (0.5, 3.0, 5.5) for g in (0.2, 0.3, 1.0) for w in (50, 1000, 8500, 40000)]
    return {"draws": draws, "shifts": shifts, "curves": curves, "detrended": detrended, "student": student,
            "subjects": subjects, "block_words": sizes}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--oracle", type=pathlib.Path, required=True)
    path = parser.parse_args().oracle.resolve()
    spec = importlib.util.spec_from_file_location("oracle", path)
    oracle = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(oracle)
    folder = HERE / "uncertainty"
    folder.mkdir(exist_ok=True)
    (folder / "functions.json").write_text(json.dumps(functions(oracle)) + "\n")
    for name in EXPERIMENTS:
        (folder / f"{name}.json").write_text(json.dumps(run(path, oracle, name)).replace("NaN", "null") + "\n")


if __name__ == "__main__":
    main()
