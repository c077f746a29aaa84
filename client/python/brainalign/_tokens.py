"""Which tokens and layers make up the activations of words."""

from typing import Any, List, Optional, Sequence, Tuple

import numpy as np

from .errors import InputError

Span = Tuple[int, int]


def word_spans(text: str, words: "Sequence[str]") -> "List[Span]":
    """Find words in a text, in their order.

    Parameters
    ----------
    text : str
        What the model reads.
    words : sequence of str
        Each a part of the text, one after another.

    Returns
    -------
    list of (int, int)
        First character of each word, and the one after its last.

    Raises
    ------
    InputError
        If a word is empty or does not follow in the text.

    Examples
    --------
    >>> word_spans("The end.", ["The", "end."])
    [(0, 3), (4, 8)]
    """
    spans, position = [], 0
    for index, word in enumerate(words):
        if not word.strip():
            raise InputError(f"Word {index} is empty.", field="words")
        begin = text.find(word, position)
        if begin < 0:
            raise InputError(f"Word {index}, {word!r}, does not follow in the text after "
                             f"{text[max(0, position - 20):position]!r}.", field="words")
        position = begin + len(word)
        spans.append((begin, position))
    return spans


def tokens_of_words(offsets: "Sequence[Span]", special: "Sequence[bool]", text: str,
                    spans: "Sequence[Span]") -> "List[List[int]]":
    """Say which tokens each word consists of, by the characters that they come from.

    Parameters
    ----------
    offsets : sequence of (int, int)
        Characters of each token, as a fast tokenizer returns them.
    special : sequence of bool
        Whether a token is special, such as BOS; it is in no word.
    text : str
        What was tokenised.
    spans : sequence of (int, int)
        Characters of each word.

    Returns
    -------
    list of list of int
        Positions of the tokens of each word, ascending.

    Raises
    ------
    InputError
        With the word, if a token has no characters, tokens overlap, a token reaches over two words,
        a word has no token, or characters of a word are in none.

    Examples
    --------
    >>> tokens_of_words([(0, 0), (0, 2), (2, 3), (3, 7)], [True, False, False, False],
    ...                 "cat end", [(0, 3), (4, 7)])
    [[1, 2], [3]]
    """
    groups: "List[List[int]]" = [[] for _ in spans]
    covered = [0] * len(spans)
    word = 0
    last_span = (0, 0)
    for token, (begin, end) in enumerate(offsets):
        if special[token]:
            continue
        near = _near(text, spans, end)
        if end <= begin:
            raise InputError(f"Token {token} has no characters (the offsets of this tokenizer have "
                             f"zero width) near the word {near!r}; use another version of the "
                             "tokenizer.", field="tokenizer")
        # The bytes of one character are tokens with the same place.
        same_character = (begin, end) == last_span and end - begin == 1
        if begin < last_span[1] and not same_character:
            raise InputError(f"Token {token} overlaps the one before it, near the word {near!r}: "
                             "offsets are not places in the text.", field="tokenizer")
        last_span = (begin, end)
        # A token of GPT-2 has the space before it.
        while begin < end and text[begin:begin + 1].isspace():
            begin += 1
        while end > begin and text[end - 1:end].isspace():
            end -= 1
        if begin == end:
            continue
        while word < len(spans) and spans[word][1] <= begin:
            word += 1
        if word == len(spans) or end <= spans[word][0]:
            continue
        first, last = spans[word]
        if word + 1 < len(spans) and end > spans[word + 1][0]:
            raise InputError(f"Token {token} reaches over the words {text[first:last]!r} and "
                             f"{_near(text, spans, end)!r}.", field="words")
        groups[word].append(token)
        if not same_character or len(groups[word]) == 1:
            covered[word] += min(end, last) - max(begin, first)
    for index, (first, last) in enumerate(spans):
        if not groups[index]:
            raise InputError(f"Word {index}, {text[first:last]!r}, has no token.", field="words")
        if covered[index] < sum(not c.isspace() for c in text[first:last]):
            raise InputError(f"Word {index}, {text[first:last]!r}, has characters that are in no "
                             "token: the tokens do not make up the text.", field="tokenizer")
    return groups


def _near(text: str, spans: "Sequence[Span]", end: int) -> str:
    """The word in which the character before `end` lies, or that follows it."""
    first, last = next((s for s in spans if s[1] >= end), (max(0, end - 20), end))
    return text[first:last]


def pool_tokens(hidden: Any, groups: "Sequence[Sequence[int]]", how: str = "last") -> Any:
    """Make a row a word of a row a token.

    Parameters
    ----------
    hidden : array
        (tokens, d).
    groups : sequence of sequence of int
        Tokens of each word, as `tokens_of_words` returns them.
    how : {"last", "first", "mean"}
        Which tokens of a word count.

    Returns
    -------
    numpy.ndarray
        (words, d).

    Raises
    ------
    InputError
        If a word has no token, or `how` is none of the three.

    Examples
    --------
    >>> import numpy as np
    >>> pool_tokens(np.array([[1.0], [3.0], [5.0]]), [[0, 1], [2]], how="mean")
    array([[2.],
           [5.]])
    """
    if how not in ("last", "first", "mean"):
        raise InputError(f"how is {how!r}; last, first or mean is needed.", field="how")
    for index, group in enumerate(groups):
        if not len(group):
            raise InputError(f"Word {index} has no token.", field="words")
    states = np.asarray(hidden)
    if how == "last":
        return states[[group[-1] for group in groups]]
    if how == "first":
        return states[[group[0] for group in groups]]
    return np.stack([states[list(group)].mean(axis=0) for group in groups])


def layer_indices(depths: "Optional[Sequence[float]]", states: int) -> "List[int]":
    """Return which hidden states lie at relative depths.

    Parameters
    ----------
    depths : sequence of float or None
        0 is the embeddings, 1 the last block; None for all blocks without the embeddings.
    states : int
        Hidden states that the model returns: one for the embeddings and one for each block.

    Returns
    -------
    list of int
        Index of each; state i has the depth i / (states - 1).

    Examples
    --------
    >>> layer_indices([0.1, 0.5, 0.9], 13)
    [1, 6, 11]
    """
    blocks = states - 1
    if depths is None:
        return list(range(1, states))
    for depth in depths:
        if not 0 <= depth <= 1:
            raise InputError(f"layers holds {depth}; relative depths from 0 to 1 are needed.",
                             field="layers")
    indices = [int(np.floor(depth * blocks + 0.5)) for depth in depths]
    if len(set(indices)) < len(indices):
        raise InputError(f"layers names a block twice: the model has {blocks}.", field="layers")
    return indices
