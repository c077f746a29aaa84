"""Write recordings and what MNE makes of them: recordings, and expected samples in float64.

    /usr/bin/python3 make_filtering_golden.py            # writes everything again
    /usr/bin/python3 make_filtering_golden.py --check    # computes again and compares

Made with MNE 1.3.0, scipy 1.10.1, numpy 1.24.2. `manifest.json` is a list of cases. Each session is
filtered by `mne.filter.filter_data` and resampled by `mne.filter.resample` with their defaults but
npad="auto", which is what `Raw.filter` and `Raw.resample` do with a concatenation. A session whose
start lies between two samples of the new rate is no case of MNE's: there the Fourier sum of the
padded session is evaluated term by term in numpy, at MNE's positions moved by the fraction.
"""

import json
import pathlib
import sys

import mne
import numpy as np

HERE = pathlib.Path(__file__).parent
CASES = [
    # name, dtype, rate, session lengths, band or None, new rate or None
    ("published", "i2", 1200.0, [48000], (0.1, 20.0), 30.0),
    ("tenth_prime", "f4", 1000.0, [7919], (1.0, 40.0), 100.0),
    ("no_whole_ratio", "f4", 250.0, [4999], (0.5, 12.0), 30.0),
    ("half_sessions", "f8", 128.0, [1000, 2048, 602], (1.0, 30.0), 64.0),
    ("band_alone", "f2", 100.0, [1501, 977], (0.5, 20.0), None),
    ("low_pass_alone", "f8", 200.0, [1200], (0.0, 40.0), None),
    ("near_half_the_rate", "f8", 100.0, [800], (2.0, 49.0), None),
    ("resample_alone", "f4", 1000.0, [5003], None, 100.0),
    ("resample_odd_ratio", "i4", 250.0, [2500], None, 100.0 / 3.0),
    ("slightly_slower", "f8", 100.0, [1000], None, 99.95),
    ("shorter_than_filter", "f8", 100.0, [300], (0.1, 20.0), 50.0),
    ("few_samples", "f8", 10.0, [7], None, 4.0),
    ("starts_between", "f8", 250.0, [1003, 1502], (1.0, 12.0), 30.0),
]


def recording(samples, rate, dtype, random):
    """Return (7, samples): noise, a walk, a step, a constant, a dead one, an offset, an impulse."""
    times = np.arange(samples) / rate
    step = np.where(np.arange(samples) < samples // 3, 0.0, 500.0)
    impulse = np.zeros(samples)
    impulse[samples // 2] = 900.0
    rows = [
        100.0 * random.standard_normal(samples),
        np.cumsum(random.standard_normal(samples)),
        step,
        np.full(samples, 7.0),
        np.zeros(samples),
        1000.0 + 20.0 * np.sin(2 * np.pi * 3.0 * times) + random.standard_normal(samples),
        impulse,
    ]
    if samples > 20000:
        rows = rows[:3]
    rows = np.array(rows)
    if dtype.startswith("i"):
        rows = np.rint(rows)
    return rows.astype("<" + dtype)


def evaluate(x, rate, new_rate, shift, count):
    """Resample as MNE does, at positions moved by `shift` samples of the new rate."""
    n = x.shape[-1]
    ratio = new_rate / rate
    total = 2 ** int(np.ceil(np.log2(n + 2 * min(n // 8, 100))))
    before = (total - n) // 2
    after = total - n - before
    assert before < n and after < n
    padded = np.concatenate([
        2 * x[:, :1] - x[:, before:0:-1], x, 2 * x[:, -1:] - x[:, -2:-after - 2:-1]], axis=1)
    new_total = int(round(ratio * total))
    assert new_total < total
    first = int(round(ratio * before))
    positions = (np.arange(count) + first + shift) / new_total
    spectrum = np.fft.rfft(padded)
    out = np.full((len(x), count), 1.0) * spectrum[:, :1].real
    for k in range(1, (new_total - 1) // 2 + 1):
        out += 2 * (spectrum[:, k:k + 1] * np.exp(2j * np.pi * k * positions)).real
    if new_total % 2 == 0:
        k = new_total // 2
        out += 2 * (spectrum[:, k:k + 1] * np.exp(2j * np.pi * k * positions)).real
    return out / total


def expected(x, rate, lengths, band, new_rate):
    parts = []
    start = 0
    for length in lengths:
        part = x[:, start:start + length].astype(np.float64)
        if band is not None:
            low, high = band
            part = mne.filter.filter_data(part, rate, low or None, high, verbose="error")
        if new_rate is not None:
            ratio = new_rate / rate
            new_start = round(start * ratio)
            count = round((start + length) * ratio) - new_start
            shift = new_start - start * ratio
            if shift == 0:
                part = mne.filter.resample(part, up=new_rate, down=rate, npad="auto",
                                           verbose="error")
                assert part.shape[1] == count
            else:
                part = evaluate(part, rate, new_rate, shift, count)
        parts.append(part)
        start += length
    return np.concatenate(parts, axis=1)


def main():
    check = "--check" in sys.argv[1:]
    random = np.random.default_rng(18)
    manifest = []
    for name, dtype, rate, lengths, band, new_rate in CASES:
        x = np.concatenate([recording(n, rate, dtype, random) for n in lengths], axis=1)
        if check:  # a sine may differ by a unit in the last place between processors
            made = x
            x = np.load(HERE / f"{name}_recording.npy")
            np.testing.assert_allclose(x.astype(float), made.astype(float), rtol=2e-3, atol=1)
        y = expected(x, rate, lengths, band, new_rate)
        manifest.append({
            "name": name, "sfreq_hz": rate,
            "session_starts": [int(s) for s in np.cumsum([0] + lengths[:-1])],
            "band_hz": None if band is None else list(band), "resample_hz": new_rate})
        if check:
            np.testing.assert_allclose(np.load(HERE / f"{name}_expected.npy"), y, rtol=1e-10,
                                       atol=1e-9)
        else:
            np.save(HERE / f"{name}_recording.npy", x)
            np.save(HERE / f"{name}_expected.npy", y)
    text = json.dumps(manifest, indent=1) + "\n"
    if check:
        assert (HERE / "manifest.json").read_text() == text
    else:
        (HERE / "manifest.json").write_text(text)


if __name__ == "__main__":
    main()
