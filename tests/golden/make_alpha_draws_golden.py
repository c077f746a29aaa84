#!/usr/bin/python3
"""Makes uncertainty/alpha_draws.json: intervals and tests with noise of the choice of alphas, in plain numpy.

    make_alpha_draws_golden.py

It reads the matrices and influences that make_uncertainty_golden.py wrote, adds random changes of the matrix
without one inner fold, and states docs/uncertainty.md, "Chosen alphas", word by word. tests/core reads the file.
"""
import json
import math

import numpy as np
from scipy import stats

import make_two_level_golden as plain

INNER_FOLDS = {"five_sessions": 5, "automatic": 3, "few_blocks": 4}


def jackknife(change):
    """(J, cells) Rows of which the sum of squares is (J - 1) / J times that of the changes about their mean."""
    count = len(change)
    return math.sqrt((count - 1) / count) * (change - change.mean(0))


def slope(found, depth):
    d = depth - depth.mean()
    return (found * d).sum() / (d**2).sum()


def case(name):
    golden = json.loads((plain.FOLDER / f"{name}.json").read_text())
    times, depth, fold = (np.array(golden[key]) for key in ("times", "depth", "fold_of_block"))
    seen, other = np.array(golden["expected"]["score"]), np.array(golden["other_score"])
    blocks = plain.centre(np.array(golden["held_out"]) + np.array(golden["refit"]), fold)
    other_blocks = plain.centre(np.array(golden["other_influence"]), fold)
    df = len(fold) - len(np.unique(fold))
    rng = np.random.default_rng(sum(map(ord, name)))
    change = 0.01 * rng.normal(size=(INNER_FOLDS[name], seen.size))
    change[:, 1] = 0  # a cell whose alphas no inner fold decides
    other_change = 0.01 * rng.normal(size=change.shape)
    noise = np.vstack([blocks, jackknife(change)])
    weights = np.array([[plain.normal(golden["seed"], 2, d, row) for row in range(len(noise))]
                        for d in range(golden["draws"])])
    drawn = weights @ noise
    se_alphas = np.sqrt((jackknife(change) ** 2).sum(0))
    se = np.sqrt((blocks**2).sum(0)) + se_alphas
    around = (seen.ravel() + drawn).reshape((-1,) + seen.shape)
    t_max = np.array([[plain.t_max(curve, times) for curve in matrix] for matrix in around])
    seen_t = np.array([plain.t_max(curve, times) for curve in seen])
    quantile = stats.t.ppf(0.975, df)
    half, of_slope = (quantile * np.nanstd(values, axis=0, ddof=1)
                      for values in (t_max, np.array([slope(t, depth) for t in t_max])))
    pair = noise - np.vstack([other_blocks, jackknife(other_change)])
    # One of the two has given alphas.
    half_pair = noise - np.vstack([other_blocks, 0 * other_change])
    return {"experiment": name, "change": change.tolist(), "other_change": other_change.tolist(),
            "df": df, "se_alphas": se_alphas.tolist(),
            "simultaneous_quantile": float(np.quantile(np.abs(drawn / se).max(1), 0.95)),
            "t_max_interval": [(seen_t - half).tolist(), (seen_t + half).tolist()],
            "slope_interval": [slope(seen_t, depth) - of_slope, slope(seen_t, depth) + of_slope],
            "paired_se": np.sqrt((pair**2).sum(0)).tolist(),
            "paired_se_with_given_alphas": np.sqrt((half_pair**2).sum(0)).tolist()}


if __name__ == "__main__":
    (plain.FOLDER / "alpha_draws.json").write_text(
        json.dumps([case(name) for name in INNER_FOLDS], indent=1) + "\n")
