"""Slow drift and what takes it out, at a real server."""

import numpy as np
import pytest

from conftest import Data


@pytest.mark.parametrize("metric", ["cca", "cka", "cka_debiased", "rsa"])
def test_drift_is_taken_out_of_metrics_of_two_matrices(client, metric):
    random = np.random.default_rng(4)
    noise = Data(13, words=200)
    epochs, layers = random.standard_normal(noise.epochs.shape), noise.layers.astype(float)
    slow = np.linspace(-1, 1, 200) + np.linspace(-1, 1, 200) ** 3
    drifting = (epochs + np.multiply.outer(slow, [9, -8, 7, -6, 5, -4])[:, :, None],
                layers + np.outer(slow, [-9, 8, 7, -6, 5]))

    def score(data, **options):
        return client.align(*data, times=noise.times, metric=metric, **options).result()

    before = score(drifting)
    after = score(drifting, detrend=3, nulls=4)
    assert after.options["detrend"] == 3 and after.uncertainty["no_relation"]["nulls"] == 4
    assert np.allclose(after.score, score((epochs, layers), detrend=3).score, atol=1e-9)
    assert after.score.max() < 0.5 * before.score.max()
