"""Arrays, files and tables become the bytes that the command line would send."""

import hashlib
import json
import os
import pathlib
import re
import resource
import struct
import subprocess
import sys
import time

import numpy as np
import pytest

import brainalign as ba
from brainalign import _crc, _tensors
from brainalign._layer_order import order_by_names
from conftest import BIN, BUILD, REAL_FILES, TREE

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"


def bytes_of(tensor):
    return bytes(tensor.source.read(0, tensor.size_bytes))


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 9, 255, 2320, 2321, 4096, 4097, 45480, 45481,
                                  45489, 100001, 1 << 20])
def test_checksums_by_numpy(size):
    crc32c = pytest.importorskip("crc32c")
    data = np.random.default_rng(size).bytes(size)
    assert _crc.crc32c_by_numpy(data) == crc32c.crc32c(data)


def test_the_checksum_of_the_standard():
    # RFC 3720, B.4: 32 bytes of zeros, and of ones.
    assert _crc.crc32c(bytes(32)) == _crc.crc32c_by_numpy(bytes(32)) == 0x8A9136AA
    assert _crc.crc32c(b"\xff" * 32) == _crc.crc32c_by_numpy(b"\xff" * 32) == 0x62A8AB43


def test_the_sums_by_which_checksums_are_folded_are_multiples_of_the_polynomial():
    # The polynomial of RFC 3720 with the coefficient of x**32, the highest first.
    polynomial = 0x11EDC6F41
    for powers in _crc.FOLDS:
        terms = []
        for power in (0, *powers):
            value = 1
            for _ in range(64 * power):
                value <<= 1
                value ^= polynomial if value >> 32 else 0
            terms.append(value)
        assert np.bitwise_xor.reduce(terms) == 0


def test_checksums_by_numpy_keep_up_with_hashing():
    data = np.random.default_rng(0).bytes(1 << 20)

    def seconds(compute):
        took = []
        for _ in range(9):
            begin = time.perf_counter()
            compute(data)
            took.append(time.perf_counter() - begin)
        return min(took)

    assert seconds(_crc.crc32c_by_numpy) < 4 * seconds(lambda d: hashlib.sha256(d).digest())


ARRAY = np.arange(24, dtype="<f4").reshape(2, 3, 4)


@pytest.mark.parametrize("array, dtype, fortran, expected", [
    (ARRAY, "F32", False, ARRAY.tobytes()),
    (np.asfortranarray(ARRAY), "F32", True, ARRAY.tobytes(order="F")),
    (ARRAY[:, ::2], "F32", False, ARRAY[:, ::2].tobytes()),
    (ARRAY.astype(">f4"), "F32", False, ARRAY.tobytes()),
    (ARRAY.astype("f8"), "F64", False, ARRAY.astype("<f8").tobytes()),
    (ARRAY.astype("f2"), "F16", False, ARRAY.astype("<f2").tobytes()),
    (ARRAY.astype("i2"), "I16", False, ARRAY.astype("<i2").tobytes()),
    (ARRAY.astype("u1"), "I64", False, ARRAY.astype("<i8").tobytes()),
    (ARRAY > 3, "I64", False, (ARRAY > 3).astype("<i8").tobytes()),
    ([[1.0, 2.0]], "F64", False, np.array([[1.0, 2.0]]).tobytes()),
])
def test_arrays_of_numpy(array, dtype, fortran, expected):
    tensor = _tensors.tensor_of(array, "x")
    assert (tensor.dtype, tensor.fortran) == (dtype, fortran)
    assert bytes_of(tensor) == expected
    assert tensor.digest == hashlib.sha256(expected).hexdigest()
    assert tensor.to_numpy().tolist() == np.asarray(array).tolist()


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([1j]), np.array([object()])])
def test_other_elements_are_refused(array):
    with pytest.raises(ValueError, match="real numbers are needed"):
        _tensors.tensor_of(array, "x")


def test_tensors_of_torch_keep_their_bytes():
    torch = pytest.importorskip("torch")
    values = torch.linspace(-3, 3, 12).reshape(3, 4)
    half = _tensors.tensor_of(values.to(torch.bfloat16), "x")
    assert half.dtype == "BF16"
    expected = (values.to(torch.bfloat16).float().numpy().view("<u4") >> 16).astype("<u2")
    assert bytes_of(half) == expected.tobytes()
    assert half.to_numpy().tolist() == values.to(torch.bfloat16).float().tolist()
    assert bytes_of(_tensors.tensor_of(values.requires_grad_(), "x")) == (
        values.detach().numpy().tobytes())
    layers = ba.Activations([values.to(torch.bfloat16)] * 2).take([2, 0])
    assert layers.layers[0].tensor.dtype == "BF16"
    assert bytes_of(layers.layers[0].tensor) == expected[[2, 0]].tobytes()


def test_numbers_in_names_must_not_contradict_the_order_of_a_mapping():
    layer = np.zeros((3, 2), np.float32)
    for names in (["h.0", "h.1", "h.10", "h.2"], ["layer_-1", "layer_-10", "layer_-2"],
                  ["h.1", "h.0"]):
        with pytest.raises(ValueError, match="numbers in the names put"):
            ba.Activations({name: layer for name in names})
    listed = ba.Activations({name: layer for name in ["h.1", "h.0"]}, names=["h.1", "h.0"])
    assert (listed.names, listed.order) == (["h.1", "h.0"], "as listed in names")
    for names in (["h.2", "h.10"], ["wte", "h.0", "ln_f"], ["late", "early"]):
        assert ba.Activations({name: layer for name in names}).names == names


def test_files(tmp_path):
    h5py = pytest.importorskip("h5py")
    layers = np.random.default_rng(0).normal(size=(11, 5, 3)).astype("<f4")
    np.save(tmp_path / "a.npy", layers)
    np.savez(tmp_path / "a.npz", **{f"h.{i}": layers[i] for i in range(11)})
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for i in range(11):
            file.create_dataset(f"layer-{i}", data=layers[i], chunks=(2, 3) if i % 2 else None)
    from brainalign._safetensors import write_safetensors
    write_safetensors(str(tmp_path / "a.safetensors"),
                      {f"h.{i}": layers[i] for i in (10, *range(10))}, {"model": "m"})
    for ending in ("npy", "npz", "h5", "safetensors"):
        found = ba.Activations(tmp_path / f"a.{ending}")
        assert found.word_count == 5 and len(found) == 11
        for i, layer in enumerate(found.layers):
            assert layer.rows(1, 4).tolist() == layers[i, 1:4].tolist(), ending
        assert found.depth[-1] == 1.0
    assert found.order == "by the numbers in their names"
    assert ba.Activations(tmp_path / "a.npz", names=["h.3", "h.1"]).names == ["h.3", "h.1"]
    (tmp_path / "a.pt").write_bytes(b"x")
    with pytest.raises(ValueError, match="safetensors.torch.save_file"):
        ba.Activations(tmp_path / "a.pt")
    (tmp_path / "b.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:-4])
    with pytest.raises(ValueError, match="truncated"):
        ba.Activations(tmp_path / "b.npy")
    (tmp_path / "c.safetensors").write_bytes(struct.pack("<Q", 1 << 40) + b"{}")
    with pytest.raises(ValueError, match="its header has 1099511627776 bytes"):
        ba.Activations(tmp_path / "c.safetensors")
    (tmp_path / "d.npy").symlink_to(".git/annex/objects/x")
    with pytest.raises(ValueError, match="git annex get"):
        ba.Activations(tmp_path / "d.npy")
    with pytest.raises(ValueError, match="cannot be read"):
        ba.Activations(tmp_path / "none.npy")


def test_files_of_matlab_have_the_axes_of_matlab(client, tmp_path):
    scipy_io = pytest.importorskip("scipy.io")
    h5py = pytest.importorskip("h5py")
    random = np.random.default_rng(0)
    layers = {f"layer_{i}": random.normal(size=(120, 5 + i)) for i in range(2)}
    epochs = random.normal(size=(120, 6, 4))
    old = tmp_path / "old.mat"
    scipy_io.savemat(old, {**layers, "onsets": np.arange(120.0), "name": "story"})
    new = tmp_path / "new.mat"
    # As MATLAB 7.3 writes: a block of 512 bytes in front, and axes in the reverse order.
    with h5py.File(new, "w", userblock_size=512) as file:
        for name, values in {**layers, "onsets": np.zeros((120, 1))}.items():
            file[name] = values.T
        file["#refs#/a"] = np.zeros((3, 3))
    with open(new, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64")
    for path in (old, new):
        found = ba.Activations(path)
        assert found.names == ["layer_0", "layer_1"] and found.word_count == 120
        for layer, values in zip(found.layers, layers.values()):
            assert np.array_equal(layer.rows(0, 120), values)
    brain = tmp_path / "brain.mat"
    scipy_io.savemat(brain, {"epochs": epochs, "sfreq": 100.0})
    options = dict(times=np.arange(4) / 10, lint=False, alphas=[1.0], selection="fixed",
                   purge_seconds=0.0)
    expected = client.align(epochs, layers, **options).result()
    assert client.align(str(brain), old, **options).result().score == pytest.approx(
        expected.score, abs=1e-9)
    with pytest.raises(ValueError, match="needs one array \\(words, sensors, times\\)"):
        ba.Recording(old, times=[0.0])
    old.write_bytes(b"no file of MATLAB" * 20)
    with pytest.raises(ValueError, match="cannot be read as a MATLAB file"):
        ba.Activations(old)


def test_the_layout_of_the_podcast_data(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "features.hdf5", "w") as file:
        for i in range(3):
            file.create_dataset(f"layer-{i}", data=np.full((3, 2), i, "f4"))
    (tmp_path / "transcript.tsv").write_text(
        "word_idx\ttoken\tword\tstart\n0\tMon\tMonkey\t0.5\n0\tkey\tMonkey\t0.5\n1\tin\tin\t0.9\n"
        "2\tthe\t\"the\t1.0\n")
    found = ba.load_activations(tmp_path / "features.hdf5", words=tmp_path / "transcript.tsv")
    assert found.words.texts == ["Monkey", "in", '"the']
    assert found.words.onsets.tolist() == [0.5, 0.9, 1.0]
    assert found.names == ["layer-0", "layer-1", "layer-2"]


def test_the_real_transcript_of_the_podcast_data(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = REAL_FILES / "podcast" / "gpt2-xl_transcript.tsv"
    if not path.exists():
        pytest.skip("the file is not here")
    with h5py.File(tmp_path / "features.hdf5", "w") as file:
        for i in range(2):
            file.create_dataset(f"layer-{i}", data=np.full((5136, 4), i, "f4"))
    found = ba.load_activations(tmp_path / "features.hdf5", words=path)
    assert found.word_count == len(found.words) == 5136
    assert found.words.texts[:2] == ["Act", "one,"]
    assert found.words.onsets[:2].tolist() == [3.71, 3.99]
    assert (np.diff([int(i) for i in found.words["word_idx"]]) == 1).all()
    # 5,491 rows of tokens: neither the tokens nor other numbers of words are taken.
    with pytest.raises(ValueError, match="has 5136 words|has 5491 words"):
        ba.Activations(tmp_path / "features.hdf5", words=path)


# The command line's tests have the same cases.
LAYER_ORDERS = json.loads((TREE / "tests" / "client" / "experiment" / "layer_order_cases.json")
                          .read_text(encoding="utf-8"))


@pytest.mark.parametrize("names", LAYER_ORDERS["ordered"], ids=lambda names: names[0])
def test_layers_are_ordered_by_their_numbers(names):
    for given in (names, names[::-1], sorted(names)):
        assert [given[i] for i in order_by_names(given)[0]] == names


@pytest.mark.parametrize("case", LAYER_ORDERS["refused"], ids=lambda case: case["names"][0])
def test_names_that_leave_a_doubt_are_refused(case):
    with pytest.raises(ValueError, match=re.escape(case["reason"])):
        order_by_names(case["names"])


def test_word_tables(tmp_path):
    pandas = pytest.importorskip("pandas")
    table = ba.WordTable(pandas.DataFrame({"text": ["a", "b"], "onset": [0.5, 1]}))
    assert table.texts == ["a", "b"] and table.onsets.tolist() == [0.5, 1.0]
    assert table.take([1]).texts == ["b"]
    (tmp_path / "w.csv").write_text('word,onset\n"a, b",1\n')
    assert ba.WordTable(tmp_path / "w.csv").texts == ["a, b"]
    with pytest.raises(ValueError, match="2 fields in row 1 and 3"):
        (tmp_path / "w.tsv").write_text("a\tb\tc\n1\t2\n")
        ba.WordTable(tmp_path / "w.tsv")
    with pytest.raises(ValueError, match="first one too many is 'b'"):
        table.check_same(ba.WordTable(["a"]), "the words", "the others")
    with pytest.raises(ValueError, match="differ in length"):
        ba.WordTable({"a": [1], "b": [1, 2]})


def test_quotation_marks_of_a_tsv_enclose_whole_fields_only(tmp_path):
    (tmp_path / "w.tsv").write_text(
        'word\tfree\n"said"\t"a ""b"" c"\n"\t""\nsay "no"\t"x" "y"\n"""\t""""\n')
    table = ba.WordTable(tmp_path / "w.tsv")
    assert list(table.columns["free"]) == ['a "b" c', "", '"x" "y"', '"']
    assert list(table.columns["word"]) == ["said", '"', 'say "no"', '"""']


def test_what_is_missing_or_wrong_is_named(data):
    epochs, times = data.epochs, data.times
    for given, message in (
            (dict(times=times), "Either epochs"),
            (dict(epochs=epochs), "times is missing"),
            (dict(epochs=epochs, times=times[::-1]), "does not ascend"),
            (dict(epochs=epochs, times=times[1:]), "times has 3 numbers"),
            (dict(epochs=epochs[0], times=times), "is needed"),
            (dict(epochs=epochs, times=times, onsets=[1.0]), "onsets has 1 numbers; 120"),
            (dict(epochs=epochs, times=times, onsets=[np.nan] * 120), "nan at index 0"),
            (dict(epochs=epochs, times=times, groups=[0.5] * 120), "whole numbers"),
            (dict(continuous=epochs[0], times=times), "sfreq"),
            (dict(continuous=epochs[0], times=times, sfreq=1.0), "onsets is missing")):
        with pytest.raises(ba.errors.InputError, match=message):
            ba.Recording(**given)
    for given, message in (
            (dict(source=[]), "activations"),
            (dict(source=[data.layers[0], data.layers[0][:5]]), "has 5 rows"),
            (dict(source=data.layers.astype(int)), "activations are f16"),
            (dict(source=data.layers, depth=[0.5, 1.5]), "at most 1"),
            (dict(source=data.layers, names=["a"]), "lists 1 layers; there are 2"),
            (dict(source=data.layers, words=["a"]), "has 1 words, but the activations have 120")):
        with pytest.raises(ba.errors.InputError, match=message):
            ba.Activations(**given)
    assert ba.Recording(epochs, times=times, groups=["a"] * 60 + ["b"] * 60).groups.sum() == 60


RESIDENT = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np, brainalign as ba
path = sys.argv[2]
client = ba.Client(sys.argv[3])
client.info()
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
recording = ba.Recording(np.load(path, mmap_mode="r"), times=np.arange(64) / 64)
before = resident()
peak = [0]
def watch(event):
    peak[0] = max(peak[0], resident())
client.upload(recording, progress=watch)
print((peak[0] - before) >> 20)
"""


def test_a_mapped_array_never_becomes_resident(server, tmp_path):
    path = tmp_path / "large.npy"
    shape = (2048, 512, 64)  # 512 MiB, without a byte on the disk
    np.lib.format.open_memmap(path, mode="w+", dtype="<f8", shape=shape).flush()
    ended = subprocess.run(
        [sys.executable, "-c", RESIDENT, str(BUILD / "python"), str(path), server.address],
        capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) <= 64


def test_a_folder_gives_the_digests_and_bits_of_the_command_line(server, tmp_path):
    folder = tmp_path / "experiment"
    subprocess.run([BIN / "brainalign", "simulate", folder, "--words", "300"], check=True,
                   capture_output=True)
    def number(name):
        return np.load(folder / f"{name}.npy")
    subprocess.run([BIN / "brainalign", "run", folder, "--server", server.address, "--pca", "10",
                    "--out", tmp_path / "cli.json"], check=True, capture_output=True)
    with ba.Client(server.address) as client:
        recording = ba.Recording(
            continuous=folder / "continuous.npy", sfreq=number("sfreq"), onsets=number("onsets"),
            times=number("times"), groups=number("groups"))
        model = ba.Activations(folder / "activations.npy", depth=number("depth"))
        job = client.align(recording, model, pca=10)
        assert job.refresh().reason == "SERVED_FROM_CACHE"
        fresh = client.align(recording, model, pca=10, skip_cache=True).result()
    theirs = ba.load(tmp_path / "cli.json")
    assert fresh.score_per_fold.tobytes() == theirs.score_per_fold.tobytes()
    # The command leaves out options that this metric does not have.
    assert theirs.options.items() <= fresh.options.items()
    assert fresh.layer_order == theirs.layer_order
    assert set(theirs.fields) == set(fresh.fields)
    assert theirs.fields["inputs"] == fresh.fields["inputs"]


@pytest.mark.parametrize("delays", [[-1, 0], [1, 1], [2, 1], range(65), [0.5], 3, [True], "1,2",
                                    [2**31], ["1"]])
def test_delays_that_make_no_features_are_rejected(delays):
    with pytest.raises(ba.errors.InputError, match="delays is .*; it must be 1 to 64") as error:
        ba.Options(direction="model_to_brain", delays=delays)
    assert error.value.field == "delays"


def test_delays_are_of_one_direction():
    assert ba.Options(direction="model_to_brain", delays=np.array([1, 2])).delays == (1, 2)
    assert ba.Options().delays == ()
    with pytest.raises(ba.errors.InputError, match="delays is .1, 2. with direction"):
        ba.Options(delays=[1, 2])


def test_delays_at_the_server_score_as_scikit_learn(server):
    golden = json.loads((GOLDEN / "delays" / "rows.json").read_text())
    brain = np.array(golden["brain"])[:, :, np.newaxis]
    layer = np.array(golden["activations"])
    with ba.Client(server.address) as client:
        def align(layer, **options):
            return client.align(
                ba.Recording(brain, times=[0.0], sessions=golden["sessions"]),
                ba.Activations([layer], names=["layer.0"]), direction="model_to_brain",
                preset="paper", selection="fixed", alphas=[golden["alpha"]],
                arrays=["per_sensor"], **options).result()
        delayed = align(layer, delays=golden["delays"])
        assert np.allclose(delayed.score_per_sensor.ravel(), golden["score_per_sensor"], rtol=0,
                           atol=1e-9)
        assert delayed.options["delays"] == golden["delays"]
        assert delayed.layer_names == ["layer.0"]
        written = align(np.array(golden["delayed"]))
        assert np.allclose(delayed.score_per_sensor, written.score_per_sensor, rtol=0, atol=1e-9)
        with pytest.raises(ba.errors.InputError, match="delays has 40, but no session") as error:
            align(layer, delays=[40])
        assert error.value.field == "delays"
