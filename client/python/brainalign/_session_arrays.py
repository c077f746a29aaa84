"""Recordings that are given session by session, as arrays or as objects of MNE."""

import os
from typing import Any, List, Optional, Sequence, Tuple

import numpy as np

from ._tensors import ITEM_BYTES, RowSource, Source, Tensor
from .errors import InputError


class _Chain(Source):
    """The bytes of several sources, one after another."""

    def __init__(self, sources: "Sequence[Source]") -> None:
        self._sources = list(sources)
        self._ends = np.cumsum([source.size for source in sources])
        self.size = int(self._ends[-1])

    def read(self, offset: int, size: int) -> Any:
        parts = []
        at = int(np.searchsorted(self._ends, offset, side="right"))
        while size > 0:
            source = self._sources[at]
            begin = offset - (int(self._ends[at]) - source.size)
            count = min(size, source.size - begin)
            parts.append(source.read(begin, count))
            offset, size, at = offset + count, size - count, at + 1
        return parts[0] if len(parts) == 1 else b"".join(parts)


def are_sessions(value: Any, rank: int) -> bool:
    """Whether `value` is a list of arrays or paths, and not a single array as a list.

    Parameters
    ----------
    value : object
        What a user gave for an array.
    rank : int
        Number of axes of the array of one session.
    """
    if not isinstance(value, (list, tuple)):
        return False
    return any(isinstance(one, (str, os.PathLike))
               or (hasattr(one, "shape") and len(one.shape) == rank) for one in value)


def join_sessions(parts: "Sequence[Tensor]", axis: int, sensors: int) -> Tensor:
    """Return the arrays of several sessions as one, which is read in pieces as they are.

    Parameters
    ----------
    parts : sequence of Tensor
        One or more.
    axis : int
        On which they follow each other.
    sensors : int
        The axis of sensors.

    Returns
    -------
    Tensor
        With the bytes that ``np.concatenate`` gives.

    Raises
    ------
    InputError
        If they differ in type, order or length of another axis; the message names the first.
    """
    first = parts[0]
    for part in parts:
        if part.shape[axis] == 0:
            raise InputError(f"{part.name} is {part.describe()}, a session without "
                             "anything; leave it out.", field=part.name)
        _check_alike(part, first, axis, sensors)
    shape = tuple(sum(part.shape[axis] for part in parts) if at == axis else length
                  for at, length in enumerate(first.shape))
    name = first.name.split("[")[0]
    if len(parts) == 1:
        return first
    # In the order of Fortran the bytes are those of the transposed arrays in the order of C.
    turned = [part.shape[::-1] if part.fortran else part.shape for part in parts]
    slow_axis = len(shape) - 1 - axis if first.fortran else axis
    if slow_axis == 0:
        return Tensor(_Chain([part.source for part in parts]), first.dtype, shape, first.fortran,
                      name)
    item = ITEM_BYTES[first.dtype]
    whole = shape[::-1] if first.fortran else shape

    def rows(begin: int, end: int) -> Any:
        blocks = []
        for part, own in zip(parts, turned):
            row = int(np.prod(own[1:], dtype=np.int64)) * item
            data = part.source.read(begin * row, (end - begin) * row)
            blocks.append(np.frombuffer(data, f"<u{item}").reshape((end - begin, *own[1:])))
        return np.concatenate(blocks, axis=slow_axis)

    return Tensor(RowSource(rows, whole[0], whole[1:], f"<u{item}"), first.dtype, shape,
                  first.fortran, name)


def _check_alike(part: Tensor, first: Tensor, axis: int, sensors: int) -> None:
    def differ(own: Any, its: Any, remedy: str) -> InputError:
        return InputError(f"{part.name} {own}, but {first.name} {its}; {remedy}.", field=part.name)

    if part.shape[sensors] != first.shape[sensors]:
        raise differ(f"has {part.shape[sensors]} sensors", f"has {first.shape[sensors]}",
                     "all sessions must have the same sensors in the same order")
    for at, (own, its) in enumerate(zip(part.shape, first.shape)):
        if at != axis and own != its:
            raise differ(f"is {part.describe()}", f"is {first.describe()}",
                         "all sessions must have the same times")
    if part.dtype != first.dtype:
        raise differ(f"is {part.dtype.lower()}", f"is {first.dtype.lower()}",
                     "convert all sessions to one type, as with astype")
    if part.fortran != first.fortran:
        raise differ(f"is in {'Fortran' if part.fortran else 'C'} order",
                     f"is in {'Fortran' if first.fortran else 'C'} order",
                     "give all sessions in one order, as with np.ascontiguousarray")


def onsets_by_session(onsets: Any, count: int, session: str) -> "List[Any]":
    """Return the onsets of each session as float64.

    Parameters
    ----------
    onsets : list of sequence of float
        One for each session.
    count : int
        How many sessions there are.
    session : str
        What a session is given as, for messages.

    Raises
    ------
    InputError
        If `onsets` is anything else.
    """
    is_sequence = isinstance(onsets, (list, tuple)) and all(np.ndim(own) == 1 for own in onsets)
    if not is_sequence or len(onsets) != count:
        raise InputError(f"onsets must be a list of {count} arrays, one for each {session}, in "
                         "seconds from its own start.", field="onsets")
    return [np.asarray(own, dtype=np.float64) for own in onsets]


def check_inside(name: str, lengths: "Sequence[int]", rate: float,
                 onsets: "Sequence[Any]") -> None:
    """Check that no onset lies outside its session: it would be a word of another one.

    Parameters
    ----------
    name : str
        Of the argument with the sessions.
    lengths : sequence of int
        Samples of each session.
    rate : float
        Samples per second.
    onsets : sequence of array
        Of each session, from its own start.

    Raises
    ------
    InputError
        Naming the first such onset.
    """
    for at, (length, own) in enumerate(zip(lengths, onsets)):
        samples = np.rint(own * rate)
        outside = np.flatnonzero(~((samples >= 0) & (samples < length)))
        if outside.size:
            word = int(outside[0])
            raise InputError(f"onsets[{at}][{word}] is {own[word]:g} s, but {name}[{at}] lasts "
                             f"from 0 to {length / rate:g} s; onsets count from its own "
                             "start. Leave out words that were not recorded.", field="onsets")


def on_one_clock(lengths: "Sequence[int]", rate: float,
                 onsets: "Sequence[Any]") -> "Tuple[List[int], Any]":
    """Return the sample at which each session starts, and the onsets from the first sample of all.

    Parameters
    ----------
    lengths : sequence of int
        Samples of each session.
    rate : float
        Samples per second.
    onsets : sequence of array
        Of each session, from its own start.
    """
    starts = [int(start) for start in np.cumsum([0, *lengths[:-1]])]
    return starts, np.concatenate([start / rate + own for start, own in zip(starts, onsets)])


def numbers_of_sessions(counts: "Sequence[int]") -> "Optional[Any]":
    """Return the number of the session of each word; None for a single session.

    Parameters
    ----------
    counts : sequence of int
        Words of each session.
    """
    return np.repeat(np.arange(len(counts)), counts) if len(counts) > 1 else None
