"""From tokens to words, with stand-ins that show the documented faults of real ones."""

import re
import sys
import types

import numpy as np
import pytest

import brainalign as ba
from brainalign import extract as ex

torch = pytest.importorskip("torch")
WORDS = ["The", "monkeys", "saw", "the", "end."]


class Tokenizer:
    """Splits words after three letters; a token has the space before it, as those of GPT-2."""

    bos_token_id = 1
    pad_token_id = 0

    def __init__(self, adds_bos=True, fault=None):
        self.adds_bos = adds_bos
        self.fault = fault
        self.all_special_ids = [0, 1]
        self.known = {}

    def __call__(self, text, add_special_tokens=True, return_offsets_mapping=True):
        spans = [m.span() for m in re.finditer(r" ?[A-Za-z]{1,3}|[^A-Za-z ]", text)]
        ids = [self.known.setdefault(text[a:b].strip().lower(), len(self.known) + 2)
               for a, b in spans]
        if self.fault == "zero-width":
            spans = [(a, a) for a, b in spans]
        if self.fault == "overlapping":
            spans = [(max(0, a - 1), b) for a, b in spans]
        if self.fault == "missing":
            spans, ids = spans[:1] + spans[2:], ids[:1] + ids[2:]
        if add_special_tokens and self.adds_bos:
            spans, ids = [(0, 0), *spans], [1, *ids]
        return {"input_ids": ids, "offset_mapping": spans}


class Model:
    """Hidden states that say which tokens were read, and in what company.

    The first dimension is the token's id, the second the sum of the ids up to it, the third the
    number of layers.
    """

    def __init__(self, blocks=4, reads_padding=False, limit=None, collapses=False):
        self.blocks = blocks
        self.reads_padding = reads_padding
        self.collapses = collapses
        self.config = types.SimpleNamespace(max_position_embeddings=limit, _name_or_path="m")

    def __call__(self, input_ids, attention_mask, output_hidden_states):
        assert output_hidden_states
        # Padding is on the right, and behind the mask.
        assert (attention_mask.diff(dim=1) <= 0).all()
        ids = input_ids.float()
        seen = ids.cumsum(1) + (ids.shape[1] if self.reads_padding else 0)
        if self.collapses:
            ids, seen = torch.ones_like(ids), torch.ones_like(ids)
        states = [torch.stack([ids, seen, torch.full_like(ids, i)], -1)
                  for i in range(self.blocks + 1)]
        return types.SimpleNamespace(hidden_states=tuple(states))


def rows(found, layer=0):
    return found.layers[layer].tensor.to_numpy()


def test_words_get_the_tokens_of_their_characters():
    tokenizer = Tokenizer()
    found = ex.extract(Model(), tokenizer, WORDS, layers=[0.5, 1.0])
    known = tokenizer.known
    # "monkeys" is mon|key|s and "end." is end|. without its point.
    assert rows(found)[:, 0].tolist() == [known[t] for t in ("the", "s", "saw", "the", "end")]
    assert found.depth.tolist() == [0.5, 1.0] and found.names == ["layer.2", "layer.4"]
    assert rows(found, 1)[:, 2].tolist() == [4.0] * 5
    kept = ex.extract(Model(), tokenizer, WORDS, layers=[1.0], keep_punctuation=True)
    assert rows(kept)[4, 0] == known["."]
    first = ex.extract(Model(), tokenizer, WORDS, layers=[1.0], pooling="first")
    assert rows(first)[1, 0] == known["mon"]
    mean = ex.extract(Model(), tokenizer, WORDS, layers=[1.0], pooling="mean")
    assert rows(mean)[1, 0] == pytest.approx(np.mean([known[t] for t in ("mon", "key", "s")]))


def test_a_context_is_the_words_before():
    tokenizer = Tokenizer()
    for batch_size in (1, 3):
        found = ex.extract(Model(), tokenizer, WORDS, context=1, layers=[1.0],
                           batch_size=batch_size)
        known = tokenizer.known
        # BOS, the word before, the word.
        assert rows(found)[2, 1] == 1 + known["mon"] + known["key"] + known["s"] + known["saw"]
        assert rows(found)[0, 1] == 1 + known["the"]
    assert found.metadata["batch_difference"] == 0


def test_windows_that_are_too_long_lose_words_on_the_left():
    tokenizer = Tokenizer()
    found = ex.extract(Model(limit=5), tokenizer, WORDS, context=4, layers=[1.0])
    known = tokenizer.known
    assert found.metadata["words_cut_on_the_left"] > 0
    assert rows(found)[3, 1] == 1 + known["saw"] + known["the"]
    assert rows(found)[:, 0].tolist() == [known[t] for t in ("the", "s", "saw", "the", "end")]
    with pytest.raises(ValueError, match="give context="):
        ex.extract(Model(limit=5), tokenizer, WORDS, layers=[1.0])


@pytest.mark.parametrize("fault, message", [
    ("zero-width", "zero width.*'The'"), ("overlapping", "overlaps.*'monkeys'"),
    ("missing", "Word 1, 'monkeys', has characters that are in no token")])
def test_offsets_that_are_no_places_are_refused_with_the_word(fault, message):
    with pytest.raises(ValueError, match=message):
        ex.extract(Model(), Tokenizer(fault=fault), WORDS, layers=[1.0])


def test_a_word_without_token_and_a_token_of_two_words():
    with pytest.raises(ValueError, match="Word 1, 'b', has no token"):
        ex.tokens_of_words([(0, 1)], [False], "a b", [(0, 1), (2, 3)])
    with pytest.raises(ValueError, match="reaches over the words 'a' and 'b'"):
        ex.tokens_of_words([(0, 3)], [False], "a b", [(0, 1), (2, 3)])
    # The bytes of one character lie at one place.
    assert ex.tokens_of_words([(0, 1), (0, 1), (0, 1)], [False] * 3, "€", [(0, 1)]) == [[0, 1, 2]]


def test_two_bos_are_refused_and_one_can_be_asked_for():
    with pytest.raises(ValueError, match="two BOS"):
        doubled = Tokenizer()
        call = doubled.__class__.__call__
        doubled.__class__ = type("Doubled", (Tokenizer,), {
            "__call__": lambda self, text, add_special_tokens, return_offsets_mapping: {
                "input_ids": [1, *call(self, text)["input_ids"]],
                "offset_mapping": [(0, 0), *call(self, text)["offset_mapping"]]}})
        ex.extract(Model(), doubled, WORDS, layers=[1.0])
    without = ex.extract(Model(), Tokenizer(), WORDS, layers=[1.0], bos=False)
    asked = ex.extract(Model(), Tokenizer(adds_bos=False), WORDS, layers=[1.0], bos=True)
    assert (rows(asked)[:, 1] - rows(without)[:, 1]).tolist() == [1.0] * 5


def test_a_model_that_reads_the_padding_is_told():
    with pytest.warns(UserWarning, match="reads the padding"):
        found = ex.extract(Model(reads_padding=True), Tokenizer(), WORDS * 3, context=2,
                           layers=[1.0], batch_size=15)
    assert found.metadata["batch_difference"] > 1e-2


def test_words_that_collapse_are_told():
    with pytest.warns(UserWarning, match="without BOS collapses"):
        ex.extract(Model(collapses=True), Tokenizer(adds_bos=False), WORDS, context=0,
                   layers=[1.0])


@pytest.mark.parametrize("blocks, expected", [
    (12, [1, 2, 4, 5, 6, 7, 8, 10, 11]), (24, [2, 5, 7, 10, 12, 14, 17, 19, 22]),
    (32, [3, 6, 10, 13, 16, 19, 22, 26, 29]), (48, [5, 10, 14, 19, 24, 29, 34, 38, 43])])
def test_depths_of_the_paper(blocks, expected):
    assert ex.layer_indices(ex.PAPER_DEPTHS, blocks + 1) == expected
    assert ex.layer_indices([0.0], blocks + 1) == [0]


def test_a_window_of_a_thousand_words():
    words = [f"w{'abcdefghij'[i % 10]}{'abcdefghij'[i // 10 % 10]}" for i in range(1000)]
    tokenizer = Tokenizer()
    found = ex.extract(Model(), tokenizer, words, layers=[1.0])
    assert rows(found)[:, 0].tolist() == [tokenizer.known[w] for w in words]


def test_planted_faults_are_found_by_the_lint():
    random = np.random.default_rng(0)
    clean = random.normal(size=(3, 400, 16)).astype("f4")
    words = [f"w{i}" for i in range(400)]

    def kinds(layers, table=words):
        return {f.kind for f in ba.lint.lint(ba.Activations(layers, words=table))}

    assert kinds(clean) == set()
    assert not ba.lint.lint(clean)  # arrays serve, too
    for kind, plant in (
            ("repeated-rows", lambda x: x[1].__setitem__(7, x[1, 8])),
            ("equal-layers", lambda x: x.__setitem__(2, x[0])),
            ("low-rank", lambda x: x.__setitem__(1, np.outer(x[1, :, 0], np.ones(16)))),
            ("sink-dimension", lambda x: x[1, :, 3].__imul__(100)),
            ("sink-row", lambda x: x[1, 0].__imul__(1000)),
            ("not-finite", lambda x: x[1, 5].__setitem__(2, np.nan))):
        layers = clean.copy()
        plant(layers)
        assert kind in kinds(layers), kind
    half = clean.astype("f2")
    assert kinds(half) == set()
    for largest in (np.inf, 65504):
        half[0, 3, 3] = largest
        assert kinds(half) == {"saturated"}


def test_embeddings_of_a_text_repeat_with_its_words():
    random = np.random.default_rng(3)
    # Frequencies of words as in a text: the first has 6 %.
    share = 1 / np.arange(1, 3001) / np.sum(1 / np.arange(1, 3001))
    kinds = random.choice(3000, 2000, p=share * 0.06 / share[0] + (1 - 0.06 / share[0]) / 3000)
    table = random.normal(size=(3000, 16)).astype("f4")
    embeddings = table[kinds]
    words = [random.choice(["w{}", "W{}", "w{},", "“W{}”"]).format(kind) for kind in kinds]

    def found(layer, **more):
        return {f.kind for f in ba.lint.lint(ba.Activations([layer], **more))}

    assert np.unique(kinds).size < 1500
    assert found(embeddings) == set()
    assert found(embeddings, words=words) == set()
    recording = ba.Recording(random.normal(size=(2000, 2, 2)), times=[0.0, 0.1], words=words)
    assert ba.lint.lint(ba.Activations([embeddings]), recording) == []
    # A third of the words as a lone token without BOS; every row twice; rows of other words.
    collapsed = embeddings.copy()
    collapsed[random.permutation(2000)[:700]] = table[0]
    twice = np.repeat(random.normal(size=(1000, 16)).astype("f4"), 2, axis=0)
    assert found(collapsed) == found(twice) == {"repeated-rows"}
    swapped = embeddings.copy()
    swapped[7] = table[(kinds[7] + 1) % 3000]
    swapped[8] = swapped[7]
    assert found(swapped, words=words) == {"repeated-rows"}
    assert [f.kind for f in ba.lint.lint(ba.Activations([swapped]), recording)] == ["repeated-rows"]


def test_planted_shifts_are_named():
    random = np.random.default_rng(1)
    layer = random.normal(size=(600, 16)).astype("f4")
    epochs = random.normal(size=(600, 20, 8)).astype("f4")
    epochs[:, :16, 3] += layer
    onsets = np.cumsum(random.uniform(0.2, 0.6, 600))
    recording = ba.Recording(epochs, times=np.arange(8) / 10, onsets=onsets)
    assert ba.lint.lint(ba.Activations([layer]), recording) == []
    for shift in (-3, -2, -1, 1, 2, 3):
        moved = ba.Activations([np.roll(layer, shift, axis=0)])
        found = ba.lint.lint(moved, recording)
        assert [f.kind for f in found] == ["shifted"] and f"{shift:+d} words" in str(found[0])
    # Slow features with slow noise, and nothing of them in the brain.
    slow = np.cumsum(random.normal(size=(600, 16)), axis=0).astype("f4")
    drift = np.cumsum(random.normal(size=(600, 20, 8)), axis=0).astype("f4")
    unrelated = ba.Recording(drift, times=np.arange(8) / 10, onsets=onsets)
    assert "shifted" not in {f.kind for f in ba.lint.lint(ba.Activations([slow]), unrelated)}
    # Before its onset, what the brain does is about the words before.
    early = ba.Recording(epochs, times=np.arange(8) / 10 - 0.8, onsets=onsets)
    assert ba.lint.lint(ba.Activations([np.roll(layer, -1, axis=0)]), early) == []
    steady = ba.Recording(epochs, times=np.arange(8) / 10, onsets=np.arange(600) * 0.4)
    assert ba.lint.shift_scores(ba.Activations([layer]), steady) is None


def test_the_program_writes_a_file_for_each_model(tmp_path, monkeypatch):
    class Loaded(Model):
        def eval(self):
            return self

    asked = []
    monkeypatch.setitem(sys.modules, "transformers", types.SimpleNamespace(
        AutoTokenizer=types.SimpleNamespace(
            from_pretrained=lambda name, use_fast: Tokenizer()),
        AutoModel=types.SimpleNamespace(
            from_pretrained=lambda name, torch_dtype: asked.append(name) or Loaded(blocks=10))))
    words = tmp_path / "words.tsv"
    words.write_text("word\nthe\ncat\nsat\non\nit\n")
    assert ba.extract.main(["org/one", "org/two", str(words), "--layers", "2", "--out",
                            str(tmp_path / "made")]) == 0
    assert asked == ["org/one", "org/two"]
    for name in ("org--one", "org--two"):
        found = ba.load_activations(tmp_path / "made" / f"{name}.safetensors", words=words)
        assert len(found) == 2 and found.words.texts[1] == "cat"
    ba.extract.main(["org/one", str(words), "--out", str(tmp_path / "one.safetensors")])
    assert len(ba.load_activations(tmp_path / "one.safetensors")) == 9
