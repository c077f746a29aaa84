#!/usr/bin/python3
"""Makes uncertainty/two_levels.json: the p of two levels of draws, in plain numpy.

    make_two_level_golden.py

It reads the matrices and influences that make_uncertainty_golden.py wrote, and states
docs/uncertainty.md, "Order with few blocks", word by word. tests/core/inference reads the file.
"""
import json
import math
import pathlib

import numpy as np
from scipy import stats

FOLDER = pathlib.Path(__file__).resolve().parent / "uncertainty"
MASK = (1 << 64) - 1


def splitmix(x):
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def uniform(seed, stream, i, j):
    x = splitmix(seed)
    for part in (stream, i, j):
        x = splitmix((x + part) & MASK)
    return (x >> 11) * 2.0**-53


def normal(seed, stream, i, j):
    radius = math.sqrt(-2 * math.log(1 - uniform(seed, stream, i, j)))
    return radius * math.cos(2 * math.pi * uniform(seed, stream + 1, i, j))


def t_max(curve, times):
    top = curve.max()
    return times[curve >= 0.95 * top].mean() if top > 0 else math.nan


def t_half(curve, times):
    top = int(curve.argmax())
    if curve[top] <= 0:
        return math.nan
    above = curve >= curve[top] / 2
    left = top - int(np.argmin(np.append(above[top::-1], False))) + 1
    right = top + int(np.argmin(np.append(above[top:], False))) - 1
    step = times[1] - times[0]
    begin, end = times[left], times[right]
    if left > 0:
        begin -= step * (curve[left] - curve[top] / 2) / (curve[left] - curve[left - 1])
    if right + 1 < len(curve):
        end += step * (curve[right] - curve[top] / 2) / (curve[right] - curve[right + 1])
    return (begin + end) / 2


def score(matrix, times, depth, time_of):
    found = np.array([time_of(curve, times) for curve in matrix])
    if not np.isfinite(found).all():
        return math.nan
    return 0.0 if np.ptp(found) < 1e-12 else np.corrcoef(found, depth)[0, 1]


def centre(blocks, fold):
    out = blocks.copy()
    for k in np.unique(fold):
        n = (fold == k).sum()
        out[fold == k] = (blocks[fold == k] - blocks[fold == k].mean(0)) * math.sqrt(n / (n - 1))
    return out


def common(matrix):
    u, s, v = np.linalg.svd(matrix, full_matrices=False)
    return s[0] * np.outer(u[:, 0], v[0])


def reaches(drawn, seen):
    return not math.isfinite(drawn) or abs(drawn) >= abs(seen) - 1e-12


def first_level(seen, influence, golden, time_of):
    times, depth, seed, draws = np.array(golden["times"]), np.array(golden["depth"]), golden["seed"], golden["draws"]
    own = score(seen, times, depth, time_of)
    count = 0
    for d in range(draws):
        noise = np.array([normal(seed, 2, d, b) for b in range(len(influence))]) @ influence
        count += reaches(score(common(seen) + noise.reshape(seen.shape), times, depth, time_of), own)
    return (1 + count) / (1 + draws)


def two_levels(name, seen=None):
    """`seen` (L, T) takes the place of the scores of the experiment."""
    golden = json.loads((FOLDER / f"{name}.json").read_text())
    times, depth = np.array(golden["times"]), np.array(golden["depth"])
    fold, seed, draws = np.array(golden["fold_of_block"]), golden["seed"], golden["draws"]
    seen = np.array(golden["expected"]["score"] if seen is None else seen)
    influence = centre(np.array(golden["held_out"]) + np.array(golden["refit"]), fold)
    blocks = len(fold)
    first = {time_of: first_level(seen, influence, golden, time_of) for time_of in (t_max, t_half)}
    inner = min(draws, 39 if min(first.values()) > 0.2 else 199)
    weights = np.array([[normal(seed, 6, i, b) for b in range(blocks)] for i in range(inner)])
    counts = {t_max: [], t_half: []}
    for draw in range(draws):
        new = np.zeros((blocks, influence.shape[1]))
        for b in range(blocks):
            for c in np.flatnonzero(fold == fold[b]):
                size = (fold == fold[b]).sum()
                new[b] += normal(seed, 4, draw, b * blocks + int(c)) / math.sqrt(size) * influence[c]
        data = common(seen) + new.sum(0).reshape(seen.shape)
        noise = weights @ centre(new, fold)
        for time_of, p in first.items():
            own = score(data, times, depth, time_of)
            count = sum(reaches(score(common(data) + e.reshape(seen.shape), times, depth, time_of), own) for e in noise)
            # Counting ends where a chance is 1e-9: of the p seen, or of that between two applications.
            share = (round(p * (1 + draws)) - 1) / draws
            share = min(max(0.1, 3 * share), 1) if time_of is t_half else share
            most = next((k for k in range(inner + 1) if stats.binom.sf(k - 1, inner, share) <= 1e-9), inner)
            counts[time_of].append(min(count, most) if math.isfinite(own) else 0)

    def second(time_of, times_applied):
        p = (round(first[time_of] * (1 + draws)) - 1) / draws
        for _ in range(times_applied):
            # The chance that as few inner draws would find as many exceedances around the data seen.
            p = (1 + stats.binom.sf(np.array(counts[time_of]) - 1, inner, p).sum()) / (1 + draws)
        return p

    return {"experiment": name, "score": seen.tolist(),
            "p_temporal_score": first[t_max], "p_half_score": first[t_half],
            "two_level_p_temporal_score": second(t_max, 1), "two_level_p_half_score": second(t_half, 2)}


def ordered(name, delays):
    """Curves of the height of the experiment's, at growing delays."""
    golden = json.loads((FOLDER / f"{name}.json").read_text())
    times, height = np.array(golden["times"]), np.max(golden["expected"]["score"])
    return height * np.exp(-0.5 * ((times - np.array(delays)[:, None]) / 0.15) ** 2)


if __name__ == "__main__":
    # Experiments with fewer than 100 degrees of freedom and at most 200 draws.
    cases = [two_levels(name) for name in ("five_sessions", "one_session", "few_blocks", "automatic")]
    cases.append(two_levels("few_blocks", ordered("few_blocks", (0.1, 0.15, 0.21))))
    cases.append(two_levels("five_sessions", ordered("five_sessions", (0.1, 0.13, 0.15, 0.18))))
    (FOLDER / "two_levels.json").write_text(json.dumps(cases, indent=1) + "\n")
