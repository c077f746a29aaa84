"""Recordings that are given as a list of arrays, one for each session."""

import numpy as np
import pytest

import brainalign as ba

RATE = 100.0
LENGTHS = [700, 520, 910]


@pytest.fixture
def parts():
    rng = np.random.default_rng(0)
    return [rng.normal(size=(6, n)).astype("f4") for n in LENGTHS]


@pytest.fixture
def onsets():
    rng = np.random.default_rng(1)
    return [np.sort(rng.uniform(0, n / RATE - 0.1, 20 + at)) for at, n in enumerate(LENGTHS)]


def assert_same(one, other):
    assert [t.name for t in one.word_tensors().values()] == [
        t.name for t in other.word_tensors().values()]
    for own, its in zip(one.tensors(), other.tensors()):
        assert (own.digest, own.shape, own.dtype, own.fortran) == (
            its.digest, its.shape, its.dtype, its.fortran)


@pytest.mark.parametrize("order", ["C", "F"])
def test_sessions_have_the_bytes_of_the_joined_recording(parts, onsets, order):
    starts = np.cumsum([0, *LENGTHS[:-1]])
    joined = ba.Recording(
        continuous=np.asarray(np.concatenate(parts, axis=1), order=order), sfreq=RATE,
        times=[0, 0.1], session_starts=starts,
        onsets=np.concatenate([own + start / RATE for own, start in zip(onsets, starts)]))
    one_by_one = ba.Recording(continuous=[np.asarray(part, order=order) for part in parts],
                              sfreq=RATE, times=[0, 0.1], onsets=onsets)
    assert_same(one_by_one, joined)


@pytest.mark.parametrize("order", ["C", "F"])
def test_sessions_of_epochs(order):
    rng = np.random.default_rng(2)
    parts = [np.asarray(rng.normal(size=(words, 6, 2)), order=order) for words in (4, 5, 6)]
    onsets = [np.arange(words) * 0.5 for words in (4, 5, 6)]
    joined = ba.Recording(np.asarray(np.concatenate(parts), order=order), times=[0, 0.1],
                          sessions=[0] * 4 + [1] * 5 + [2] * 6, onsets=np.concatenate(onsets))
    assert_same(ba.Recording(parts, times=[0, 0.1], onsets=onsets), joined)
    assert ba.Recording(parts, times=[0, 0.1]).onsets is None


def test_sessions_of_files_are_read_in_pieces(parts, onsets, tmp_path):
    paths = []
    for at, part in enumerate(parts):
        paths.append(tmp_path / f"{at}.npy")
        np.save(paths[-1], part)
    recording = ba.Recording(continuous=paths, sfreq=RATE, times=[0], onsets=onsets)
    whole = np.concatenate(parts, axis=1).tobytes()
    read = recording.continuous.source.read
    assert recording.continuous.size_bytes == len(whole)
    for offset, size in [(0, 10), (2797, 4), (8515, 9000), (len(whole) - 3, 3)]:
        assert bytes(read(offset, size)) == whole[offset:offset + size]


def test_one_session_in_a_list_is_that_session(parts, onsets):
    alone = ba.Recording(continuous=parts[0], sfreq=RATE, times=[0], onsets=onsets[0])
    assert_same(ba.Recording(continuous=parts[:1], sfreq=RATE, times=[0], onsets=onsets[:1]), alone)


def test_an_array_as_a_list_of_lists_is_still_one_array():
    recording = ba.Recording(continuous=[[0.0] * 50, [1.0] * 50], sfreq=RATE, times=[0],
                             onsets=[0.1])
    assert recording.continuous.shape == (2, 50)


def test_what_is_wrong_is_named_with_its_session(parts, onsets):
    def refusal(**given):
        arguments = dict(continuous=parts, sfreq=RATE, times=[0, 0.1], onsets=onsets)
        with pytest.raises(ba.BrainalignError) as caught:
            ba.Recording(**{**arguments, **given})
        return str(caught.value)

    two = dict(onsets=onsets[:2])
    assert "continuous[1] has 5 sensors, but continuous[0] has 6" in refusal(
        continuous=[parts[0], parts[1][:5]], **two)
    assert "continuous[1] is f64, but continuous[0] is f32" in refusal(
        continuous=[parts[0], parts[1].astype("f8")], **two)
    assert "continuous[1] is in Fortran order" in refusal(
        continuous=[parts[0], np.asfortranarray(parts[1])], **two)
    assert "continuous[1] is f32 (6, 0)" in refusal(continuous=[parts[0], parts[1][:, :0]], **two)
    assert "continuous[1] is f32 (520)" in refusal(continuous=[parts[0], parts[1][0]], **two)
    assert "list of 3 arrays, one for each session" in refusal(**two)
    assert "list of 3 arrays, one for each session" in refusal(onsets=np.concatenate(onsets))
    assert "onsets[1][0] is 9.5 s, but continuous[1] lasts from 0 to 5.2 s" in refusal(
        onsets=[onsets[0], [9.5], onsets[2]])
    assert "onsets[2][0] is nan s" in refusal(onsets=[*onsets[:2], [np.nan]])
    assert "session_starts is given with a list of arrays" in refusal(session_starts=[0])
    assert "words has 2 words, but the sessions have 20, 21, 22: 63" in refusal(words=["a", "b"])
    assert "epochs[1] is f64 (5, 6, 1), but epochs[0] is f64 (4, 6, 2)" in refusal(
        continuous=None, epochs=[np.zeros((4, 6, 2)), np.zeros((5, 6, 1))], onsets=None)
    assert "onsets[0] has 1 numbers, but epochs[0] has 4 words" in refusal(
        continuous=None, epochs=[np.zeros((4, 6, 2))], onsets=[[1.0]])
