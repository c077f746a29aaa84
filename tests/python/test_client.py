"""From data to a result, against a real server."""

import asyncio
import inspect
import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest

import brainalign as ba
from conftest import BIN, Data

OPTIONS = {"alphas": [1.0], "selection": "fixed", "purge_seconds": 0.0}


def test_finds_the_layer_and_time_that_were_planted(client, data):
    result = client.align(data.epochs, data.layers, times=data.times, **OPTIONS).result()
    assert result.score.shape == (2, 4)
    assert np.unravel_index(result.score.argmax(), result.score.shape) == (1, 2)
    assert result.t_argmax[1] == pytest.approx(0.2)
    assert result.options["alphas"] == [1.0]
    assert result.layer_names == ["layer.0", "layer.1"]
    assert result.words_used == 120


def test_progress_of_align_is_that_of_its_result(client, data, capfd):
    seen = []
    client.align(data.epochs, data.layers, times=data.times, skip_cache=True,
                 progress=seen.append, **OPTIONS).result()
    assert any(event.phase in ("queue", "compute") for event in seen)
    capfd.readouterr()
    client.align(data.epochs, data.layers, times=data.times, skip_cache=True, progress=False,
                 **OPTIONS).result()
    assert "align" not in capfd.readouterr().err


def test_nulls_and_draws_bring_their_arrays(client):
    data = Data(11, words=400, sensors=4, times=3, width=3)
    onsets = np.arange(400) / 4
    plain = client.align(data.epochs, data.layers, times=data.times, onsets=onsets,
                         **OPTIONS).result()
    assert plain.uncertainty["no_relation"] is None and "blocks" not in plain.uncertainty
    assert np.shape(plain.uncertainty["autocorrelation"]["lag_1"]) == (2,)
    asked = {**OPTIONS, "nulls": 19, "draws": 50, "seed": 5}
    job = client.align(data.epochs, data.layers, times=data.times, onsets=onsets, **asked)
    matrix = np.full((2, 3), np.nan)
    for tile in job.tiles():
        matrix[tile.layers, tile.times] = tile.score
    result = job.result()
    if not result.options["nulls"]:
        pytest.skip("the server is of before nulls")
    assert np.array_equal(matrix, result.score) and np.array_equal(plain.score, result.score)
    assert result.null_scores.shape == (19, 2, 3)
    # No shift aligns what was planted.
    assert (result.null_scores.max(axis=(1, 2)) < result.score.max()).all()
    facts = result.uncertainty
    assert (facts["no_relation"]["nulls"], facts["draws"], facts["seed"]) == (19, 50, 5)
    blocks = result.words_of_block.size
    assert blocks > 1 and 0 < result.words_of_block.sum() <= result.words_used
    assert result.influence_held_out.shape == result.influence_refit.shape == (blocks, 2, 3)
    assert facts["no_relation"]["p_max"] == 1 / 20 and len(facts["se_refit"]) == 2
    other = client.align(data.epochs, data.layers, times=data.times, onsets=onsets,
                         **{**asked, "seed": 6}).result()
    assert not np.array_equal(other.null_scores, result.null_scores)


@pytest.mark.parametrize("asked", [
    {"nulls": 39, "draws": 200, "seed": 5}, {"nulls": 9}, {"draws": 100},
    {"nulls": 9, "draws": 20, "pca": 2, "detrend": 1, "folds": 2, "block_words": 200}])
def test_uncertainty_is_that_of_the_command(server, client, asked):
    data = Data(12, words=800, sensors=4, times=3, width=3)
    job = client.align(data.epochs, [*data.layers, data.layers[0]], times=data.times,
                       onsets=np.arange(800) / 4, **{**OPTIONS, **asked})
    result = job.result()
    printed = subprocess.run(
        [BIN / "brainalign", "result", job.job_id, "--server", server.address, "--json"],
        capture_output=True, text=True, check=True).stdout
    # Both have every digit of what the same code computed.
    assert result.uncertainty == json.loads(printed)["uncertainty"]
    assert ba.Result(json.loads(result.to_json())) == result


def test_nuisance_is_taken_out_by_name_or_value(client, data):
    random = np.random.default_rng(3)
    length, loudness = random.integers(1, 9, 120), random.standard_normal(120)
    words = {"word": [f"w{i}" for i in range(120)], "length": length, "loudness": loudness}
    plain = client.align(data.epochs, data.layers, times=data.times, **OPTIONS).result()
    named = client.align(data.epochs, data.layers, times=data.times, words=words,
                         nuisance=["length", "loudness"], **OPTIONS).result()
    values = client.align(data.epochs, data.layers, times=data.times,
                          nuisance=np.stack([length, loudness], axis=1), **OPTIONS).result()
    assert named.options["nuisance"] == ["length", "loudness"]
    assert values.options["nuisance"] == ["features[0]", "features[1]"]
    assert named.nuisance_to_model.shape == (2,) and named.brain_to_nuisance.shape == (4, 2)
    assert np.array_equal(named.score, values.score)
    assert not np.array_equal(named.score, plain.score)
    assert np.allclose(named.score, plain.score, atol=0.2)
    beside = client.align(data.epochs, data.layers, times=data.times,
                          nuisance=np.stack([length, loudness], axis=1),
                          **{**OPTIONS, "direction": "model_to_brain"}).result()
    assert beside.score_of_band.shape == beside.product_measure.shape == (2, 4, 2)
    # Of Pearson's r the parts of the bands are the score of both.
    assert np.allclose(beside.product_measure.sum(axis=2),
                       beside.score + beside.score_of_band[..., 0])
    wrong = ba.errors.InputError
    with pytest.raises(wrong, match="names the column 'pitch'; .* have word, length"):
        client.align(data.epochs, data.layers, times=data.times, words=words, nuisance="pitch",
                     **OPTIONS)
    with pytest.raises(wrong, match="is 4 for all 120 words"):
        client.align(data.epochs, data.layers, times=data.times, nuisance=np.full(120, 4.0),
                     **OPTIONS)
    for given, message in ((["length", "length"], "names the column 'length' twice"),
                           (5, "is int64 of shape"), (np.ones((120, 1), dtype=complex), "complex"),
                           ("@position", "command line alone")):
        with pytest.raises(wrong, match=message):
            client.align(data.epochs, data.layers, times=data.times, words=words, nuisance=given,
                         **OPTIONS)


def test_tiles_make_up_the_matrix(client, data):
    job = client.align(data.epochs, data.layers, times=data.times, **OPTIONS)
    matrix = np.full((2, 4), np.nan)
    for tile in job.tiles():
        matrix[tile.layers, tile.times] = tile.score
        assert tile.times_seconds == pytest.approx(data.times[tile.times])
    assert np.array_equal(matrix, job.result().score)


def test_an_awaited_job_has_the_same_bits(server, client, data):
    async def main():
        async with ba.aio.Client(server.address) as awaited:
            job = await awaited.align(data.epochs, data.layers, times=data.times, skip_cache=True,
                                      **OPTIONS)
            tiles = [tile async for tile in job.tiles()]
            return tiles, await job.result(), await awaited.jobs(limit=1)

    tiles, result, jobs = asyncio.run(main())
    waited = client.align(data.epochs, data.layers, times=data.times, **OPTIONS).result()
    assert tiles and jobs[0].job_id == result.job_id
    assert np.array_equal(result.score_per_fold, waited.score_per_fold)


def test_two_loops_in_two_threads(server, data):
    scores = []

    def one(seed):
        async def main():
            own = Data(seed)
            async with ba.aio.Client(server.address) as awaited:
                job = await awaited.align(own.epochs, own.layers, times=own.times, **OPTIONS)
                return (await job.result()).score

        scores.append(asyncio.run(main()))

    threads = [threading.Thread(target=one, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(scores) == 2


@pytest.mark.parametrize("name", ["Client", "Job"])
def test_both_clients_have_the_same_calls(name):
    waiting, awaited = getattr(ba, name), getattr(ba.aio, name)

    def public(kind):
        return {n: f for n, f in vars(kind).items()
                if inspect.isfunction(f) and (n[0] != "_" or n == "__init__")}

    assert public(waiting).keys() == public(awaited).keys()
    for call, function in public(waiting).items():
        twin = public(awaited)[call]
        assert list(inspect.signature(function).parameters.values())[1:] == list(
            inspect.signature(twin).parameters.values())[1:] or call == "__init__"
        if call != "__init__":
            assert function.__doc__ == twin.__doc__
            assert inspect.iscoroutinefunction(twin) or inspect.isasyncgenfunction(twin)
    assert inspect.signature(ba.Client.__init__) == inspect.signature(ba.aio.Client.__init__)


def test_large_arrays_are_read_in_parts(client):
    random = np.random.default_rng(4)
    times = np.arange(400) / 100
    result = client.align(random.normal(size=(80, 3, 400)), random.normal(size=(90, 80, 2)),
                          times=times, lint=False, **OPTIONS).result()
    assert result.score_per_fold.shape == (5, 90, 400)
    assert result.score_per_fold.nbytes > 1 << 20
    assert result.score == pytest.approx(result.score_per_fold.mean(axis=0))
    assert result.times.tolist() == times.tolist()


def test_attach_cancel_delete(client, data):
    job = client.align(data.epochs, data.layers, times=data.times, name="mine", **OPTIONS)
    again = client.attach(job.job_id)
    assert again.info.name == "mine"
    assert again.result() == client.attach(job.job_id).result()
    assert again.cancel().state == "succeeded"
    assert job.job_id in [info.job_id for info in client.jobs(states=["succeeded"])]
    assert client.jobs(person="nobody") == client.jobs(recording="none") == []
    assert (again.info.queue_place, again.info.expected_end_seconds) == (None, None)
    client.delete(job.job_id)
    with pytest.raises(ba.errors.NotFoundError) as caught:
        client.attach(job.job_id)
    assert caught.value.reason == "JOB_NOT_FOUND"
    with pytest.raises(ba.errors.InputError, match="states holds 'done'"):
        client.jobs(states=["done"])


def test_a_failed_check_names_the_argument(client, data):
    with pytest.raises(ValueError) as caught:
        client.align(data.epochs, data.layers, times=data.times, folds=5000)
    assert caught.value.field == "folds"
    with pytest.raises(ba.errors.InputError, match="did you mean folds"):
        client.align(data.epochs, data.layers, times=data.times, fold=4)
    with pytest.raises(ba.errors.InputError, match="^pca is 1000, but .* use at most 5") as caught:
        client.align(data.epochs, data.layers, times=data.times, pca=1000)
    assert caught.value.reason == "INVALID_FIELD"
    assert caught.value.request_id
    with pytest.raises(ba.errors.InputError, match="^recording: only 120 words are given"):
        client.align(data.epochs, data.layers, times=data.times, folds=100)
    layers = data.layers.copy()
    layers[1, 7, 2] = np.nan
    with pytest.raises(ba.errors.InputError, match=r"^activations\[1\] .* word 7") as caught:
        client.align(data.epochs, list(layers), times=data.times, lint=False)
    assert caught.value.field == "activations[1]"
    with pytest.raises(ba.errors.InputError, match="119 rows"):
        client.align(data.epochs, data.layers[:, :119], times=data.times)


def test_options_may_be_a_mapping(client, data):
    def align(options):
        return client.align(data.epochs, data.layers, times=data.times, options=options)

    assert align({"pca": 3}).result().options["pca"] == 3
    with pytest.raises(ba.errors.InputError, match="did you mean pca"):
        align({"pcaa": 3})
    with pytest.raises(ba.errors.InputError, match="options is a list"):
        align(["pca"])


def test_arguments_in_each_others_place_are_told(client, data):
    recording = ba.Recording(data.epochs, times=data.times)
    with pytest.raises(ba.errors.InputError, match="the recording is the first argument"):
        client.align(data.layers, recording)
    for activations, message in ((None, "activations is None"), (3.0, "activations is 3.0"),
                                 ([[1, 2], [3]], "parts differ in length"),
                                 ([layer.astype(complex) for layer in data.layers], "complex128")):
        with pytest.raises(ba.errors.InputError, match=message) as caught:
            client.align(recording, activations)
        assert caught.value.field == "activations"
    for source, given, field in ((recording, {"words": ["a"] * 120}, "words"),
                                 (recording, {"times": data.times}, "times"),
                                 ("kept", {"words": ["a"] * 120}, "words")):
        with pytest.raises(ba.errors.InputError, match=f"^{field}: .*[rR]ecording") as caught:
            client.align(source, data.layers, **given)
        assert caught.value.field == field
    with pytest.raises(ba.errors.InputError, match="words is 5; a table"):
        ba.WordTable(5)
    with pytest.raises(ba.errors.InputError, match="states is the text 'running'"):
        client.jobs(states="running")
    with pytest.raises(ba.errors.InputError, match="name is 5"):
        client.align(data.epochs, data.layers, times=data.times, name=5)
    with pytest.raises(ba.errors.InputError, match="cannot be read: No such file"):
        client.align("nowhere-epo.fif", data.layers)
    with pytest.raises(ba.errors.InputError, match="timeout is -1"):
        client.info(timeout=-1)


def test_a_forked_child_calls_too(client, data):
    client.info()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            os._exit(0 if client.info().version else 3)
        finally:
            os._exit(4)
    assert os.waitpid(child, 0)[1] == 0
    assert client.info().version


def test_nothing_is_left_open(server, data, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "import numpy as np, brainalign as ba\n"
        "client = ba.Client(sys.argv[1])\n"
        "print(client.info().version)\n")
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", str(script), server.address,
         os.path.dirname(os.path.dirname(ba.__file__))],
        capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0 and ended.stderr == "", ended.stderr


def test_interrupting_detaches(server, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "import numpy as np, brainalign as ba\n"
        "random = np.random.default_rng(0)\n"
        "client = ba.Client(sys.argv[1])\n"
        "job = client.align(random.normal(size=(3000, 60, 60)), random.normal(size=(6, 3000, 200)),"
        " times=np.arange(60) / 60, nulls=1000, lint=False)\n"
        "print(job.job_id, flush=True)\n"
        "job.result()\n")
    process = subprocess.Popen(
        [sys.executable, str(script), server.address,
         os.path.dirname(os.path.dirname(ba.__file__))],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    job_id = process.stdout.readline().strip()
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    error = process.communicate(timeout=60)[1]
    assert f"client.attach('{job_id}')" in error
    assert "KeyboardInterrupt" in error
    with ba.Client(server.address) as client:
        assert client.attach(job_id).info.state in ("queued", "running")
        assert client.attach(job_id).cancel().job_id == job_id
        with pytest.raises(ba.errors.CancelledError):
            client.attach(job_id).result()


def test_a_result_that_takes_too_long_times_out(client):
    random = np.random.default_rng(1)
    job = client.align(random.normal(size=(3000, 60, 60)), random.normal(size=(6, 3000, 200)),
                       times=np.arange(60) / 60, nulls=1000, lint=False)
    with pytest.raises(TimeoutError, match="continues"):
        job.result(timeout=0.5)
    job.cancel()


def test_no_server_is_told_at_once():
    with ba.Client("127.0.0.1:1") as client:
        with pytest.raises(ConnectionError, match="nothing listens there") as caught:
            client.info(timeout=10)
    assert "127.0.0.1:1" in str(caught.value)


def test_warnings_of_the_lint_are_in_the_result(client, data):
    layers = data.layers.copy()
    layers[1] = layers[0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        job = client.align(data.epochs, layers, times=data.times, **OPTIONS)
    assert any("equals layer 'layer.0'" in w for w in job.result().warnings)


def test_an_option_that_the_server_ignores_stops_the_job(client, data, monkeypatch):
    from brainalign import _wire
    take_in = _wire.unknown_options

    def forget(sent, echoed):
        # What a server of before this option tells.
        echoed.options.ClearField("detrend")
        return take_in(sent, echoed)

    monkeypatch.setattr(_wire, "unknown_options", forget)
    asked = {**OPTIONS, "skip_cache": True}
    assert client.align(data.epochs, data.layers, times=data.times, **asked).result()
    with pytest.raises(ba.errors.ServerTooOldError, match="too old for detrend.*cancelled") as told:
        client.align(data.epochs, data.layers, times=data.times, detrend=0, **asked)
    assert told.value.field == "detrend"
    assert client.jobs(limit=1)[0].job_id in str(told.value)


def test_fields_that_a_server_knows_may_have_other_values():
    from brainalign import _wire
    from brainalign._proto import message
    sent, echoed = message("AlignmentSpec")(), message("AlignmentSpec")()
    sent.options.alphas.extend([10, 1])
    sent.options.block_words = 40  # without nulls or draws it does nothing
    echoed.options.alphas.extend([1])
    assert _wire.unknown_options(sent, echoed) == []
    sent.brain.sessions.digest = "a"
    echoed.brain.times_seconds.append(0.1)
    sent.nuisance.columns.append("frequency")
    sent.options.draws = echoed.options.draws = 10
    assert _wire.unknown_options(sent, echoed) == ["block_words", "brain.sessions", "nuisance"]
