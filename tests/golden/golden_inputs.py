"""The experiments behind the golden cases: small, and each odd in its own way."""
import numpy as np


def latents(rng, words, layers, width=4):
    """One latent (words, width) for each layer, sharing a part, so that layers resemble each other."""
    shared = rng.standard_normal((words, width))
    return [0.4 * shared + rng.standard_normal((words, width)) for _ in range(layers)]


def activations(rng, latent, dims, noise=1.0):
    return [
        (z @ rng.standard_normal((z.shape[1], d)) + noise * rng.standard_normal((len(z), d))).astype(np.float32)
        for z, d in zip(latent, dims)
    ]


def epochs(rng, latent, sensors, times, noise=2.0):
    """(words, sensors, times): layer l shows around its own delay, 0.1 s to 0.6 s."""
    out = np.zeros((len(latent[0]), sensors, len(times)))
    for z, delay in zip(latent, np.linspace(0.1, 0.6, len(latent))):
        weight = np.exp(-0.5 * ((times - delay) / 0.15) ** 2)
        out += (z @ rng.standard_normal((z.shape[1], sensors)))[:, :, None] * weight
    return out + noise * rng.standard_normal(out.shape)


def depths(layers):
    return np.linspace(0.2, 0.9, layers)


def story():
    """Six sessions of unequal length, epoched, layers of unequal width."""
    rng = np.random.default_rng(101)
    sizes = [17, 25, 21, 30, 12, 25]
    groups = np.repeat(np.array([4, 1, 7, 2, 9, 3]), sizes)
    words, times = sum(sizes), np.array([-0.05, 0.07, 0.19, 0.31, 0.43, 0.62])
    onsets = np.concatenate([np.cumsum(rng.gamma(4.0, 0.1, n)) + rng.uniform(1, 2) for n in sizes])
    z = latents(rng, words, 3)
    return {
        "epochs": (1e-13 * epochs(rng, z, 10, times)).astype(np.float32),
        "layers": activations(rng, z, [6, 9, 5]),
        "times": times,
        "onsets": onsets,
        "groups": groups.astype(np.int32),
        "depth": depths(3),
    }


def bare():
    """Epochs and activations alone: neither onsets nor sessions. float64."""
    rng = np.random.default_rng(102)
    times = np.array([0.11, 0.35, 0.59])
    z = latents(rng, 83, 3)
    return {
        "epochs": epochs(rng, z, 7, times),
        "layers": [a.astype(np.float64) for a in activations(rng, z, [5, 5, 5])],
        "times": times,
        "depth": depths(3),
    }


def responses(rng, z, onsets, sensors, samples, sfreq):
    """(sensors, samples) Noise, and to each word a bump at 0.1 s from the first latent and at 0.4 s from the second."""
    signal = np.zeros((sensors, samples))
    for latent, delay in zip(z, [0.1, 0.4]):
        pattern = latent @ rng.standard_normal((latent.shape[1], sensors))
        for word, onset in enumerate(onsets):
            weight = np.exp(-0.5 * ((np.arange(samples) / sfreq - onset - delay) / 0.1) ** 2)
            signal += pattern[word][:, None] * weight
    return signal + 1.5 * rng.standard_normal(signal.shape)


def recording():
    """A continuous recording in two sessions: words whose epoch leaves it at both ends, onsets that step
    backwards, onsets that fall on half a sample, and a time sample that does too. Activations in float16."""
    rng = np.random.default_rng(103)
    words, sensors, sfreq = 160, 8, 20.0
    gap = rng.gamma(4.0, 0.08, words)
    gap[0] = 0.05
    gap[80] += 5.0
    onsets = 0.03 + np.cumsum(gap)
    onsets[[30, 31]] = onsets[[31, 30]]
    onsets[[95, 97]] = onsets[[97, 95]]
    halves = [10, 11, 50, 120, 121]
    onsets[halves] = (np.floor(onsets[halves] * sfreq) + 0.5) / sfreq
    samples = int(onsets.max() * sfreq) + 3
    times = np.array([-0.15, 0.025, 0.25, 0.4, 0.7])
    z = latents(rng, words, 2)
    signal = responses(rng, z, onsets, sensors, samples, sfreq)
    return {
        "continuous": (1e-13 * signal).astype(np.float32),
        "sfreq": sfreq,
        "layers": [a.astype(np.float16) for a in activations(rng, z, [6, 7])],
        "times": times,
        "onsets": onsets,
        "groups": np.repeat(np.array([0, 1], np.int32), 80),
        "depth": depths(2),
    }


def wide():
    """Fewer words than sensors and than dimensions."""
    rng = np.random.default_rng(104)
    times = np.array([0.1, 0.3, 0.6])
    z = latents(rng, 60, 2, width=3)
    return {
        "epochs": epochs(rng, z, 90, times, noise=3.0).astype(np.float32),
        "layers": activations(rng, z, [70, 110]),
        "times": times,
        "onsets": np.cumsum(rng.gamma(4.0, 0.1, 60)),
        "depth": depths(2),
    }


def short_folds():
    """Test folds with fewer words than sensors, training sets with more."""
    rng = np.random.default_rng(105)
    times = np.array([0.1, 0.35, 0.6])
    z = latents(rng, 110, 3)
    return {
        "epochs": epochs(rng, z, 30, times).astype(np.float32),
        "layers": activations(rng, z, [26, 12, 12]),
        "times": times,
        "depth": depths(3),
    }


def deficient():
    """Average reference, a sensor there twice, and all words used: the rank is two short."""
    rng = np.random.default_rng(106)
    times = np.array([0.1, 0.35, 0.6])
    z = latents(rng, 120, 3)
    x = epochs(rng, z, 12, times)
    x[:, 11] = x[:, 3]
    x -= x.mean(axis=1, keepdims=True)
    return {
        "epochs": (1e-13 * x).astype(np.float32),
        "layers": activations(rng, z, [6, 6, 6]),
        "times": times,
        "onsets": np.cumsum(rng.gamma(4.0, 0.1, 120)),
        "depth": depths(3),
    }


def dead():
    """A sensor that is zero, one that is constant, a dimension that is constant, and one that is constant on
    the first fold alone. All far from zero in the mean."""
    rng = np.random.default_rng(107)
    times = np.array([0.1, 0.35, 0.6])
    z = latents(rng, 100, 3)
    x = 3.0 + epochs(rng, z, 9, times)
    x[:, 2], x[:, 5] = 0.0, 1.7
    layers = activations(rng, z, [6, 6, 6])
    layers[0][:, 1] = 0.3
    layers[2][:20, 4] = -2.5
    return {"epochs": x.astype(np.float32), "layers": layers, "times": times, "depth": depths(3)}


def heavy():
    """Heavy-tailed amplitudes, and sensors that are nearly copies of each other."""
    rng = np.random.default_rng(108)
    times = np.array([0.1, 0.35, 0.6])
    z = latents(rng, 150, 3)
    x = epochs(rng, z, 10, times) * np.exp(rng.standard_normal((150, 1, 1)))
    x += 0.2 * rng.standard_t(1.5, x.shape)
    x[:, 9] = x[:, 0] + 1e-3 * rng.standard_normal(x[:, 0].shape)
    x[:, 8] = x[:, 1] - x[:, 2] + 1e-4 * rng.standard_normal(x[:, 0].shape)
    return {
        "epochs": (1e-12 * x).astype(np.float32),
        "layers": [(a * np.exp(rng.standard_normal((150, 1)))).astype(np.float32)
                   for a in activations(rng, z, [6, 6, 6])],
        "times": times,
        "onsets": np.cumsum(rng.gamma(4.0, 0.1, 150)),
        "depth": depths(3),
    }


def offset():
    """Activations and brain far from zero in the mean: cosine, which does not centre, is not pearson."""
    rng = np.random.default_rng(109)
    times = np.array([0.1, 0.35, 0.6])
    z = latents(rng, 90, 3)
    return {
        "epochs": (5.0 + epochs(rng, z, 8, times)).astype(np.float32),
        "layers": [(a + rng.uniform(-3, 3, a.shape[1])).astype(np.float32) for a in activations(rng, z, [6, 6, 6])],
        "times": times,
        "depth": depths(3),
    }


def hostile():
    """What recordings and large models do at their worst: two massive dimensions, a sensor that is dead and
    one that is interpolated in one session each, one that lives in one session alone, sensors that are there
    twice, units of 1e18 and 1e-18."""
    rng = np.random.default_rng(110)
    times = np.array([0.1, 0.35, 0.6])
    groups = np.repeat(np.arange(5, dtype=np.int32), 26)
    z = latents(rng, 130, 3)
    x = epochs(rng, z, 12, times)
    x[groups == 1, 4] = 0.25
    x[groups == 3, 6] = x[groups == 3, 7] / 2 + x[groups == 3, 8] / 2
    x[groups != 2, 9] = 0.5
    x[:, 10:] = x[:, :2]
    layers = activations(rng, z, [8, 8, 8])
    for column, size in ((2, 15000), (5, -9000)):
        layers[0][rng.random(130) < 0.05, column] += size
    layers[1] = (1e18 * layers[1]).astype(np.float32)
    layers[2] = (1e-18 * layers[2]).astype(np.float32)
    return {
        "epochs": (1e-13 * x).astype(np.float32),
        "layers": layers,
        "times": times,
        "onsets": np.cumsum(rng.gamma(4.0, 0.1, 130)),
        "groups": groups,
        "depth": depths(3),
    }


def drifting():
    """Slow drift in both sides, larger than all else: of the sensors with a cubic part, of the dimensions quadratic,
    anew in each session of unequal length. A sensor is dead in one session, one has nothing but its drift in another,
    one lives in one session alone. Two massive dimensions, one that is constant but for its level in each session, one
    that has nothing but drift in one session."""
    rng = np.random.default_rng(113)
    times = np.array([0.1, 0.35, 0.6])
    sizes = [27, 22, 31, 24]
    groups = np.repeat(np.arange(4, dtype=np.int32), sizes)
    words = sum(sizes)
    onsets = np.concatenate([900.0 * s + np.cumsum(rng.gamma(4.0, 0.1, n)) for s, n in enumerate(sizes)])
    own = [onsets[groups == s] for s in range(4)]
    at = np.concatenate([2 * (o - o[0]) / (o[-1] - o[0]) - 1 for o in own])
    z = latents(rng, words, 3)
    x = epochs(rng, z, 11, times)
    slow = 9 * at + 4 * at**2 - 6 * at**3
    x += (2.0 + rng.standard_normal(4)[groups] + slow)[:, None, None] * rng.uniform(0.5, 1.5, 11)[None, :, None]
    x[groups == 1, 4] = 0.25
    x[groups == 2, 6] = (3 * slow[groups == 2])[:, None]
    x[groups != 3, 9] = 0.5
    layers = activations(rng, z, [9, 7, 8])
    layers = [a.astype(np.float64) + np.outer(7 * at - 5 * at**2 + rng.standard_normal(4)[groups],
                                              rng.uniform(0.5, 1.5, a.shape[1])) for a in layers]
    layers[0][rng.random(words) < 0.05, 2] += 15000
    layers[0][:, 5] += -90 * (1 + at)
    layers[1][:, 3] = np.array([4.0, -1.0, 2.5, 0.5])[groups]
    layers[2][groups == 0, 1] = 2 + 3 * at[groups == 0]
    return {
        "epochs": 1e-13 * x,
        "layers": layers,
        "times": times,
        "onsets": onsets,
        "groups": groups,
        "depth": depths(3),
    }


def dropouts():
    """Sensors that come and go with time: one is constant at one time in all sessions but one and lives at the
    others, one is interpolated at one time in one session, one is huge at one time. Two massive dimensions."""
    rng = np.random.default_rng(112)
    times = np.array([0.1, 0.25, 0.4, 0.6])
    groups = np.repeat(np.arange(5, dtype=np.int32), 24)
    z = latents(rng, 120, 2)
    x = 2.0 + epochs(rng, z, 9, times)
    x[groups != 3, 4, 1] = 0.75
    x[groups == 1, 6, 2] = x[groups == 1, 7, 2] / 2 + x[groups == 1, 8, 2] / 2
    x[:, 2, 3] *= 1e6
    x[:, 3] = x[:, 1]
    layers = activations(rng, z, [7, 5])
    layers[0][rng.random(120) < 0.05, 2] += 15000
    layers[1][:, 1] += 30
    return {
        "epochs": x.astype(np.float32),
        "layers": layers,
        "times": times,
        "onsets": np.cumsum(rng.gamma(4.0, 0.1, 120)),
        "groups": groups,
        "depth": depths(2),
    }


def single():
    """Layers of one column, of rank 1, and of two columns that are constant on the first fold."""
    rng = np.random.default_rng(111)
    times = np.array([0.1, 0.35])
    z = latents(rng, 60, 3)
    layers = activations(rng, z, [1, 4, 2])
    layers[1] = np.abs(layers[1][:, :1]) * np.array([1.0, 2.0, 4.0, 0.5], np.float32)
    layers[2][:12] = 1.5
    return {
        "epochs": epochs(rng, z, 6, times).astype(np.float32),
        "layers": layers,
        "times": times,
        "depth": depths(3),
    }


def sessions():
    """A continuous recording of four sessions with known starts, the third of which has no words. Words go on up
    to the starts, so that epochs would reach across. Each session has offsets of its own."""
    rng = np.random.default_rng(112)
    words, sensors, sfreq = 150, 6, 20.0
    gap = rng.gamma(4.0, 0.07, words)
    gap[0] = 0.4
    gap[105] += 3.0
    onsets = np.cumsum(gap)
    onsets[[20, 21]] = onsets[[21, 20]]
    starts = np.array([0, *np.rint(onsets[[48, 105, 105]] * sfreq + [-3, -45, -2]).astype(int)])
    samples = int(onsets.max() * sfreq) + 3
    times = np.array([-0.15, 0.05, 0.25, 0.45, 0.6])
    z = latents(rng, words, 2)
    signal = responses(rng, z, onsets, sensors, samples, sfreq)
    part = np.searchsorted(starts, np.arange(samples), side="right") - 1
    signal += rng.standard_normal((sensors, len(starts)))[:, part]
    return {
        "continuous": signal.astype(np.float32),
        "sfreq": sfreq,
        "session_starts": starts.astype(np.int64),
        "layers": activations(rng, z, [6, 7]),
        "times": times,
        "onsets": onsets,
        "depth": depths(2),
    }


INPUTS = {
    make.__name__: make
    for make in (story, bare, recording, wide, short_folds, deficient, dead, heavy, offset, hostile, drifting, dropouts,
                 single, sessions)
}
