"""Recordings of a brain, word by word or as a whole."""

import errno
import os
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from ._files import is_array_file, open_arrays
from ._plain_values import real_number
from ._session_arrays import (are_sessions, check_inside, join_sessions, numbers_of_sessions,
                              on_one_clock, onsets_by_session)
from ._tensors import MemorySource, Tensor, numbers_of, tensor_of, whole_numbers_of
from .errors import InputError
from .words import WordTable, word_table_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _vector(values: Any, dtype: str, name: str) -> Tensor:
    kind = "<f8" if dtype == "F64" else "<i8"
    array = np.ascontiguousarray(values, dtype=kind)
    return Tensor(MemorySource(array), dtype, (array.size,), name=name)


def _array(value: Any, name: str, axes: str) -> Tensor:
    if isinstance(value, (str, os.PathLike)):
        tensor = _only_array(os.fspath(value), name, axes)
    else:
        tensor = tensor_of(value, name)
    if len(tensor.shape) != axes.count(",") + 1:
        raise InputError(f"{name} is {tensor.describe()}; {axes} is needed.", field=name)
    return tensor


def _only_array(path: str, name: str, axes: str) -> Tensor:
    """Return the array of a file; of several, the only one that has so many axes."""
    found = open_arrays(path)
    if len(found) == 1:
        return found[0][1]
    fitting = [tensor for _, tensor in found if len(tensor.shape) == axes.count(",") + 1]
    if len(fitting) != 1:
        held = ", ".join(f"{array!r}, {tensor.describe()}" for array, tensor in found)
        raise InputError(f"{path} holds {held}; {name} needs one array {axes}. Open the file and "
                         "pass that array.", field=name)
    return fitting[0]


class Recording:
    """A recording: either epochs, or the continuous signal with its rate and the words' onsets.

    Parameters
    ----------
    epochs : array or path, or list of them, optional
        (w, s, T): words, sensors, times. Any unit: sensors are z-scored. Of a list, each is a
        session.
    times : sequence of float
        (T), seconds relative to word onset, ascending.
    continuous : array or path, or list of them, optional
        (s, samples), instead of `epochs`. Of a list, each is a session; no epoch crosses into
        another one.
    sfreq : float, optional
        Samples per second of `continuous`.
    onsets : sequence of float, optional
        (w), seconds from the beginning of `continuous`. With epochs they serve the purge. If None,
        those of `words`. For a list of sessions: a list of arrays, one for each, from its own start.
    groups : sequence, optional
        (w), story or session of each word: whole numbers or texts.
    sessions : sequence, optional
        (w), session of each word, if groups are something else.
    session_starts : sequence of int, optional
        Samples of `continuous` at which sessions begin, ascending from 0. Words whose epochs reach
        across one are dropped. Without `sessions` they also give each word its session.
    words : WordTable, path or sequence, optional
        The words themselves.
    metadata : mapping, optional
        Facts to store with the recording.

    Attributes
    ----------
    selection : tuple of int or None
        For epochs of MNE, which of the original words are here.
    original_words : int or None
        How many words there were before epochs were dropped.
    drops : dict of str to int
        Words that MNE dropped, by reason.

    Raises
    ------
    InputError
        If an array has another shape, or something is missing; the message names it.

    Examples
    --------
    >>> import numpy as np
    >>> Recording(np.zeros((4, 3, 2), np.float32), times=[0.0, 0.1])
    Recording(4 words, 3 sensors, 2 times from 0 to 0.1 s)
    """

    def __init__(self, epochs: Any = None, *, times: Any = None, continuous: Any = None,
                 sfreq: "Optional[float]" = None, onsets: Any = None, groups: Any = None,
                 sessions: Any = None, session_starts: Any = None, words: Any = None,
                 metadata: "Optional[Mapping[str, Any]]" = None) -> None:
        if (epochs is None) == (continuous is None):
            raise InputError("Either epochs (words, sensors, times) or continuous (sensors, "
                             "samples) is needed.", field="epochs")
        if times is None:
            raise InputError("times is missing: the time of each sample of an epoch, in seconds "
                             "after word onset.", field="times")
        self.times = numbers_of(times, "times")
        if self.times.size == 0 or (np.diff(self.times) <= 0).any():
            raise InputError("times does not ascend; seconds relative to word onset are needed.",
                             field="times")
        self.words: "Optional[WordTable]" = word_table_of(words)
        self.metadata: "Dict[str, Any]" = dict(metadata or {})
        self.selection: "Optional[Sequence[int]]" = None
        self.original_words: "Optional[int]" = None
        self.drops: "Dict[str, int]" = {}
        self.sfreq = None if sfreq is None else real_number("sfreq", sfreq)
        self.epochs: "Optional[Tensor]" = None
        self.continuous: "Optional[Tensor]" = None
        parts = self._parts_of(epochs, continuous)
        if parts:
            signal = join_sessions(parts, 1 if epochs is None else 0, 0 if epochs is None else 1)
            onsets, sessions, session_starts = self._of_sessions(
                parts, epochs is None, onsets, sessions, session_starts)
            epochs, continuous = (None, signal) if epochs is None else (signal, None)
        elif onsets is None and self.words is not None:
            onsets = self.words.onsets
        if epochs is not None:
            self.epochs = _array(epochs, "epochs", "(words, sensors, times)")
            self._word_count = self.epochs.shape[0]
            if self.epochs.shape[2] != self.times.size:
                raise InputError(f"epochs is {self.epochs.describe()}, but times has "
                                 f"{self.times.size} numbers.", field="times")
        else:
            self.continuous = _array(continuous, "continuous", "(sensors, samples)")
            if self.sfreq is None or not self.sfreq > 0:
                raise InputError("sfreq, the samples per second of continuous, is needed and "
                                 "positive.", field="sfreq")
            if onsets is None:
                raise InputError("onsets is missing: seconds from the beginning of continuous for "
                                 "each word.", field="onsets")
            self._word_count = len(onsets)
        count = self._word_count
        self.onsets = None if onsets is None else numbers_of(onsets, "onsets", count)
        self.groups = None if groups is None else whole_numbers_of(groups, "groups", count)
        self.session_starts = self._starts_of(session_starts)
        if sessions is None and self.session_starts is not None:
            sessions = self._sessions_by_starts()
        self.sessions = None if sessions is None else whole_numbers_of(sessions, "sessions", count)
        if self.words is not None and len(self.words) != count:
            raise InputError(f"{self.words.name} has {len(self.words)} words, but the recording "
                             f"has {count}.", field="words")
        self._word_tensors = {
            "onsets_seconds": None if self.onsets is None else _vector(self.onsets, "F64",
                                                                       "onsets"),
            "groups": None if self.groups is None else _vector(self.groups, "I64", "groups"),
            "sessions": None if self.sessions is None else _vector(self.sessions, "I64",
                                                                   "sessions"),
            "session_starts": None if self.session_starts is None else _vector(
                self.session_starts, "I64", "session starts")}

    @staticmethod
    def _parts_of(epochs: Any, continuous: Any) -> "List[Tensor]":
        """Return the array of each session, if they are given one by one."""
        value, name, axes = ((continuous, "continuous", "(sensors, samples)") if epochs is None
                             else (epochs, "epochs", "(words, sensors, times)"))
        if not are_sessions(value, axes.count(",") + 1):
            return []
        return [_array(one, f"{name}[{at}]", axes) for at, one in enumerate(value)]

    def _of_sessions(self, parts: "List[Tensor]", is_continuous: bool, onsets: Any, sessions: Any,
                     session_starts: Any) -> "Tuple[Any, Any, Any]":
        """Return onsets, sessions and session_starts of arrays that were given one by one."""
        if session_starts is not None:
            raise InputError("session_starts is given with a list of arrays, each of which is a "
                             "session.", field="session_starts")
        if onsets is None and not is_continuous:
            by_session = [np.empty(part.shape[0]) for part in parts]
        else:
            by_session = onsets_by_session(onsets, len(parts), "session")
        counts = [own.size for own in by_session]
        if is_continuous:
            if self.sfreq is None or not self.sfreq > 0:
                raise InputError("sfreq, the samples per second of continuous, is needed and "
                                 "positive.", field="sfreq")
            lengths = [part.shape[1] for part in parts]
            check_inside("continuous", lengths, self.sfreq, by_session)
            session_starts, onsets = on_one_clock(lengths, self.sfreq, by_session)
        else:
            for at, part in enumerate(parts):
                if counts[at] != part.shape[0]:
                    raise InputError(f"onsets[{at}] has {counts[at]} numbers, but {part.name} has "
                                     f"{part.shape[0]} words.", field="onsets")
            onsets = None if onsets is None else np.concatenate(by_session)
        if self.words is not None and len(self.words) != sum(counts):
            raise InputError(f"{self.words.name} has {len(self.words)} words, but the sessions "
                             f"have {', '.join(map(str, counts))}: {sum(counts)}.", field="words")
        return (onsets, numbers_of_sessions(counts) if sessions is None else sessions,
                session_starts)

    def _starts_of(self, starts: Any) -> "Optional[NDArray[np.int64]]":
        """Return checked starts of sessions; None for one session, of which they say nothing."""
        if starts is None:
            return None
        if self.continuous is None:
            raise InputError("session_starts is given with epochs; only in a continuous recording "
                             "do sessions begin at samples.", field="session_starts")
        numbers = np.asarray(starts)
        samples = self.continuous.shape[1]
        fits = (numbers.ndim == 1 and numbers.size > 0 and numbers.dtype.kind in "iuf"
                and (numbers == np.rint(numbers)).all() and numbers[0] == 0
                and (np.diff(numbers) > 0).all() and numbers[-1] < samples)
        if not fits:
            raise InputError(f"session_starts is {starts!r}; the samples at which sessions begin "
                             f"are needed, ascending from 0 within the {samples} samples of the "
                             "recording.", field="session_starts")
        return np.asarray(numbers, dtype=np.int64) if numbers.size > 1 else None

    def _sessions_by_starts(self) -> "NDArray[np.int64]":
        """Return the session of each word by the start before its onset, as the command does."""
        samples = np.rint(self.onsets * self.sfreq)  # type: ignore[operator]
        inside = np.clip(samples, 0, self.continuous.shape[1] - 1)  # type: ignore[union-attr]
        found = np.searchsorted(self.session_starts, inside, side="right") - 1
        return np.asarray(found, dtype=np.int64)

    def __repr__(self) -> str:
        return (f"Recording({self.word_count} words, {self.sensor_count} sensors, "
                f"{self.times.size} times from {self.times[0]:.4g} to {self.times[-1]:.4g} s)")

    @property
    def word_count(self) -> int:
        """Words."""
        return int(self._word_count)

    @property
    def sensor_count(self) -> int:
        """Sensors."""
        return (self.epochs.shape[1] if self.epochs is not None
                else self.continuous.shape[0])  # type: ignore[union-attr]

    def word_tensors(self) -> "Dict[str, Tensor]":
        """Return what has a number for each word or session.

        Returns
        -------
        dict of str to Tensor
            By the names of the protocol: onsets_seconds, groups, sessions, session_starts.
        """
        return {name: tensor for name, tensor in self._word_tensors.items() if tensor is not None}

    def tensors(self) -> "List[Tensor]":
        """Return what is uploaded.

        Returns
        -------
        list of Tensor
            The signal first.
        """
        signal = self.epochs if self.epochs is not None else self.continuous
        return [signal, *self.word_tensors().values()]  # type: ignore[list-item]

    @classmethod
    def from_mne(cls, source: Any, **options: Any) -> "Recording":
        """Return what an object of MNE-Python holds.

        Parameters
        ----------
        source : mne.Epochs, mne.io.Raw or list of mne.io.Raw
            It need not be loaded: what is not in memory is read in pieces.
        **options
            ``words``, ``picks`` (the good mag, grad, eeg, seeg and ecog channels if it is None),
            ``dtype``, ``groups``, ``sessions``; for a raw recording also ``times``, ``onsets``,
            ``clock`` and ``session_starts``: docs/python.md describes them.

        Returns
        -------
        Recording
            Its metadata have channels, units, bads, projections, compensation and filters.

        Raises
        ------
        InputError
            If words and epochs differ in number or text; the message has the first that differs.
        """
        from ._mne import from_mne
        return from_mne(source, **options)


def recording_of(source: Any, words: Any, options: "Dict[str, Any]") -> Any:
    """Return `source` as a `Recording`, or as the name of one that the server keeps."""
    given = [*(["words"] if words is not None else []), *options]
    if isinstance(source, Recording):
        if given:
            raise InputError(f"{', '.join(given)}: give this to the Recording, which is made "
                             "already.", field=given[0])
        return source
    if isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
        if path.endswith((".fif", ".fif.gz")):
            if not os.path.exists(path):
                raise InputError(f"{path} cannot be read: {os.strerror(errno.ENOENT)}.", field=path)
            import mne
            epochs = mne.read_epochs(path, preload=False, verbose="error")
            return Recording.from_mne(epochs, words=words, **options)
        if not is_array_file(path):
            if given:
                raise InputError(f"{', '.join(given)}: a recording that the server keeps, such as "
                                 f"{path!r}, has its own.", field=given[0])
            return path
    several = isinstance(source, (list, tuple)) and len(source) > 0
    if all(type(one).__module__.split(".")[0] == "mne" for one in (source if several else [source])):
        return Recording.from_mne(source, words=words, **options)
    return Recording(source, words=words, **options)
