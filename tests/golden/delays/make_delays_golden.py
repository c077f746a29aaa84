#!/usr/bin/python3
"""Delayed features and what ridge regressions on them score, from numpy and scikit-learn.

    /usr/bin/python3 make_delays_golden.py            # writes rows.json again
    /usr/bin/python3 make_delays_golden.py --check    # computes again and compares with what is here

The stories have 31, 9 and 40 rows. Each is delayed by itself: rows of zeros are put before its centred rows, and the
last rows are cut off. This is how encoding models of fMRI make their finite impulse responses.
"""
import json
import pathlib
import sys

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold

ROWS = (31, 9, 40)
DELAYS = (0, 2, 5, 12)  # the last one reaches beyond the story of 9 rows
ALPHA = 30.0
FILE = pathlib.Path(__file__).with_name("rows.json")


def delayed(activations, stories, mean):
    """The rows of every story, shifted down by each delay; (w, delays x d)."""
    parts = []
    for story in np.unique(stories):
        centred = activations[stories == story] - mean
        shifted = [np.vstack([np.zeros((delay, centred.shape[1])), centred])[:len(centred)] for delay in DELAYS]
        parts.append(np.hstack(shifted))
    return np.vstack(parts) + np.tile(mean, len(DELAYS))


def scores(features, brain):
    """Pearson r of each sensor, mean over five contiguous folds; preset paper with one penalty."""
    standard = (brain - brain.mean(0)) / brain.std(0)
    total = np.zeros(brain.shape[1])
    for train, test in KFold(5).split(features):
        predicted = Ridge(alpha=ALPHA).fit(features[train], standard[train]).predict(features[test])
        total += [np.corrcoef(predicted[:, s], standard[test, s])[0, 1] for s in range(brain.shape[1])]
    return total / 5


def compute():
    random = np.random.default_rng(20)
    words, dims, sensors = sum(ROWS), 3, 4
    stories = np.repeat(np.arange(len(ROWS)), ROWS)
    activations = np.round(random.normal(size=(words, dims)) + [1.0, -2.0, 0.5], 6)
    all_rows = delayed(activations, stories, activations.mean(0))
    signal = (all_rows - all_rows.mean(0)) @ random.normal(size=(all_rows.shape[1], sensors))
    brain = np.round(signal + 3 * random.normal(size=signal.shape), 6)
    used = np.flatnonzero(random.random(words) < 0.8)
    of_used = delayed(activations, stories, activations[used].mean(0))
    return {
        "sessions": stories.tolist(), "delays": list(DELAYS), "alpha": ALPHA,
        "activations": activations.tolist(), "brain": brain.tolist(), "used": used.tolist(),
        "delayed": all_rows.tolist(), "score_per_sensor": scores(all_rows, brain).tolist(),
        "score_without_delays": scores(activations, brain).tolist(),
        "delayed_of_used": of_used.tolist(),
        "score_per_sensor_of_used": scores(of_used[used], brain[used]).tolist()}


def main():
    computed = compute()
    if "--check" not in sys.argv[1:]:
        FILE.write_text(json.dumps(computed, separators=(",", ":")) + "\n")
        return 0
    stored = json.loads(FILE.read_text())
    wrong = [key for key in computed
             if key not in stored or not np.allclose(computed[key], stored[key], rtol=0, atol=1e-9)]
    print("differ: " + ", ".join(wrong) if wrong else "all as on disk")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
