"""Writes starred.h5, where a name has a * and other names fit it as a pattern.

    /usr/bin/python3 make_starred.py
"""

import os

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
times = np.load(os.path.join(HERE, "expected", "times.npy"))
with h5py.File(os.path.join(HERE, "starred.h5"), "w") as file:
    file["t*"] = times
    file["two"] = times + 1
    file["layer1"] = np.ones((3, 2))
    file["layer2"] = np.ones((3, 4))
