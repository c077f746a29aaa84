#!/usr/bin/python3
"""Makes subjects.json: results of seven made-up subjects, and what numpy and scipy say of them together.

    make_subjects_golden.py

tests/client/report/subjects_json_test.cc compares (docs/uncertainty.md, "Subjects"). Means and standard errors are
scipy's; the sign-flip p is counted over all 2^7 choices of signs.
"""
import itertools
import json
import pathlib

import numpy as np
from scipy import stats

PATH = pathlib.Path(__file__).resolve().parent / "subjects.json"
DEPTH = np.array([0.2, 0.5, 0.9])
TIMES = np.array([-0.1, 0.0, 0.1, 0.2])
SUBJECTS = 7


def sign_flip(values):
    sums = np.array([np.dot(signs, values) for signs in itertools.product([1, -1], repeat=len(values))])
    return (np.abs(sums) >= abs(values.sum()) - 1e-12 * np.abs(values).sum()).mean()


def together(values):
    """`values` (N, ...)."""
    return {
        "mean": values.mean(0).tolist(),
        "se": stats.sem(values, axis=0).tolist(),
        "p": np.apply_along_axis(sign_flip, 0, values).tolist(),
    }


def main():
    rng = np.random.default_rng(7)
    score = rng.normal(0.02, 0.05, (SUBJECTS, 3, 4)) + np.array([0.0, 0.03, 0.1, 0.05])
    t_max = rng.normal(0.1, 0.05, (SUBJECTS, 3)) + 0.1 * DEPTH
    temporal = np.array([stats.pearsonr(one, DEPTH)[0] for one in t_max])
    slope = np.array([stats.linregress(DEPTH, one).slope for one in t_max])
    maxima = score.max(2)
    expected = {
        "score": together(score),
        "t_max": together(t_max),
        "temporal_score": together(temporal),
        "slope": together(slope),
        "alignment_score_best_layer": together(maxima.max(1)),
        "alignment_score_mean_of_layer_maxima": together(maxima.mean(1)),
    }
    results = [
        {
            "score": score[s].tolist(),
            "times": TIMES.tolist(),
            "depth": DEPTH.tolist(),
            "layer_names": ["a", "b", "c"],
            "t_max": t_max[s].tolist(),
            "temporal_score": temporal[s],
            "options": {"preset": "strict", "metric": "pearson", "nulls": s, "seed": s},
        }
        for s in range(SUBJECTS)
    ]
    PATH.write_text(json.dumps({"results": results, "expected": expected}, indent=1) + "\n")


if __name__ == "__main__":
    main()
