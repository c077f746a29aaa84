#!/usr/bin/env python3
"""Writes ceiling.json: the ceiling of repeated words by numpy, from the definition in docs/ceiling.md.

    /usr/bin/python3 make_ceiling_golden.py            # writes it again
    /usr/bin/python3 make_ceiling_golden.py --check    # computes again and compares

The recording has sensors with signal, one with noise alone, a constant one, one with an offset of
1e6 deviations, one whose halves disagree, and one in units of 1e-13. Items have one to five
presentations, in no order; some words are none.
"""

import json
import math
import pathlib
import sys

import numpy as np

PATH = pathlib.Path(__file__).parent / "ceiling.json"
WORDS, TIMES = 48, 3


def experiment():
    random = np.random.default_rng(20261130)
    items = random.permutation(np.repeat([7, -1, 3, 12, 5, 40, 41, 42, 2, 9, 11, 13, 14, 15, 16, 17],
                                         [5, 6, 4, 4, 3, 3, 2, 2, 2, 2, 2, 2, 2, 3, 1, 5]))
    assert items.size == WORDS
    signal = {item: random.normal(size=TIMES) for item in np.unique(items)}
    truth = np.array([signal[item] for item in items])
    noise = random.normal(size=(6, WORDS, TIMES))
    seen = np.zeros(50, dtype=int)
    sign = np.empty(WORDS)
    for word, item in enumerate(items):
        sign[word] = 1 if seen[item] % 2 == 0 else -1
        seen[item] += 1
    sensors = [truth + 0.5 * noise[0], noise[1], np.full((WORDS, TIMES), 3.7),
               1e6 + truth + noise[2], sign[:, None] * truth + 0.1 * noise[3],
               1e-13 * (truth + 2 * noise[4])]
    return np.stack(sensors, axis=1), items


def spearman_brown(r, factor):
    return factor * r / (1 + (factor - 1) * r)


def ceiling(epochs, items):
    presented = {}
    for word, item in enumerate(items):
        if item >= 0:
            presented.setdefault(int(item), []).append(word)
    halves = []
    for words in presented.values():
        even = words[:len(words) // 2 * 2]
        if even:
            halves.append((even[0::2], even[1::2]))
    per_half = len(halves) / sum(1 / len(first) for first, _ in halves)
    _, sensors, times = epochs.shape
    half = np.full((sensors, times), np.nan)
    for s in range(sensors):
        for t in range(times):
            first, second = (np.array([np.mean(epochs[pair[i], s, t]) for pair in halves])
                             for i in (0, 1))
            if np.ptp(first) > 0 and np.ptp(second) > 0:
                half[s, t] = np.corrcoef(first, second)[0, 1]
    kept = np.where(half <= 0, 0, half)
    of_mean = np.sqrt(spearman_brown(kept, 2))
    of_one = np.sqrt(spearman_brown(kept, 1 / per_half))
    return {
        "items": len(halves), "presentations": sum(2 * len(first) for first, _ in halves),
        "presentations_per_half": per_half, "half_correlation": half, "of_mean": of_mean,
        "of_one": of_one, "median_of_mean": np.nanmedian(of_mean, axis=0),
        "median_of_one": np.nanmedian(of_one, axis=0)}


def plain(value):
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list):
        return [plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def main():
    epochs, items = experiment()
    made = {"epochs": plain(epochs), "items": plain(items),
            "expected": {name: plain(value) for name, value in ceiling(epochs, items).items()}}
    if "--check" not in sys.argv[1:]:
        PATH.write_text(json.dumps(made) + "\n")
        return
    kept = json.loads(PATH.read_text())
    for part in ("epochs", "items"):
        assert kept[part] == made[part], part
    for name, value in made["expected"].items():
        np.testing.assert_allclose(np.array(kept["expected"][name], dtype=float),
                                   np.array(value, dtype=float), rtol=1e-12, atol=1e-12,
                                   err_msg=name)


main()
