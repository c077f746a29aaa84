"""Objects of MNE-Python: rows stay with their words, reference sensors stay out."""

import json
import subprocess
import warnings

import numpy as np
import pytest

import brainalign as ba
from conftest import BIN, REAL_FILES

mne = pytest.importorskip("mne")
mne.set_log_level("error")


def make_raw(seconds=20.0, sfreq=100.0, bads=()):
    names = ["MEG1", "MEG2", "EEG1", "STI"]
    info = mne.create_info(names, sfreq, ["mag", "mag", "eeg", "stim"])
    info["bads"] = list(bads)
    random = np.random.default_rng(0)
    return mne.io.RawArray(random.normal(size=(4, int(seconds * sfreq))) * 1e-13, info)


def make_epochs(raw, onsets, preload=True, baseline=None, tmax=0.5, **more):
    events = np.array([[int(round(t * raw.info["sfreq"])) + raw.first_samp, 0, 1]
                       for t in onsets])
    words = [f"word{i}" for i in range(len(onsets))]
    import pandas
    more.setdefault("metadata", pandas.DataFrame({"word": words, "onset": onsets}))
    return mne.Epochs(raw, events, tmin=-0.1, tmax=tmax, baseline=baseline, preload=preload,
                      **more), words


def test_kept_words_are_those_of_the_epochs():
    raw = make_raw()
    # The second to last leaves the recording, the last has too little before it.
    onsets = [1.0, 2.0, 3.0, 4.0, 19.9, 0.0]
    epochs, words = make_epochs(raw, onsets)
    recording = ba.Recording.from_mne(epochs)
    assert recording.words.texts == ["word0", "word1", "word2", "word3"]
    assert recording.selection == (0, 1, 2, 3)
    assert recording.original_words == 6
    assert sum(recording.drops.values()) == 2 and set(recording.drops) <= {"TOO_SHORT", "NO_DATA"}
    assert recording.onsets.tolist() == onsets[:4]


def test_words_of_all_events_are_taken_by_selection():
    epochs, words = make_epochs(make_raw(), [1.0, 19.9, 3.0, 4.0], metadata=None)
    recording = ba.Recording.from_mne(epochs, words=words)
    assert recording.words.texts == ["word0", "word2", "word3"]
    dropped = epochs.copy().drop([1], reason="USER")
    assert ba.Recording.from_mne(dropped, words=words).words.texts == ["word0", "word3"]
    assert ba.Recording.from_mne(dropped).drops["USER"] == 1
    subset = epochs[[2, 0]]
    assert ba.Recording.from_mne(subset, words=words).words.texts == ["word3", "word0"]
    with pytest.raises(ValueError, match="has 7 words"):
        ba.Recording.from_mne(epochs, words=[f"x{i}" for i in range(7)])


def test_other_words_than_the_metadata_are_refused_with_the_first():
    epochs, words = make_epochs(make_raw(), [1.0, 2.0, 3.0])
    words[1] = "other"
    with pytest.raises(ValueError, match="Word 1 is 'other' in words and 'word1' in epochs"):
        ba.Recording.from_mne(epochs, words=words)


def test_activations_of_all_words_lose_the_dropped_rows(client):
    onsets = list(np.arange(0.5, 19, 0.3)) + [19.9]
    epochs, words = make_epochs(make_raw(), onsets)
    layers = np.random.default_rng(2).normal(size=(2, len(onsets), 3)).astype("f4")
    job = client.align(epochs, ba.Activations(layers, words=words), alphas=[1.0],
                       selection="fixed", purge_seconds=0)
    kept = layers[:, list(epochs.selection)]
    data = epochs.get_data()[:, :3].astype("f4")
    by_hand = client.align(
        ba.Recording(data, times=epochs.times, onsets=onsets[:-1]),
        [np.ascontiguousarray(x) for x in kept], alphas=[1.0], selection="fixed", purge_seconds=0)
    assert job.result().score.tolist() == by_hand.result().score.tolist()
    assert by_hand.refresh().cache_key == job.refresh().cache_key
    with pytest.raises(ValueError, match="TOO_SHORT|NO_DATA"):
        client.align(epochs, layers[:, :5])


@pytest.mark.parametrize("preload", [True, False])
def test_epochs_on_disk_are_the_same_bytes(tmp_path, preload):
    epochs, _ = make_epochs(make_raw(), [1.0, 2.0, 3.0])
    epochs.save(tmp_path / "a-epo.fif")
    read = mne.read_epochs(tmp_path / "a-epo.fif", preload=preload)
    expected = read.copy().load_data().get_data()[:, :3].astype("<f4").tobytes()
    tensor = ba.Recording.from_mne(read).epochs
    assert tensor.source.read(0, tensor.size_bytes) == expected
    assert tensor.shape == (3, 3, 61)


def test_bads_and_stimulus_channels_stay_out():
    raw = make_raw(bads=["MEG2"])
    epochs, _ = make_epochs(raw, [1.0, 2.0])
    recording = ba.Recording.from_mne(epochs)
    assert recording.metadata["channels"] == ["MEG1", "EEG1"]
    assert recording.metadata["channel_types"] == ["mag", "eeg"]
    assert recording.metadata["bads"] == ["MEG2"]
    assert recording.metadata["sfreq_hz"] == 100.0


def test_a_server_keeps_a_recording_with_its_channels(server, client):
    epochs, _ = make_epochs(make_raw(), [1.0, 2.0, 3.0])
    made = client.recordings.create("of-mne", ba.Recording.from_mne(epochs), kind="meg")
    assert made.words == 3 and made.times == pytest.approx(epochs.times)
    ended = subprocess.run([str(BIN / "brainalign"), "recording", "show", "of-mne", "--json",
                            "--server", server.address], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    sensors = json.loads(ended.stdout)["sensors"]
    assert [(s["name"], s["kind"], s["unit"]) for s in sensors] == [
        ("MEG1", "mag", "T"), ("MEG2", "mag", "T"), ("EEG1", "eeg", "V")]
    with pytest.raises(ValueError, match="recording is a EpochsArray|recording is a Epochs"):
        client.recordings.create("of-mne-2", epochs)


def test_two_words_on_one_sample_lose_one_as_mne_drops_it():
    raw = make_raw()
    events = np.array([[100, 0, 1], [200, 0, 1], [200, 0, 2], [300, 0, 1]])
    epochs = mne.Epochs(raw, events, tmin=-0.1, tmax=0.5, baseline=None, preload=True,
                        event_repeated="drop")
    recording = ba.Recording.from_mne(epochs, words=["a", "b", "c", "d"])
    assert recording.words.texts == ["a", "b", "d"]
    assert recording.drops == {"DROP DUPLICATE": 1}


@pytest.mark.parametrize("kind", ["epochs", "raw"])
def test_files_that_mne_split_are_one(tmp_path, kind):
    # As it splits what is larger than 2 GB.
    raw = make_raw(seconds=400.0, sfreq=1000.0)
    onsets = np.arange(1.0, 390.0, 0.5)
    if kind == "raw":
        raw.save(tmp_path / "x_raw.fif", split_size="4MB", buffer_size_sec=1.0, fmt="double",
                 verbose="error")
        found = ba.Recording.from_mne(
            mne.io.read_raw_fif(tmp_path / "x_raw.fif", preload=False), times=[0.0, 0.1],
            words=ba.WordTable({"word": [f"w{i}" for i in range(len(onsets))], "onset": onsets}),
            dtype="F64")
        expected = raw.get_data(picks=["MEG1", "MEG2", "EEG1"])
        tensor = found.continuous
    else:
        epochs, _ = make_epochs(raw, onsets)
        epochs.save(tmp_path / "x-epo.fif", split_size="4MB", fmt="double")
        found = ba.Recording.from_mne(mne.read_epochs(tmp_path / "x-epo.fif", preload=False),
                                      dtype="F64")
        expected = epochs.get_data(picks=["MEG1", "MEG2", "EEG1"])
        tensor = found.epochs
    assert len(list(tmp_path.iterdir())) > 2
    assert np.array_equal(tensor.to_numpy(), expected)


def test_channels_that_are_not_there_are_named():
    epochs, _ = make_epochs(make_raw(), [1.0, 2.0])
    for picks, message in (("MEG1", "picks is the text 'MEG1'"), ([9], "picks names 9"),
                           (["MEG9"], "picks names 'MEG9'; the recording has 4 channels")):
        with pytest.raises(ba.errors.InputError, match=message):
            ba.Recording.from_mne(epochs, picks=picks)
    assert ba.Recording.from_mne(epochs, picks=["MEG2", 0]).sensor_count == 2


def test_reference_sensors_of_a_ctf_machine_stay_out():
    path = REAL_FILES / "mne" / "test_ctf_comp_raw.fif"
    if not path.exists():
        pytest.skip("the file is not here")
    raw = mne.io.read_raw_fif(path)
    recording = ba.Recording.from_mne(raw, onsets=[0.1, 0.2], times=[0.0, 0.1])
    assert recording.sensor_count == 274
    expected = raw.get_data(picks=recording.metadata["channels"]).astype("<f4").tobytes()
    assert recording.continuous.source.read(0, recording.continuous.size_bytes) == expected


def test_a_baseline_is_warned_of():
    epochs, _ = make_epochs(make_raw(), [1.0, 2.0], baseline=(None, 0))
    with pytest.warns(UserWarning, match="baseline-corrected"):
        assert ba.Recording.from_mne(epochs).metadata["baseline"] == [pytest.approx(-0.1), 0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ba.Recording.from_mne(make_epochs(make_raw(), [1.0])[0])


def test_a_raw_recording_is_cut_as_its_samples_lie(client):
    raw = make_raw().crop(tmin=2.0)
    assert raw.first_samp == 200
    # At half samples: 0.505 s is sample 50, 0.515 s is sample 52, halves to even.
    onsets = np.concatenate([[0.505, 0.515], np.arange(1.0, 17.0, 0.2)])
    times = np.arange(10) / 100
    layers = np.random.default_rng(1).normal(size=(1, len(onsets), 4)).astype("f4")
    continuous = ba.Recording.from_mne(raw, onsets=onsets, times=times)
    assert continuous.metadata["first_sample"] == 200
    options = dict(alphas=[1.0], selection="fixed", purge_seconds=0)
    found = client.align(continuous, layers, **options).result()
    samples = np.round(onsets * 100).astype(int)[:, None] + np.arange(10)
    assert samples[0, 0] == 50 and samples[1, 0] == 52
    cut = raw.get_data()[:3][:, samples].transpose(1, 0, 2).astype("f4")
    by_hand = client.align(cut, layers, times=times, onsets=onsets, **options).result()
    assert found.score == pytest.approx(by_hand.score, abs=1e-6)
    acquisition = ba.Recording.from_mne(raw, onsets=onsets + 2.0, times=times, clock="acquisition")
    assert acquisition.onsets == pytest.approx(onsets)


def raw_of(seconds, seed, first_samp=0, names=("MEG1", "MEG2", "EEG1"), sfreq=100.0):
    info = mne.create_info(list(names), sfreq, ["mag", "mag", "eeg"])
    random = np.random.default_rng(seed)
    return mne.io.RawArray(random.normal(size=(3, int(seconds * sfreq))), info, first_samp)


def test_recordings_that_mne_joined_are_sessions(client):
    parts = [raw_of(10, 1, 300), raw_of(8, 2), raw_of(9, 3, 70)]
    joined = mne.concatenate_raws([part.copy() for part in parts])
    onsets = np.arange(0.303, 26.0, 0.2)
    times = np.arange(-1, 4) / 10
    with pytest.warns(UserWarning, match=r"MNE joined the recording at samples 1000, 1800 "):
        recording = ba.Recording.from_mne(joined, onsets=onsets, times=times)
    assert recording.session_starts.tolist() == [0, 1000, 1800]
    layers = np.random.default_rng(1).normal(size=(1, len(onsets), 4)).astype("f4")
    result = client.align(recording, layers, alphas=[1.0], selection="fixed").result()
    samples = np.rint(onsets * 100)[:, None] + np.rint(times * 100)
    part = np.searchsorted([0, 1000, 1800], np.column_stack([np.rint(onsets * 100), samples]),
                           side="right")
    across = int((np.ptp(part, axis=1) > 0).sum())
    assert across == 4 and result.words_used == len(onsets) - across
    assert any(f"{across} of {len(onsets)} words were dropped: their epochs reach into another "
               "session" in note for note in result.notes)
    assert [i["name"] for i in result.inputs if "session" in i["name"]] == ["sessions",
                                                                            "session starts"]
    # Joined again, MNE marks the last boundary early by a sample for each earlier one.
    again = mne.concatenate_raws([mne.concatenate_raws([part.copy() for part in parts[:2]]),
                                  parts[2].copy()])
    with pytest.warns(UserWarning, match="1000, 1800"):
        ba.Recording.from_mne(again, onsets=onsets, times=times)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        whole = ba.Recording.from_mne(joined, onsets=onsets, times=times, session_starts=[0])
        ba.Recording.from_mne(joined.crop(tmin=11.0, tmax=17.0), onsets=onsets, times=times)
    assert whole.session_starts is None and whole.sessions is None


@pytest.mark.parametrize("on_disk", [False, True])
def test_a_list_of_raw_recordings_is_one_with_its_sessions(tmp_path, client, on_disk):
    parts = [raw_of(10, 1, 300), raw_of(8, 2), raw_of(9, 3, 70)]
    given = parts
    if on_disk:
        given = []
        for i, part in enumerate(parts):
            part.save(tmp_path / f"{i}_raw.fif", fmt="double", verbose="error")
            given.append(mne.io.read_raw_fif(tmp_path / f"{i}_raw.fif", preload=False))
    onsets = [np.arange(0.303, part.times[-1], 0.2) for part in parts]
    times = np.arange(-1, 4) / 10
    recording = ba.Recording.from_mne(given, onsets=onsets, times=times, dtype="F64")
    assert recording.metadata["first_sample"] == [300, 0, 70]
    assert recording.session_starts.tolist() == [0, 1000, 1800]
    assert np.bincount(recording.sessions).tolist() == [len(own) for own in onsets]
    samples = np.concatenate([part.get_data() for part in parts], axis=1)
    assert np.array_equal(recording.continuous.to_numpy(), samples)
    # The words of each recording as epochs of its own.
    cut, kept = [], []
    for part, own in zip(parts, onsets):
        at = np.rint(own * 100).astype(int)[:, None] + np.rint(times * 100).astype(int)
        inside = ((at >= 0) & (at < part.n_times)).all(axis=1)
        cut.append(part.get_data()[:, at[inside]].transpose(1, 0, 2))
        kept.append(inside)
    kept, number = np.concatenate(kept), np.repeat(range(3), [len(own) for own in onsets])
    layers = np.random.default_rng(1).normal(size=(1, kept.size, 4)).astype("f4")
    options = dict(alphas=[1.0], selection="fixed")
    result = client.align(recording, layers, **options).result()
    by_hand = client.align(np.concatenate(cut), np.ascontiguousarray(layers[:, kept]), times=times,
                           onsets=np.concatenate(onsets)[kept], sessions=number[kept],
                           **options).result()
    assert result.words_used == kept.sum() < kept.size
    assert result.score == pytest.approx(by_hand.score, abs=1e-6)
    late = ba.Recording.from_mne(
        given, onsets=[own + part.first_samp / 100 for own, part in zip(onsets, parts)],
        times=times, clock="acquisition")
    assert late.onsets == pytest.approx(recording.onsets)


def test_lists_of_raw_recordings_that_do_not_fit_are_refused():
    raw, times = raw_of(5, 1), [0.0, 0.1]
    two = [[1.0, 2.0], [1.0, 2.0]]
    bad = raw_of(5, 2)
    bad.info["bads"] = ["MEG2"]
    for second, onsets, message in (
            (raw_of(5, 2, sfreq=50.0), two, r"recording\[1\] has 50 samples a second"),
            (raw_of(5, 2, names=("MEG1", "MEG3", "EEG1")), two, "'MEG2' is in one of them only"),
            (bad, two, "'MEG2' is in one of them only"),
            (raw_of(5, 2), [1.0, 2.0], "a list of 2 arrays"),
            (raw_of(5, 2), [[1.0]], "a list of 2 arrays"),
            (raw_of(5, 2), None, "a list with an array for each Raw"),
            (raw_of(5, 2), [[1.0], [2.0, 6.5]], r"onsets\[1\]\[1\] is 6.5 s")):
        with pytest.raises(ba.errors.InputError, match=message):
            ba.Recording.from_mne([raw, second], onsets=onsets, times=times)
    epochs, _ = make_epochs(make_raw(), [1.0, 2.0])
    with pytest.raises(ba.errors.InputError, match="holds EpochsArray|holds Epochs"):
        ba.Recording.from_mne([epochs])
    # In another order, and with a bad channel that is not taken.
    swapped = raw_of(5, 2, names=("EEG1", "MEG2", "MEG1"))
    swapped.set_channel_types({"EEG1": "eeg", "MEG1": "mag"}, verbose="error")
    found = ba.Recording.from_mne([raw, swapped], onsets=two, times=times, dtype="F64",
                                  picks=["EEG1", "MEG1"]).continuous.to_numpy()
    assert np.array_equal(found[:, 500:], swapped.get_data(picks=["EEG1", "MEG1"]))


def test_a_result_goes_into_a_report_of_mne(tmp_path):
    pytest.importorskip("matplotlib")
    score = np.array([[0.1, 0.3, 0.2], [0.0, 0.1, 0.4]])
    result = ba.Result({
        "score": score, "score_per_fold": score[None], "times": [-0.1, 0.0, 0.1],
        "depth": [0.5, 1.0], "layer_names": ["<script>first", "second"], "t_max": [0.0, None],
        "t_argmax": [0.0, 0.1], "temporal_score": None, "temporal_score_p": None,
        "alignment_score_best_layer": 0.4, "options": {"metric": "pearson", "pca": 50},
        "notes": ["a <note>"], "numerics_version": "13", "job_id": ""})
    report = mne.Report(title="Subject 1", verbose="error")
    result.add_to(report, section="Language")
    path = tmp_path / "report.html"
    report.save(path, open_browser=False, verbose="error")
    text = path.read_text()
    assert "Layer by time matrix" in text and "t_max by depth" in text
    assert "<td>second</td><td>1.000</td><td>0.4000</td><td>undefined</td>" in text
    assert "a &lt;note&gt;" in text and "&lt;script&gt;first" in text
    assert "<script>first" not in text
    assert "metric pearson, pca 50; job computed without a server; numerics 13" in text
