"""Words in names of layers that hint at numbers counted from the last layer."""

from typing import Sequence

# client/experiment/counting_words.cc has the same words.
_BACKWARD = frozenset((
    "minus", "neg", "negative", "negated", "reverse", "reversed", "reversing", "rev", "inverse",
    "inverted", "flipped", "back", "backward", "backwards", "countdown", "descending", "desc",
    "tail", "rear", "end", "ending", "last", "final", "penultimate", "ultimate", "top", "topmost",
    "uppermost", "deepest", "highest", "prev", "previous", "preceding", "ago", "remaining",
    "letzte", "letzter", "letzten", "ende", "hinten", "dernier", "derniere", "fin", "ultima",
    "ultimo"))
_JAPANESE_AND_CHINESE = ("最後", "最終", "後ろ", "末", "逆", "負", "マイナス", "終わり", "倒", "负",
                         "反向", "最后")
# What "last", "final", "end" and "top" may belong to, other than a layer.
_OTHER_THINGS = frozenset((
    "token", "tokens", "tok", "subtoken", "subtokens", "subword", "subwords", "word", "words",
    "piece", "bpe", "position", "pos", "sentence", "epoch", "step", "iter", "model", "version",
    "session", "checkpoint", "ckpt", "norm", "ln", "layernorm", "rmsnorm"))
_NEUTRAL_PARTS = ("layers", "layer", "blocks", "block", "hidden", "states", "state", "depth",
                  "level", "index", "idx", "from", "the", "counted")
_OUTPUTS = frozenset(("output", "outputs", "head", "lm", "logit", "logits", "softmax", "exit",
                      "unembed", "unembedding", "readout"))


def _is_backward(word: str) -> bool:
    again = True
    while again:
        again = False
        for part in _NEUTRAL_PARTS:
            if word.startswith(part):
                word, again = word[len(part):], True
            elif word.endswith(part):
                word, again = word[:-len(part)], True
    return word in _BACKWARD or word.endswith(("minus", "neg"))


def _belongs_to_another_thing(words: "Sequence[str]", i: int) -> bool:
    if words[i] not in ("last", "final", "end", "top"):
        return False
    if i > 0 and words[i - 1] in ("from", "before", "to", "the"):
        return False
    rest = list(words[i + 1:])
    while rest and rest[0] in ("of", "the", "a"):
        del rest[0]
    return rest[:2] == ["layer", "norm"] or (bool(rest) and rest[0] in _OTHER_THINGS)


def _counts_to_output(words: "Sequence[str]", i: int) -> bool:
    """Tell whether words such as "from_output" or "before_logits" begin at `i`."""
    if words[i] not in ("from", "before", "below", "until", "to"):
        return False
    rest = list(words[i + 1:])
    if rest[:1] == ["the"]:
        del rest[0]
    if rest[:1] == ["out"]:
        return words[i] != "to"  # "to_out" is a part of attention
    return bool(rest) and rest[0] in _OUTPUTS


def word_of_counting_back(words: "Sequence[str]") -> str:
    """Return the word that hints at a number counted from the last layer, or "".

    A word that belongs to another thing than the layer does not count: "last" of
    "layer_1_last_token".

    Parameters
    ----------
    words : sequence of str
        Those of the whole name, in lower case.
    """
    for i, word in enumerate(words):
        if _is_backward(word) and not _belongs_to_another_thing(words, i):
            return word
        if _counts_to_output(words, i) or any(part in word for part in _JAPANESE_AND_CHINESE):
            return word
    return ""
