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
