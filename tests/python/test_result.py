"""Results: arrays, tables, files and pictures."""

import json
import os
import re
import subprocess
import xml.etree.ElementTree
from types import SimpleNamespace

import numpy as np
import pytest

import brainalign as ba
from conftest import BIN


@pytest.fixture
def result():
    """Two layers, three times, two folds."""
    score = [[0.1, 0.3, 0.2], [0.0, 0.1, 0.4]]
    return ba.Result({
        "score": score, "score_per_fold": [score, score], "times": [-0.1, 0.0, 0.1],
        "depth": [0.5, 1.0], "layer_names": ["<first>", "second"], "layer_order": None,
        "t_max": [0.0, None], "t_argmax": [0.0, 0.1], "t_max_contiguous": [True, False],
        "temporal_score": None, "temporal_score_p": None, "alignment_score_best_layer": 0.4,
        "alignment_score_mean_of_layer_maxima": 0.35, "options": {"metric": "pearson"},
        "windows": [{"begin_seconds": 0.0, "end_seconds": 0.2, "mean": [0.2, 0.3]},
                    {"begin_seconds": 0.2, "end_seconds": None, "mean": [None, None]}],
        "numerics_version": "1", "job_id": "x"})


def test_a_saved_result_is_for_its_owner_and_a_replaced_file_keeps_its_permissions(result,
                                                                                   tmp_path):
    path = tmp_path / "r.json"
    before = os.umask(0o022)
    try:
        result.save(path)
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o644)
        result.save(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("ending", ["json", "npz", "h5"])
def test_saved_and_loaded_it_is_the_same(result, tmp_path, ending):
    if ending == "h5":
        pytest.importorskip("h5py")
    path = tmp_path / f"r.{ending}"
    result.save(path)
    again = ba.load(path)
    assert again == result and again.score.dtype == np.float64
    assert np.isnan(again.t_max[1]) and np.isinf(again.windows[1]["end_seconds"])
    for damaged in (b"damaged", b"PK\3\4 and no archive"):
        path.write_bytes(damaged)
        with pytest.raises(ba.errors.InputError, match=path.name):
            ba.load(path)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_paths_that_cannot_be(result, tmp_path):
    with pytest.raises(ValueError, match=".json, .npz or .h5"):
        result.save(tmp_path / "r.pkl")
    with pytest.raises(LookupError):
        ba.load(tmp_path / "none.json")
    with pytest.raises(AttributeError, match="no scores; it has score"):
        result.scores


def test_the_json_has_no_nan(result):
    assert json.loads(result.to_json())["t_max"] == [0.0, None]
    assert result.to_json().startswith('{\n "score":')


def test_uncertainty_is_read_from_what_a_server_sends():
    from brainalign import _results
    from brainalign._proto import enum, message
    random = np.random.default_rng(0)
    arrays = {"score": random.normal(size=(2, 3)), "score_per_fold": random.normal(size=(2, 2, 3)),
              "null_scores": random.normal(size=(4, 2, 3)),
              "influence_held_out": random.normal(size=(5, 2, 3)),
              "influence_refit": random.normal(size=(5, 2, 3)),
              "influence_alphas": random.normal(size=(4, 2, 3)),
              "fold_of_block": np.array([0, 0, 1, 1, 1]), "words_of_block": np.full(5, 40),
              "score_per_target": np.array([[[0.5, 1.0]] * 3, [[0.25, np.nan]] * 3]),
              "time_generalisation": random.normal(size=(2, 3, 3))}
    proto = message("AlignmentResult")(words_used=200)
    for name, values in (("layer", [0.5, 1.0]), ("time", [0.0, 0.1, 0.2])):
        proto.axes.add(name=name, values=values, labels=["a", "b"] if name == "layer" else [])
    for name, values in arrays.items():
        proto.arrays.add(name=name, shape=values.shape, data=values.tobytes(),
                         data_type=enum("DataType")[
                             "DATA_TYPE_F64" if values.dtype.kind == "f" else "DATA_TYPE_I64"])
    proto.options.nulls, proto.options.draws, proto.options.seed = 4, 1000, 2**63
    facts = proto.uncertainty
    facts.nulls, facts.nulls_asked, facts.block_words, facts.min_shift_words = 4, 9, 40, 3
    facts.brain_drift, facts.words_fingerprint = 0.25, 0xABC
    proto.word_selection.words_before, proto.word_selection.words_after = 240, 200
    result = ba.Result(_results.Assembly(
        proto, SimpleNamespace(layer_order="", preparation=None), []).fields())
    for name in ("null_scores", "influence_held_out", "influence_refit", "influence_alphas",
                 "fold_of_block", "words_of_block"):
        assert np.array_equal(getattr(result, name), arrays[name])
    assert result.uncertainty["no_relation"] == {
        "nulls": 4, "nulls_asked": 9, "min_shift_words": 3, "words_left_out": 0,
        "words_in_short_sessions": 0, "short_sessions": 0}
    assert result.uncertainty["blocks"] == {"words": 40}
    assert result.uncertainty["drift"] == {"brain": 0.25, "model": None}
    assert (result.uncertainty["draws"], result.uncertainty["seed"]) == (1000, 2**63)
    assert result.uncertainty["words_fingerprint"] == "0000000000000abc"
    assert result.word_selection["words_after"] == 200
    loaded = ba.Result(json.loads(result.to_json()))
    assert loaded == result and loaded.null_scores.shape == (4, 2, 3)
    assert np.array_equal(loaded.score_per_target, arrays["score_per_target"], equal_nan=True)
    assert np.array_equal(loaded.time_generalisation, arrays["time_generalisation"])


def test_swaps_of_sessions_tell_the_largest_score_alone():
    from brainalign import _uncertainty
    from brainalign._proto import enum, message
    proto = message("Uncertainty")()
    null = proto.no_relation
    null.null_by, null.nulls, null.nulls_asked = enum("NullBy")["NULL_BY_SWAP"], 44, 199
    null.p_max, null.words_left_out = 0.125, 7
    null.p_mean_of_maxima = null.cluster_p_max = float("nan")
    parts = _uncertainty.Parts()
    parts.add(message("ReadUncertaintyResponse")(uncertainty=proto))
    fields = {"uncertainty": {"seed": 0, "drift": None, "words_fingerprint": "1"},
              "temporal_score": 0.5, "temporal_score_p": 0.5,
              "alignment_score_mean_of_layer_maxima": 0.5, "alignment_score_best_layer": 0.5}
    parts.into(fields)
    told = {name: value for name, value in fields["uncertainty"]["no_relation"].items()
            if value is not None}
    assert told == {"null_by": "swap", "nulls": 44, "nulls_asked": 199, "words_left_out": 7,
                    "p_max": 0.125, "smallest_p": 1 / 45, "largest_basis_difference": 0.0,
                    "words_in_short_sessions": 0, "short_sessions": 0}


@pytest.mark.parametrize("number, name", [(0, "shift"), (1, "shift"), (7, "unknown (7)")])
def test_nulls_of_a_newer_server_are_no_shifts(number, name):
    from brainalign import _uncertainty
    from brainalign._proto import message
    proto = message("Uncertainty")()
    proto.no_relation.null_by, proto.no_relation.nulls = number, 9
    parts = _uncertainty.Parts()
    parts.add(message("ReadUncertaintyResponse")(uncertainty=proto))
    fields = {"uncertainty": {"seed": 0, "drift": None, "words_fingerprint": "1"},
              "temporal_score": 0.5, "temporal_score_p": 0.5,
              "alignment_score_mean_of_layer_maxima": 0.5, "alignment_score_best_layer": 0.5}
    parts.into(fields)
    assert fields["uncertainty"]["no_relation"]["null_by"] == name


def test_a_result_without_nulls_and_draws_has_no_uncertainty(result):
    assert result.uncertainty is None


def test_a_verdict_of_the_command_is_read(data, tmp_path):
    pytest.importorskip("h5py")
    folder = tmp_path / "experiment"
    folder.mkdir()
    for name, values in (("meg", data.epochs), ("times", data.times),
                         ("activations", data.layers), ("onsets", np.arange(120) * 0.5)):
        np.save(folder / f"{name}.npy", values)
    subprocess.run([BIN / "brainalign", "run", folder, "--local", "--rigour", "--nulls", "19",
                    "--draws", "100", "--alphas", "1", "--out", tmp_path / "r.json"], check=True,
                   capture_output=True)
    with_verdict = ba.load(tmp_path / "r.json")
    verdict = with_verdict.rigour["verdict"]
    assert list(verdict) == ["established", "not_established", "not_testable", "described"]
    assert all(isinstance(said, str) for sentences in verdict.values() for said in sentences)
    for ending in ("npz", "h5"):
        with_verdict.save(tmp_path / f"again.{ending}")
        assert ba.load(tmp_path / f"again.{ending}").rigour == with_verdict.rigour


def test_tables(result, tmp_path):
    xarray = pytest.importorskip("xarray")
    data = result.to_xarray()
    assert data.score.sel(layer="second", time=0.1) == 0.4
    assert data.score_per_fold.dims == ("fold", "layer", "time")
    pytest.importorskip("h5netcdf")
    data.to_netcdf(tmp_path / "r.nc", engine="h5netcdf")
    assert xarray.load_dataset(tmp_path / "r.nc", engine="h5netcdf").identical(data) or (
        xarray.load_dataset(tmp_path / "r.nc", engine="h5netcdf").equals(data))
    table = result.to_dataframe()
    assert list(table.columns) == ["layer", "depth", "time", "score"] and len(table) == 6
    assert table[(table.layer == "second") & (table.time == 0.1)].score.item() == 0.4
    assert len(result.to_dataframe(folds=True)) == 12


def test_in_a_notebook_it_is_an_image_without_script(result):
    text = result._repr_html_()
    root = xml.etree.ElementTree.fromstring(text)
    assert root.tag.endswith("svg") and root.attrib["role"] == "img"
    assert "0.4000" in root.attrib["aria-label"] and "second" in root.attrib["aria-label"]
    assert "<script" not in text and "<first>" not in text
    assert len(re.findall("<rect", text)) == 7


def test_figures_have_their_width_and_live_text(result, tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    matplotlib.rcParams["axes.grid"] = True  # a user's own settings
    for width, millimetres in (("single", 89), ("double", 183)):
        figure = result.figure(width)
        assert figure.get_size_inches()[0] * 25.4 == pytest.approx(millimetres)
        figure.savefig(tmp_path / "f.svg")
        text = (tmp_path / "f.svg").read_text()
        assert "relative depth" in text and "second" in text
        figure.savefig(tmp_path / "f.pdf")
        assert b"/Type /Font" in (tmp_path / "f.pdf").read_bytes()
        assert b"/Subtype /Type3" not in (tmp_path / "f.pdf").read_bytes()
        assert {text.get_fontsize() for text in figure.findobj(matplotlib.text.Text)
                if text.get_text()} <= {6.0, 7.0}
        assert not any(line.get_visible() for axes in figure.axes
                       for line in axes.get_xgridlines() + axes.get_ygridlines())
    matplotlib.rcParams["axes.grid"] = False
    assert result.plot().images[0].get_clim() == (0.0, 0.4)
    assert result.plot(vmax=0.5).images[0].get_clim() == (0.0, 0.5)
    assert result.plot().get_xlabel() == "time after word onset (s)"
    assert len(result.plot_windows().lines) == 2
    assert result.plot_peaks().get_ylabel() == "t_max (s)"
    matplotlib.pyplot.close("all")
    with pytest.raises(ValueError, match="single or double"):
        result.figure("wide")


def test_shuffled_folds_are_warned_of():
    from brainalign.result import result_of

    fields = {"score": [[0.1, 0.2]], "times": [0.0, 0.1], "depth": [0.5], "layer_names": ["a"]}
    assert result_of({**fields, "options": {"fold_by": "group"}}, ["lint"]).warnings == ["lint"]
    first, second = result_of({**fields, "options": {"fold_by": "shuffled"}}, ["lint"]).warnings
    assert first.startswith("Control, not a result: folds are shuffled")
    assert second == "lint"


def test_a_file_that_is_no_result_is_not_replaced(result, tmp_path):
    for ending in (".json", ".npz"):
        path = tmp_path / f"mine{ending}"
        path.write_text('{"mine": 1}')
        with pytest.raises(FileExistsError, match="is no result of brainalign"):
            result.save(path)
        assert path.read_text() == '{"mine": 1}'
        path.write_text("")  # as mktemp makes it
        result.save(path)
        result.save(path)
        assert np.array_equal(ba.load(path).score, result.score, equal_nan=True)
    arrays = tmp_path / "arrays.npz"
    np.savez(arrays, mine=np.zeros(3))
    with pytest.raises(FileExistsError, match="is no result of brainalign"):
        result.save(arrays)
