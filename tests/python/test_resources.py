"""Word tables, models and recordings that a server keeps under names."""

import asyncio
import hashlib
import json
import subprocess

import numpy as np
import pytest

import brainalign as ba
from conftest import BIN

OPTIONS = {"alphas": [1.0], "selection": "fixed", "purge_seconds": 0.0}


@pytest.fixture
def table():
    """120 words, one of which is a number, another of which is not known to be old."""
    return ba.WordTable({
        "word": ["1984", "naïve", "𝔘"] + [f"word{i}" for i in range(117)],
        "onset": np.arange(120) / 4, "surprisal": [None, 1.5] + [2.0] * 118,
        "index": np.arange(120), "content": [True, False] * 60})


def test_types_of_columns_follow_from_their_values(table, tmp_path):
    assert table.types == {"word": "text", "onset": "number", "surprisal": "number",
                           "index": "integer", "content": "boolean"}
    path = tmp_path / "words.tsv"
    path.write_text("word\tonset\tspeaker\tcount\tlog\n12\t0.5\t007\t3\tn/a\n"
                    "34\t1\t008\t-4\t2e-3\n")
    read = ba.WordTable(path)
    assert read.types == {"word": "text", "onset": "number", "speaker": "text",
                          "count": "integer", "log": "number"}
    assert ba.WordTable(path, types={"count": "text"}).take([1]).types["count"] == "text"
    for types, message in (({"cuont": "text"}, "types names the column 'cuont'"),
                           ({"count": "float"}, "text, number, integer, boolean")):
        with pytest.raises(ValueError, match=message):
            ba.WordTable(path, types=types)
    with pytest.raises(ValueError, match="Column 'speaker' holds 'x7' at word 1; a column of type "
                                         "integer takes whole numbers"):
        ba.WordTable({"speaker": ["1", "x7"]}, types={"speaker": "integer"}).column_tensors()
    with pytest.raises(ValueError, match="is no text that can be stored"):
        ba.WordTable(["a", "\ud800"]).column_tensors()


def test_a_word_table_comes_back_as_it_was(client, table):
    made = client.word_tables.create("round-trip", table, description="A story.")
    assert made.digest == table.digest
    assert made.name.endswith("/round-trip") and made.words == 120
    assert made.create_time.tzinfo is not None
    assert client.word_tables.get("round-trip") == made
    assert [c[:2] for c in made.columns] == list(table.types.items())
    read = client.word_tables.read(made.name)
    assert read.texts == table.texts and read.digest == table.digest
    assert read["content"] == [True, False] * 60
    assert np.isnan(read["surprisal"][0]) and read["surprisal"][1] == 1.5
    # As word_table.proto describes the digest.
    words = np.array(table.texts)
    assert made.columns[0][2] == hashlib.sha256(words.tobytes()).hexdigest()
    assert made.name in [info.name for info in client.word_tables.list()]
    with pytest.raises(FileExistsError, match="round-trip"):
        client.word_tables.create("round-trip", ba.WordTable(["other"]))
    with pytest.raises(ValueError):
        client.word_tables.create("Not A Name", table)
    client.word_tables.delete("round-trip")
    client.word_tables.delete("round-trip")
    with pytest.raises(LookupError):
        client.word_tables.get("round-trip")


def test_the_command_line_keeps_the_same_table(server, client, tmp_path):
    (tmp_path / "words.txt").write_text("the\ncat\nnaïve\n", encoding="utf-8")
    np.save(tmp_path / "onsets.npy", np.array([0.0, 0.25, 0.75]))
    ended = subprocess.run(
        [str(BIN / "brainalign"), "word-table", "create", "by-command", "--server", server.address,
         "--text", f"word={tmp_path / 'words.txt'}", "--number", f"onset={tmp_path / 'onsets.npy'}",
         "--json"], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    table = ba.WordTable({"word": ["the", "cat", "naïve"], "onset": [0.0, 0.25, 0.75]})
    assert client.word_tables.get("by-command").digest == table.digest
    assert table.digest in json.dumps(json.loads(ended.stdout))


def test_jobs_name_a_model_and_a_recording(client, data, table):
    client.word_tables.create("story", table)
    recording = ba.Recording(data.epochs, times=data.times, words=table)
    model = client.models.create(
        "gpt2", ba.Activations(data.layers, names=["first", "last"]), family="gpt2",
        architecture="transformer", parameters=124_000_000, trained=True, word_table="story")
    assert (model.layer_names, model.depth) == (("first", "last"), (0.5, 1.0))
    assert (model.architecture, model.context_words, model.trained) == ("transformer", None, True)
    assert model.word_table_digest == table.digest
    kept = client.recordings.create("subject-1", recording, kind="meg", word_table="story")
    assert (kept.kind, kept.words, kept.sealed) == ("meg", 120, False)
    assert kept.times == tuple(data.times)
    expected = client.align(recording, data.layers, **OPTIONS).result()
    for brain, activations, named in ((recording, "gpt2", ("", model.name)),
                                      ("subject-1", "gpt2", (kept.name, model.name)),
                                      ("subject-1", data.layers, (kept.name, ""))):
        job = client.align(brain, activations, **OPTIONS)
        assert np.array_equal(job.result().score, expected.score)
        assert (job.info.recording, job.info.model) == named
    assert [m.name for m in client.models.list()] == [model.name]
    assert kept.name in [r.name for r in client.recordings.list()]
    client.align(recording, "gpt2", word_table=table, **OPTIONS)
    other = ba.WordTable([f"other{i}" for i in range(120)])
    with pytest.raises(ba.BrainalignError) as caught:
        client.align(recording, "gpt2", word_table=other, **OPTIONS)
    assert caught.value.reason == "WORD_TABLES_DIFFER"
    with pytest.raises(ValueError, match="word_table has 1 words, but there are 120"):
        client.align(recording, "gpt2", word_table=ba.WordTable(["one"]))


def test_words_of_the_side_that_is_given_are_compared_with_those_of_the_named_one(
        client, data, table):
    client.word_tables.create("own-story", table)
    recording = ba.Recording(data.epochs, times=data.times, words=table)
    client.recordings.create("own-subject", recording, kind="meg", word_table="own-story")
    client.models.create("own-model", ba.Activations(data.layers), word_table="own-story")
    texts = list(table.texts)
    same = ba.Activations(data.layers, words=texts)
    expected = client.align("own-subject", data.layers, **OPTIONS).result()
    for _ in range(2):  # the table is kept once
        job = client.align("own-subject", same, skip_cache=True, **OPTIONS)
        assert np.array_equal(job.result().score, expected.score)
    texts[6] = "else"
    other = ba.Activations(data.layers, words=texts)
    for brain, activations in (("own-subject", other), (
            ba.Recording(data.epochs, times=data.times, words=texts), "own-model")):
        with pytest.raises(ba.BrainalignError, match="word 7 is ") as caught:
            client.align(brain, activations, **OPTIONS)
        assert caught.value.reason == "WORD_TABLES_DIFFER"
    with pytest.raises(ValueError, match="architecture is 'lstm'"):
        client.models.create("lstm", data.layers, architecture="lstm")
    client.models.delete("gpt2")
    client.recordings.delete("subject-1")
    with pytest.raises(LookupError):
        client.align(recording, "gpt2", **OPTIONS)
    with pytest.raises(LookupError):
        client.recordings.get("subject-1")


def test_nuisance_of_a_kept_recording_is_named_by_its_columns(client, data):
    random = np.random.default_rng(4)
    length, loudness = random.integers(1, 9, 120), random.standard_normal(120)
    words = ba.WordTable({"word": [f"w{i}" for i in range(120)], "length": length,
                          "loudness": loudness})
    client.word_tables.create("nuisance-story", words)
    recording = ba.Recording(data.epochs, times=data.times, words=words)
    client.recordings.create("nuisance-subject", recording, word_table="nuisance-story")
    client.models.create("nuisance-model", ba.Activations(data.layers),
                         word_table="nuisance-story")
    names = ["length", "loudness"]
    sent = client.align(recording, data.layers, nuisance=names, **OPTIONS).result()
    for activations in ("nuisance-model", data.layers,
                        ba.Activations(data.layers, words=words.texts)):
        kept = client.align("nuisance-subject", activations, nuisance=names, skip_cache=True,
                            **OPTIONS).result()
        assert np.array_equal(kept.score, sent.score)
        assert np.array_equal(kept.nuisance_to_model, sent.nuisance_to_model)
        assert kept.options["nuisance"] == names
    values = client.align("nuisance-subject", "nuisance-model",
                          nuisance=np.stack([length, loudness], axis=1), **OPTIONS).result()
    assert np.array_equal(values.score, sent.score)
    # The activations' own table comes first.
    other = ba.WordTable({"word": words.texts, "length": loudness})
    own = client.align("nuisance-subject", ba.Activations(data.layers, words=other),
                       nuisance="length", **OPTIONS).result()
    assert np.array_equal(own.score, client.align(
        recording, data.layers, nuisance="loudness", **OPTIONS).result().score)
    for given, message in (("pitch", "names the column 'pitch'; .* have word, length"),
                           (np.ones((7, 1)), "7 rows, but the recording has 120 words"),
                           ("word", "nuisance word"), ([], "nuisance is empty")):
        with pytest.raises(ba.errors.InputError, match=message) as caught:
            client.align("nuisance-subject", "nuisance-model", nuisance=given, **OPTIONS)
        assert caught.value.field == "nuisance"
    # A table that was deleted and made anew of other words is not taken for the first one.
    client.word_tables.delete("nuisance-story")
    client.word_tables.create("nuisance-story", other)
    with pytest.raises(LookupError, match="does not keep the word table .*nuisance-story"):
        client.align("nuisance-subject", "nuisance-model", nuisance="length", **OPTIONS)
    client.word_tables.create("nuisance-again", words)
    again = client.align("nuisance-subject", "nuisance-model", nuisance=names, **OPTIONS).result()
    assert np.array_equal(again.score, sent.score)


def test_the_awaited_client_has_the_same_resources(server, data, table):
    async def main():
        async with ba.aio.Client(server.address) as client:
            made = await client.word_tables.create("awaited", table)
            model = await client.models.create("awaited", data.layers, word_table="awaited")
            return made, model, await client.models.list(), await client.word_tables.read("awaited")

    made, model, models, read = asyncio.run(main())
    assert made.digest == model.word_table_digest == read.digest
    assert model.name in [m.name for m in models]
    with ba.Client(server.address) as client:
        assert type(client.models) is type(ba.aio.Client(server.address).models)


def test_limits_are_asked_for_before_the_upload(own_server, data, table):
    with ba.Client(own_server.address) as client:
        for options, field in (({"folds": 150}, "folds"), ({"inner_folds": 101}, "inner_folds"),
                               ({"alphas": [1.0] * 300}, "alphas"),
                               ({"window_bounds_seconds": list(range(70))},
                                "window_bounds_seconds"), ({"name": "x" * 300}, "name")):
            with pytest.raises(ba.errors.InputError, match="the server takes at most") as caught:
                client.align(data.epochs, data.layers, times=data.times, lint=False, **options)
            assert caught.value.field == field
        with pytest.raises(LookupError, match="no recording 'nobody'"):
            client.align("nobody", data.layers)
        recording = ba.Recording(data.epochs, times=data.times)
        with pytest.raises(LookupError, match="no model 'nothing'"):
            client.align(recording, "nothing")
        with pytest.raises(ba.errors.InputError, match="name is 'BAD NAME'"):
            client.recordings.create("BAD NAME", recording)
        with pytest.raises(LookupError, match="no word table 'story'"):
            client.models.create("gpt2", data.layers, word_table="story")
        with pytest.raises(ba.errors.InputError, match="description has 300 bytes"):
            client.recordings.create("x", recording, description="x" * 300)
    assert not [p for p in (own_server.folder / "data" / "blobs").rglob("*") if p.is_file()]
