"""Features of earlier rows, as encoding models of fMRI have."""

import operator
from typing import Any, List, Sequence

import numpy as np

from ._tensors import RowSource, Tensor
from .errors import InputError

MOST_DELAYS = 64


def rows_at(layer: Any, wanted: Any) -> Any:
    """Return the rows of a layer with these numbers, in this order."""
    low, high = int(wanted.min()), int(wanted.max()) + 1
    # Rows that lie near are read at once, others one by one.
    if high - low <= 4 * len(wanted) + 16:
        return layer.rows(low, high)[wanted - low]
    return np.concatenate([layer.rows(int(i), int(i) + 1) for i in wanted])


def delays_of(delays: Any) -> "List[int]":
    """Return the delays as a list; an InputError if they are none."""
    try:
        found = [operator.index(delay) for delay in delays]
        if any(isinstance(delay, (bool, np.bool_)) for delay in delays):
            raise TypeError
    except TypeError:
        raise InputError(f"delays is {delays!r}; it must list whole numbers of rows, such as "
                         "[1, 2, 3, 4].", field="delays") from None
    if not (1 <= len(found) <= MOST_DELAYS and found[0] >= 0
            and all(a < b for a, b in zip(found, found[1:]))):
        raise InputError(f"delays is {found}; it must be 1 to {MOST_DELAYS} whole numbers of rows "
                         "from 0 up, ascending, each once, such as [1, 2, 3, 4].", field="delays")
    return found


def rows_before(delays: "Sequence[int]", sessions: Any, count: int) -> "List[Any]":
    """Return for each delay the row so many rows before each row in its session, or -1."""
    before = np.full((len(delays), count), -1, dtype=np.int64)
    labels = np.zeros(count, np.int64) if sessions is None else np.asarray(sessions)
    if labels.shape != (count,):
        raise InputError(f"sessions has the shape {labels.shape}; one for each of {count} rows is "
                         "needed.", field="sessions")
    for session in np.unique(labels):
        rows = np.flatnonzero(labels == session)
        for i, delay in enumerate(delays):
            before[i, rows[delay:]] = rows[:max(0, len(rows) - delay)]
    for delay, found in zip(delays, before):
        if not (found >= 0).any():
            raise InputError(f"delays names {delay} rows, but no row has so many rows before it in "
                             "its session.", field="delays")
    return list(before)


def delayed_tensor(layer: Any, before: "List[Any]", name: str) -> Tensor:
    """Return the rows of a layer as `rows_before` lists them, side by side.

    The mean over all rows takes the place of a row that is not there.
    """
    total = np.zeros(layer.width)
    for begin in range(0, layer.words, 1024):
        total += layer.rows(begin, min(layer.words, begin + 1024)).sum(axis=0, dtype=np.float64)
    mean = total / layer.words
    double = layer.tensor.dtype == "F64"
    kind = np.dtype("<f8" if double else "<f4")

    def rows(begin: int, end: int) -> Any:
        made = np.empty((end - begin, len(before), layer.width), kind)
        for i, index in enumerate(before):
            wanted = index[begin:end]
            there = wanted >= 0
            made[~there, i] = mean
            if there.any():
                made[there, i] = rows_at(layer, wanted[there])
        return made.reshape(end - begin, -1)

    width = len(before) * layer.width
    source = RowSource(rows, layer.words, (width,), kind)
    return Tensor(source, "F64" if double else "F32", (layer.words, width), name=name)
