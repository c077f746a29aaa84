"""Writes the files of labs that tests/client/lab_files reads, and what numpy says they hold.

    /usr/bin/python3 make_lab_files.py

expected/NAME.npy is the array as the experiment's folder shall have it: the shape, type and order
of bytes included.
"""

import os

import h5py
import numpy as np
import scipy.io
import scipy.sparse

HERE = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(20)

WORDS, SENSORS, TIMES, SAMPLES, LAYERS, DIMS = 6, 3, 4, 50, 2, 5
meg = random.normal(size=(WORDS, SENSORS, TIMES)).astype(np.float32)
continuous = random.integers(-3000, 3000, size=(SENSORS, SAMPLES)).astype(np.int16)
activations = random.normal(size=(LAYERS, WORDS, DIMS))
times = np.linspace(-0.1, 0.2, TIMES)
onsets = np.round(np.cumsum(random.uniform(0.2, 0.4, WORDS)), 3)
groups = np.array([1, 1, 1, 2, 2, 2], np.uint8)
depth = np.array([0.5, 1.0], np.float32)
layers = {f"layer_{i}": random.normal(size=(WORDS, 3 + i)) for i in (1, 2, 10)}


def expect(name, array):
    os.makedirs(os.path.join(HERE, "expected"), exist_ok=True)
    np.save(os.path.join(HERE, "expected", name + ".npy"), array)


def path(name):
    return os.path.join(HERE, name)


VARIABLES = {
    "meg": meg, "continuous": continuous, "activations": activations,
    "times": times.reshape(1, -1), "onsets": onsets.reshape(-1, 1),
    "groups": groups.reshape(1, -1), "sfreq": np.array([[100.0]]), "depth": depth.reshape(-1, 1),
    "permuted": np.ascontiguousarray(meg.transpose(1, 2, 0)),
    "whole": np.array([[1, 2, 2**24 + 1]], np.int32), "small": np.array([[-7, 5]], np.int8),
    "flags": np.array([[True, False, True, True, False, True]]),
    "huge": np.array([[2**53 + 1, 3]], np.int64),
    "flat": meg[:, :, :1].copy(),
}

# Version 5, without and with compression. Structs, and what is refused.
more = {
    "subject": {"epochs": meg, "info": {"rate": np.array([[250.0]])}, "name": "S01"},
    "model": {**layers},
    "spectrum": np.array([[1 + 2j, 3]]), "cells": np.array([[1.0], ["a"]], dtype=object),
    "sparse": scipy.sparse.csc_matrix(np.eye(3)), "text": "words", "nothing": np.zeros((0, 3)),
    "structs": np.array([[(1.0,), (2.0,)]], dtype=[("x", object)]),
}
scipy.io.savemat(path("version5.mat"), {**VARIABLES, **more})
scipy.io.savemat(path("version7.mat"), {**VARIABLES, **more}, do_compression=True)
scipy.io.savemat(path("version4.mat"),
                 {"continuous": continuous.astype(np.float64), "onsets": onsets.reshape(-1, 1),
                  "sfreq": np.array([[100.0]])}, format="4")


# Version 7.3 as MATLAB writes it: axes reversed, a class in an attribute, 512 bytes in front.
def write_73(group, name, value):
    if isinstance(value, dict):
        inner = group.create_group(name)
        inner.attrs["MATLAB_class"] = np.bytes_("struct")
        for field, content in value.items():
            write_73(inner, field, content)
        return
    if isinstance(value, str):
        made = group.create_dataset(name, data=np.array([[ord(c)] for c in value], np.uint16))
        made.attrs["MATLAB_class"] = np.bytes_("char")
        return
    array = np.asarray(value)
    kind = {"f4": "single", "f8": "double", "b1": "logical", "i1": "int8", "u1": "uint8",
            "i2": "int16", "i4": "int32", "i8": "int64", "c16": "double"}[array.dtype.str[1:]]
    if kind == "logical":
        array = array.astype(np.uint8)
    if array.dtype.kind == "c":
        pairs = np.zeros(array.shape, [("real", "<f8"), ("imag", "<f8")])
        pairs["real"], pairs["imag"] = array.real, array.imag
        array = pairs
    options = {}
    if array.size > 20 and array.dtype.names is None:
        options = {"chunks": tuple(min(n, 2) for n in array.T.shape), "compression": "gzip"}
    made = group.create_dataset(name, data=array.T, **options)
    made.attrs["MATLAB_class"] = np.bytes_(kind)


with h5py.File(path("version73.mat"), "w", userblock_size=512) as file:
    for name, value in VARIABLES.items():
        write_73(file, name, value)
    for name in ("subject", "model", "spectrum", "text"):
        write_73(file, name, more[name])
    references = file.create_group("#refs#")
    references.create_dataset("a", data=np.ones((1, 1)))
    cells = file.create_dataset("cells", (1, 2), dtype=h5py.ref_dtype)
    cells[0, 0] = references["a"].ref
    cells.attrs["MATLAB_class"] = np.bytes_("cell")
    sparse = file.create_group("sparse")
    sparse.attrs["MATLAB_class"] = np.bytes_("double")
    sparse.attrs["MATLAB_sparse"] = np.uint64(3)
    sparse.create_dataset("data", data=np.ones(3))
    nothing = file.create_dataset("nothing", data=np.array([0, 3], np.uint64))
    nothing.attrs["MATLAB_class"] = np.bytes_("double")
    nothing.attrs["MATLAB_empty"] = np.uint8(1)
with open(path("version73.mat"), "r+b") as file:
    file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")

# HDF5: types, byte order, chunks, links, and what is refused.
with h5py.File(path("arrays.h5"), "w") as file:
    for name, value in VARIABLES.items():
        file[name] = np.squeeze(value) if 1 in value.shape and name != "flat" else value
    file.create_dataset("big_endian", data=meg.astype(">f4"))
    file.create_dataset("half", data=activations.astype(np.float16), chunks=(1, 4, 2),
                        compression="gzip", shuffle=True)
    file.create_dataset("chunked", data=np.ascontiguousarray(meg.transpose(1, 2, 0)),
                        chunks=(2, 3, 4), compression="gzip")
    file["run-1/eeg"] = np.ascontiguousarray(continuous.T)
    for name, value in layers.items():
        file[f"model/{name}"] = value
    file["alias"] = h5py.SoftLink("/meg")
    file["dangling"] = h5py.SoftLink("/not/there")
    file["elsewhere"] = h5py.ExternalLink("other.h5", "/meg")
    file["loop/back"] = file["/"]
    file["spectrum"] = np.array([1 + 2j, 3])
    file["text"] = "words"
    file["table"] = np.zeros(2, [("a", "<f4"), ("b", "<i4")])
    file["nothing"] = h5py.Empty("f4")
    file.create_dataset("outside", (3, 50), "f4", external=[("outside.bin", 0, 600)])
    file.create_dataset("unwritten", (3, 50), "f4")
    file.create_dataset("half_written", (4, 50), "f4", chunks=(2, 50))[:2] = 1
    # A filter that HDF5 does not have: nothing is written with it, as nothing can be.
    filtered = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    filtered.set_chunk((2, 2))
    filtered.set_filter(32001, h5py.h5z.FLAG_OPTIONAL, (2, 2))
    h5py.h5d.create(file.id, b"blosc", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((4, 4)),
                    filtered)

# Podcast: features by layer, a row a word, and a transcript with a row a token.
podcast = {f"layer-{i}": random.normal(size=(WORDS, 4)).astype(np.float32) for i in range(12)}
with h5py.File(path("features.hdf5"), "w") as file:
    for name, value in podcast.items():
        file.create_dataset(name, data=value, chunks=(4, 2), compression="gzip")
with h5py.File(path("features_in_groups.hdf5"), "w") as file:
    for name, value in podcast.items():
        file[f"{name}/vectors"] = value
with open(path("transcript.tsv"), "w", encoding="utf-8") as file:
    file.write("word_idx\tword\tstart\tend\ttoken\n")
    for i in range(WORDS):
        for token in ("a", "b")[:1 + i % 2]:
            file.write(f"{i}\tw{i}\t{onsets[i]:.3f}\t{onsets[i] + 0.1:.3f}\t{token}\n")

# A whole experiment, and the same as .npy files.
aligned = {"meg": random.normal(size=(60, 4, 5)).astype(np.float32),
           "activations": random.normal(size=(3, 60, 6)).astype(np.float32),
           "times": np.linspace(0, 0.4, 5).reshape(1, -1),
           "onsets": np.arange(60.0).reshape(-1, 1) * 0.5,
           "groups": np.repeat([1.0, 2.0, 3.0], 20).reshape(-1, 1)}
scipy.io.savemat(path("experiment.mat"), aligned, do_compression=True)
with h5py.File(path("experiment.h5"), "w") as file:
    for name, value in aligned.items():
        file.create_dataset(name, data=value, compression="gzip")
for name, value in aligned.items():
    os.makedirs(path("experiment"), exist_ok=True)
    np.save(path(f"experiment/{name}.npy"), value.reshape(-1) if 1 in value.shape else value)

fortran = np.asfortranarray
expect("meg_c", meg)
expect("meg_fortran", fortran(meg))
expect("continuous_c", continuous.astype(np.float32))
expect("continuous_fortran", fortran(continuous.astype(np.float32)))
expect("continuous_of_doubles", fortran(continuous.astype(np.float64)))
expect("activations_c", activations)
expect("activations_fortran", fortran(activations))
expect("activations_half", activations.astype(np.float16))
expect("times", times)
expect("onsets", onsets)
expect("groups", groups.astype(np.int64))
expect("sfreq", np.array(100.0))
expect("rate", np.array(250.0))
expect("depth", depth)
expect("whole_as_i32", np.array([1, 2, 2**24 + 1], np.int32))
expect("whole_as_f64", np.array([1, 2, 2**24 + 1], np.float64))
expect("small_as_f64", np.array([-7, 5], np.float64))
expect("flags", np.array([1, 0, 1, 1, 0, 1], np.int64))
expect("flat_fortran", fortran(meg[:, :, :1]))
for name, value in {**layers, **{f"layer-{i}": podcast[f"layer-{i}"] for i in (2, 11)}}.items():
    expect(name, value)
