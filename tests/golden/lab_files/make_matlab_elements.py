"""Writes files of MATLAB 5 that scipy does not write, by the format's description.

    /usr/bin/python3 make_matlab_elements.py

small_types.mat holds doubles in the smallest type that has them, as MATLAB saves them, and
expected/small_types_NAME.npy what scipy reads of it. Variables of the others have more axes than
numbers.
"""

import os
import struct
import zlib

import numpy as np
import scipy.io

HERE = os.path.dirname(os.path.abspath(__file__))
INT8, INT16, INT32, UINT32, DOUBLE, MATRIX, COMPRESSED = 1, 3, 5, 6, 9, 14, 15


def element(kind, data):
    if len(data) <= 4:
        return struct.pack("<HH", kind, len(data)) + data.ljust(4, b"\0")
    return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def matrix(kind, shape, name, rest):
    flags = element(UINT32, struct.pack("<II", kind, 0))
    axes = element(INT32, struct.pack("<%di" % len(shape), *shape))
    body = flags + axes + element(INT8, name.encode()) + rest
    return struct.pack("<II", MATRIX, len(body)) + body


def numbers(name, shape, values, stored):
    type_of = {INT8: "<i1", INT16: "<i2", DOUBLE: "<f8"}[stored]
    return matrix(6, shape, name, element(stored, values.astype(type_of).tobytes("F")))


def fields(name, **of):
    names = b"".join(field.encode().ljust(8, b"\0") for field in of)
    rest = element(INT32, struct.pack("<i", 8)) + element(INT8, names) + b"".join(of.values())
    return matrix(2, (1, 1), name, rest)


def packed(variable):
    data = zlib.compress(variable)
    return struct.pack("<II", COMPRESSED, len(data)) + data


def write(name, *variables):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(b"MATLAB 5.0 MAT-file".ljust(116) + b"\0" * 8 + b"\0\1IM" + b"".join(variables))


meg = np.arange(-12.0, 12).reshape(2, 3, 4)
continuous = np.arange(0.0, 3000, 100).reshape(3, 10)
rate = np.array([[100.0]])
write("small_types.mat", numbers("meg", meg.shape, meg, INT8),
      packed(numbers("continuous", continuous.shape, continuous, INT16)),
      packed(fields("info", nothing=struct.pack("<II", MATRIX, 0),
                    rate=numbers("", (1, 1), rate, INT8),
                    signal=numbers("", continuous.shape, continuous, INT16))),
      numbers("sfreq", (1, 1), rate, INT8))
read = scipy.io.loadmat(os.path.join(HERE, "small_types.mat"))
for name, right in (("meg", meg), ("continuous", continuous), ("sfreq", rate[0, 0])):
    found = read[name].reshape(right.shape, order="F").astype(float)
    assert (found == right).all()
    # As the experiment's folder shall have it.
    np.save(os.path.join(HERE, "expected", "small_types_%s.npy" % name), np.asfortranarray(found)
            if found.ndim else found)

last = numbers("last", meg.shape, meg, DOUBLE)
wrong = numbers("meg", (3, 3, 4), meg, DOUBLE)
write("wrong_axes.mat", wrong, last)
write("wrong_axes_large.mat", numbers("meg", (600, 3, 4), meg, INT8), last)
write("wrong_axes_few.mat", numbers("meg", (1, 3, 4), meg, DOUBLE), last)
write("wrong_axes_compressed.mat", packed(wrong), packed(last))
write("wrong_axes_field.mat", fields("info", rate=numbers("", (1, 1), rate, INT8),
                                     meg=numbers("", (3, 3, 4), meg, DOUBLE)), last)
write("wrong_axes_compressed_field.mat",
      packed(fields("info", rate=numbers("", (1, 1), rate, INT8),
                    meg=numbers("", (3, 3, 4), meg, DOUBLE))), last)
