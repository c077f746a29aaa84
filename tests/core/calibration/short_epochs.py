#!/usr/bin/python3
"""Rates of intervals, comparisons and nulls with one time sample, where the epoch says nothing about how long words are
correlated (docs/calibration.md, "One time sample"). Needs numpy and scipy.

    short_epochs.py intervals|nulls WORDS AUTOREGRESSION EXPERIMENTS

Definitions are those of docs/uncertainty.md, written down anew. There are 5 sessions, 8 sensors, one layer of 4
dimensions and one alpha of 300. Activations and noise are autoregressive over words.
"""
import sys

import numpy as np
from scipy import stats
from scipy.signal import lfilter

SESSIONS, SENSORS, DIMS, ALPHA, SIGNAL = 5, 8, 4, 300, 0.25


def series(rng, words, columns, a):
    z = rng.standard_normal((words, columns))
    z[1:] *= np.sqrt(1 - a * a)
    return lfilter([1], [1, -a], z, axis=0)


def automatic_block_words(words):
    least = min(max(words // (SESSIONS + 10), 10), 20)
    return min(max(words // (SESSIONS + 20), least), 100)


def fit(x, y, folds):
    """the mean score, and the influence (words) of each word on it, refit included"""
    influence, score = np.zeros(len(x)), 0
    for test in folds:
        train = np.setdiff1d(np.arange(len(x)), test)
        z = (x - x[train].mean(0)) / x[train].std(0)
        xt, yt = z[train] - z[train].mean(0), y[train] - y[train].mean(0)
        inverse = np.linalg.inv(xt.T @ xt + ALPHA * np.eye(x.shape[1]))
        w = inverse @ (xt.T @ yt)
        xe, ye = z[test] - z[test].mean(0), y[test] - y[test].mean(0)
        f = xe @ w
        syy, sff, syf = (ye**2).sum(0), (f**2).sum(0), (ye * f).sum(0)
        r = syf / np.sqrt(syy * sff)
        score += r.mean() / len(folds)
        influence[test] += (ye * f / np.sqrt(syy * sff) - r / 2 * (ye**2 / syy + f**2 / sff)).mean(1) / len(folds)
        h = inverse @ (xe.T @ (ye / np.sqrt(syy * sff) - f * r / sff))
        influence[train] += ((xt @ h) * (yt - xt @ w)).mean(1) / len(folds)
    return score, influence


def block_error(influence, folds, block_words):
    """standard error, degrees of freedom, and whether neighbouring blocks are correlated"""
    squares, products, pairs, count = 0, 0, 0, 0
    for test in folds:
        sums = np.array([influence[part].sum() for part in np.array_split(test, max(1, len(test) // block_words))])
        sums = (sums - sums.mean()) * np.sqrt(len(sums) / max(len(sums) - 1, 1))
        squares += (sums**2).sum()
        products += (sums[1:] * sums[:-1]).sum()
        pairs += len(sums) - 1
        count += len(sums)
    return np.sqrt(squares), count - len(folds), products / squares > max(0.1, 2 / np.sqrt(pairs))


def intervals(words, a, experiments):
    mixing = np.random.default_rng(1).standard_normal((DIMS, SENSORS))
    folds = np.array_split(np.arange(words), SESSIONS)
    lengths = sorted({1, 4, automatic_block_words(words)})
    found = {length: [] for length in lengths}
    for experiment in range(experiments):
        rng = np.random.default_rng(10000 + experiment)
        truth = series(rng, words, DIMS, a)
        x = SIGNAL * truth @ mixing + series(rng, words, SENSORS, a)
        score, influence = fit(x, truth, folds)
        one, of_one = fit(x, truth + series(rng, words, DIMS, a), folds)
        two, of_two = fit(x, truth + series(rng, words, DIMS, a), folds)
        for length in lengths:
            se, df, correlated = block_error(influence, folds, length)
            of_both = block_error(of_one - of_two, folds, length)[0]
            found[length].append((score, se, df, 2 * stats.t.sf(abs(one - two) / of_both, df), correlated))
    for length in lengths:
        score, se, df, p, correlated = np.array(found[length]).T
        covers = np.abs(score - score.mean()) <= stats.t.ppf(0.975, df[0]) * se
        print(f"{words} words, AR {a}, blocks of {length:3d}, df {df[0]:.0f}: intervals hold {covers.mean():.3f}, two models "
              f"differ {np.mean(p <= 0.05):.3f}, caution {correlated.mean():.2f} of {experiments}", flush=True)


def nulls(words, a, experiments):
    folds = sessions = np.array_split(np.arange(words), SESSIONS)
    for least in (1, 10):
        p = []
        for experiment in range(experiments):
            rng = np.random.default_rng(20000 + experiment)
            x, y = series(rng, words, SENSORS, a), series(rng, words, DIMS, a)
            maps = []
            for test in folds:
                train = np.setdiff1d(np.arange(words), test)
                z = (x - x[train].mean(0)) / x[train].std(0)
                maps.append((train, test, np.linalg.solve(z[train].T @ z[train] + ALPHA * np.eye(SENSORS), z[train].T),
                             z[test] - z[test].mean(0)))

            def score(rows):
                total = 0
                for train, test, solve, xe in maps:
                    f = xe @ (solve @ (y[rows[train]] - y[rows[train]].mean(0)))
                    ye = y[rows[test]] - y[rows[test]].mean(0)
                    total += ((f * ye).sum(0) / np.sqrt((f**2).sum(0) * (ye**2).sum(0))).mean()
                return total

            seen = score(np.arange(words))
            reached = 0
            for _ in range(39):
                rows = np.arange(words)
                for members in sessions:
                    m = max(1, min(least, len(members) // 20))
                    rows[members] = np.roll(members, -rng.integers(m, len(members) - m + 1))
                reached += score(rows) >= seen
            p.append((1 + reached) / 40)
        print(f"{words} words, AR {a}, least shift {least}: p <= .05 in {np.mean(np.array(p) <= 0.05):.3f}, p <= .5 in "
              f"{np.mean(np.array(p) <= 0.5):.3f} of {experiments}", flush=True)


if __name__ == "__main__":
    {"intervals": intervals, "nulls": nulls}[sys.argv[1]](int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
