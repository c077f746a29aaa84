"""Shows that a recording of many gigabytes, split in parts by MNE, needs little memory.

    recording.py [--megabytes N]

MNE writes a raw recording of N megabytes (2,200) and splits it in parts of 500 MB. The package
takes it without loading it: its memory grows by at most 64 MiB, and the server has the samples
that MNE wrote.
"""

import argparse
import hashlib
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from conftest import BUILD, Server  # noqa: E402  isort: skip

SENSORS = 300
SFREQ = 1000.0
MOST_MEBIBYTES = 64

# A process of its own, whose memory nothing else has used.
TAKE = """
import os, sys, threading
sys.path.insert(0, sys.argv[1])
import numpy as np, mne
import brainalign as ba
raw = mne.io.read_raw_fif(sys.argv[2], preload=False, verbose="error")
assert len(raw.filenames) > 1, raw.filenames
onsets = np.arange(1.0, raw.times[-1] - 2.0, 0.4)
client = ba.Client(sys.argv[3])
client.info()
def resident():
    # What is mapped from files can be dropped at any time, and is not counted.
    with open("/proc/self/status") as status:
        return sum(int(line.split()[1]) for line in status if line.startswith("RssAnon")) >> 10
before, peak, ended = resident(), [0], threading.Event()
def watch():
    while not ended.wait(0.005):
        peak[0] = max(peak[0], resident())
threading.Thread(target=watch, daemon=True).start()
recording = ba.Recording.from_mne(raw, onsets=onsets, times=np.arange(0, 0.5, 0.05))
found = client.upload(recording)
ended.set()
print(peak[0] - before, found["continuous"])
"""


def write(folder, megabytes):
    """The path of the first part, and the digest of the samples in float32, sensor by sensor."""
    import mne
    repeats = 10
    samples = megabytes * 10**6 // (4 * SENSORS * repeats)
    random = np.random.default_rng(0)
    data = random.standard_normal((SENSORS, samples), dtype=np.float32).astype("<f8")
    info = mne.create_info([f"MEG{i:04d}" for i in range(SENSORS)], SFREQ, "mag")
    piece = folder / "piece_raw.fif"
    mne.io.RawArray(data, info, verbose="error").save(piece, fmt="single", verbose="error")
    digest = hashlib.sha256()
    for sensor in data.astype("<f4"):
        for _ in range(repeats):
            digest.update(sensor)
    raw = mne.concatenate_raws(
        [mne.io.read_raw_fif(piece, preload=False, verbose="error") for _ in range(repeats)],
        preload=False, verbose="error")
    path = folder / "large_raw.fif"
    raw.save(path, fmt="single", split_size="500MB", verbose="error")
    return path, digest.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--megabytes", type=int, default=2200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        path, digest = write(folder, asked.megabytes)
        parts = sorted(folder.glob("large_raw*.fif"))
        server = Server(folder)
        try:
            ended = subprocess.run(
                [sys.executable, "-c", TAKE, str(BUILD / "python"), str(path), server.address],
                stdout=subprocess.PIPE, text=True, check=True)
        finally:
            server.kill()
        grown, found = ended.stdout.split()
        assert found == digest, "the server has other samples than MNE wrote"
        assert int(grown) <= MOST_MEBIBYTES, f"memory grew by {grown} MiB"
        size = sum(part.stat().st_size for part in parts)
        print(f"passed: {size // 10**6} MB in {len(parts)} parts; memory grew by {grown} MiB; the "
              "server has the digest of what was written")


if __name__ == "__main__":
    main()
