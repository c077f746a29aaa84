"""Columns of word tables: their types, and their values as the server stores them."""

import hashlib
import math
import re
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from ._tensors import MemorySource, Tensor
from .errors import InputError

# Types by the numbers that the protocol and the digest of a table have for them.
TYPES = {"text": 1, "number": 2, "integer": 3, "boolean": 4}
# Texts of a file that are whole numbers; one with zeros in front is a label.
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)\Z")
# What stands in tables where a number is not known.
_UNKNOWN = ("", "n/a", "na", "nan", "none", "null")
_DTYPES = {"text": "I32", "number": "F64", "integer": "I64", "boolean": "I16"}
_KINDS = {"number": "<f8", "integer": "<i8", "boolean": "<i2"}


def _is_boolean(value: Any) -> bool:
    return isinstance(value, (bool, np.bool_))


def _is_integer(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not _is_boolean(value)


def _is_number(value: Any) -> bool:
    return _is_integer(value) or isinstance(value, (float, np.floating)) or value is None


def _is_number_text(text: str) -> bool:
    if text.strip().lower() in _UNKNOWN or _WHOLE.match(text):
        return True
    # One with zeros in front is a label, such as 007.
    if re.match(r"-?0[0-9]", text):
        return False
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def type_of(values: "Sequence[Any]", is_words: bool) -> str:
    """Return the type of a column whose type nobody named.

    Parameters
    ----------
    values : sequence
        One for each word. Texts, as a file has them, may be numbers.
    is_words : bool
        Whether these are the words themselves, which are texts whatever they look like.
    """
    if is_words or not values:
        return "text"
    for kind, fits in (("boolean", _is_boolean), ("integer", _is_integer), ("number", _is_number)):
        if all(fits(value) for value in values):
            return kind
    if all(isinstance(value, str) for value in values):
        if all(_WHOLE.match(value) and abs(int(value)) < 2**63 for value in values):
            return "integer"
        if all(_is_number_text(value) for value in values) and any(
                value.strip().lower() not in _UNKNOWN for value in values):
            return "number"
    return "text"


def _number(value: Any) -> float:
    if value is None or (isinstance(value, str) and value.strip().lower() in _UNKNOWN):
        return math.nan
    return float(value)


def _whole(value: Any) -> int:
    whole = int(value)
    if not isinstance(value, str) and whole != value:
        raise ValueError
    return whole


def _truth(value: Any) -> int:
    whole = int(value)
    if whole not in (0, 1) or (not isinstance(value, str) and whole != value):
        raise ValueError
    return whole


_CONVERT = {"number": _number, "integer": _whole, "boolean": _truth}
_NEEDED = {"number": "numbers", "integer": "whole numbers", "boolean": "0 and 1"}


def tensor_of_column(name: str, kind: str, values: "Sequence[Any]") -> Tensor:
    """Return the values of a column as the server stores them.

    Parameters
    ----------
    name : str
        Of the column, for messages.
    kind : {"text", "number", "integer", "boolean"}
        Its type.
    values : sequence
        One for each word.

    Returns
    -------
    Tensor
        (w, c) of I32, the code points of each text, for texts; else (w) of F64, I64 or I16.

    Raises
    ------
    InputError
        If a value is not of the type; the message names the word.
    """
    if kind == "text":
        return _tensor_of_texts(name, [str(value) for value in values])
    numbers = np.empty(len(values), dtype=_KINDS[kind])
    for i, value in enumerate(values):
        try:
            numbers[i] = _CONVERT[kind](value)
        except (TypeError, ValueError, OverflowError):
            raise InputError(f"Column {name!r} holds {value!r} at word {i}; a column of type "
                             f"{kind} takes {_NEEDED[kind]}.", field=name) from None
    return Tensor(MemorySource(numbers), _DTYPES[kind], numbers.shape, name=f"column {name!r}")


def _tensor_of_texts(name: str, texts: "List[str]") -> Tensor:
    for i, text in enumerate(texts):
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise InputError(f"Column {name!r} holds {text!r} at word {i}, which is no text that "
                             "can be stored.", field=name)
    width = max([1, *map(len, texts)])
    points = np.array(texts, dtype=f"<U{width}").view("<i4").reshape(len(texts), width)
    return Tensor(MemorySource(points), "I32", points.shape, name=f"column {name!r}")


def values_of(kind: str, array: Any) -> "List[Any]":
    """Return the stored values of a column as texts and numbers of Python."""
    if kind == "text":
        points = np.ascontiguousarray(array, dtype="<i4")
        return [str(text) for text in points.view(f"<U{points.shape[1]}").reshape(-1)]
    if kind == "boolean":
        return [bool(value) for value in array]
    return list(array.tolist())


def digest_of(words: int, columns: "Sequence[Tuple[str, str, Tensor]]") -> str:
    """Return the digest of a table, as the server computes it (word_table.proto).

    Parameters
    ----------
    words : int
        Rows.
    columns : sequence of (str, str, Tensor)
        Name, type and values.
    """
    lines = [f"{words}\n"]
    lines += [f"{name}\t{TYPES[kind]}\t{tensor.digest}\n" for name, kind, tensor in columns]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def check_types(types: "Dict[str, str]", known: "Sequence[str]") -> None:
    """Raise an InputError for a type that is none, or one of a column that is not there."""
    for name, kind in types.items():
        if name not in known:
            raise InputError(f"types names the column {name!r}; there are {', '.join(known)}.",
                             field="types")
        if kind not in TYPES:
            raise InputError(f"types has {kind!r} for the column {name!r}; {', '.join(TYPES)} are "
                             "the types of columns.", field="types")
