"""The order of layers by the numbers in their names, as the command line finds it."""

import re
from fractions import Fraction
from typing import List, Optional, Sequence, Tuple

from .errors import InputError

_EMBEDDING = re.compile(r"(^|[^a-z])(embed\w*|embs?|wte|wpe)([^a-z]|$)")
_HEAD = re.compile(r"(^|[^a-z])(out|un|output|final|last|post|head|lm)([^a-z]|$)")
_FINAL = re.compile(r"(^|[^a-z])(final|last|norm|layernorm|rmsnorm|lnf|ln_f|ln_out)([^a-z]|$)")
_INSIDE = re.compile(r"(^|[^a-z])(pre|post|input|in|first|attn|attention|mlp|ffn|head)([^a-z]|$)")
_FROM_THE_END = ("minus", "neg", "negative", "last", "end", "back", "reverse", "reversed", "rev")


def _split_words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _kind(name: str) -> str:
    words = _split_words(name)
    if _EMBEDDING.search(words):
        return "other" if _HEAD.search(words) else "embedding"
    if re.search(r"(^|[^a-z])(final|last)([^a-z]|$)", words):
        return "final"
    if _INSIDE.search(words):
        return "other"
    return "final" if _FINAL.search(words) else "other"


def _numbered(names: "Sequence[str]") -> "List[int]":
    """Positions of names by the first number that differs; an InputError in doubt."""
    parts = [re.split(r"(\d+)", name) for name in names]
    pattern = [[text.lower() for text in re.sub(r"[^A-Za-z\d]", "", "".join(p[0::2])).split()]
               for p in parts]
    if any(texts != pattern[0] for texts in pattern):
        raise InputError(f"{names[0]!r} and another differ in more than a number")
    if any(len(p) != len(parts[0]) for p in parts):
        raise InputError("some names have more numbers than others")
    if len(parts[0]) < 3:
        raise InputError(f"{names[0]!r} has no number")
    numbers = [[int(n) for n in p[1::2]] for p in parts]
    varying = [i for i in range(len(numbers[0])) if len({n[i] for n in numbers}) > 1]
    if not varying:
        raise InputError(f"{names[0]!r} and {names[1]!r} have the same number")
    key = varying[0]
    before = parts[0][2 * key]
    words = re.findall(r"[a-z]+", before.lower())
    if words and words[-1] in _FROM_THE_END:
        raise InputError(f"the number of {names[0]!r} may count from the last layer")
    decimal = _decimal(parts, key, varying)
    values: "List[Fraction]"
    if decimal is not None:
        values = decimal
    elif len(varying) > 1:
        raise InputError("more than one number varies")
    else:
        values = [Fraction(n[key]) for n in numbers]
    minus = re.search(r"(^|[_. \t:/[(=,])-$", before)
    if before.endswith("-") and not minus and not any(p[2 * key + 1][0] == "0" for p in parts):
        raise InputError(f"the hyphen before the number of {names[0]!r} may be a minus sign")
    if minus:
        values = [-v for v in values]
    if len(set(values)) < len(values):
        raise InputError("two names have the same number")
    return sorted(range(len(names)), key=lambda i: values[i])


def _decimal(parts: "List[List[str]]", key: int,
             varying: "List[int]") -> "Optional[List[Fraction]]":
    """The values of numbers such as 0.25, if they are shares of a depth."""
    whole = key if len(varying) > 1 else key - 1
    if whole < 0 or 2 * whole + 3 >= len(parts[0]) or set(varying) - {whole, whole + 1}:
        return None
    if any(p[2 * whole + 2] != "." for p in parts):
        return None
    values = [Fraction(f"{p[2 * whole + 1]}.{p[2 * whole + 3]}") for p in parts]
    return values if all(v <= 1 for v in values) else None


def order_by_names(names: "Sequence[str]") -> "Tuple[List[int], str]":
    """Return the positions of layers from the first to the last, and where the order comes from.

    Parameters
    ----------
    names : sequence of str
        Each once.

    Raises
    ------
    InputError
        If the names leave the order in doubt.

    Examples
    --------
    >>> order_by_names(["h.10", "h.9", "wte"])
    ([2, 1, 0], "by the numbers in their names, 'wte' as embeddings first")
    """
    if len(names) == 1:
        return [0], "there is one layer"
    how = "by the numbers in their names"
    try:
        return _numbered(names), how
    except InputError:
        kinds = [_kind(name) for name in names]
        first = [i for i, kind in enumerate(kinds) if kind == "embedding"]
        last = [i for i, kind in enumerate(kinds) if kind == "final"]
        if not first and not last or len(names) in (len(first), len(last)):
            raise
    for several, place in ((first, "first"), (last, "last")):
        if len(several) > 1:
            raise InputError(f"{names[several[0]]!r} and {names[several[1]]!r} may both be the "
                             f"{place}")
    middle = [i for i, kind in enumerate(kinds) if kind == "other"]
    inner = [names[i] for i in middle]
    order = [middle[i] for i in (_numbered(inner) if len(inner) > 1 else range(len(inner)))]
    if first:
        how += f", {names[first[0]]!r} as embeddings first"
    if last:
        how += f", {names[last[0]]!r} last"
    return first + order + last, how
