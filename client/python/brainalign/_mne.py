"""Recordings from objects of MNE-Python."""

import os
import tempfile
import warnings
from typing import Any, Dict, List, Optional, Sequence

import numpy as np

from ._session_arrays import check_inside, on_one_clock, onsets_by_session
from ._tensors import FileSource, RowSource, Tensor
from .errors import InputError
from .recording import Recording
from .words import WordTable, word_table_of

_BLOCK_SAMPLES = 4096
_TYPES = {"F32": "<f4", "F64": "<f8"}


def good_channels(info: Any) -> "List[int]":
    """Return the numbers of the good mag, grad, eeg, seeg and ecog channels.

    Parameters
    ----------
    info : mne.Info
        Reference sensors of a CTF machine and channels in ``info["bads"]`` are left out.
    """
    import mne
    return [int(i) for i in mne.pick_types(info, meg=True, ref_meg=False, eeg=True, seeg=True,
                                           ecog=True, exclude="bads")]


def _channel_numbers(info: Any, picks: Any) -> "List[int]":
    if picks is None:
        found = good_channels(info)
        if not found:
            raise InputError("There is no good mag, grad, eeg, seeg or ecog channel; name others "
                             "with picks=.", field="picks")
        return found
    if isinstance(picks, str):
        raise InputError(f"picks is the text {picks!r}; a list of channels by name or number is "
                         "needed.", field="picks")
    names = list(info["ch_names"])
    missing = [p for p in picks if (p not in names if isinstance(p, str)
                                    else not 0 <= int(p) < len(names))]
    if missing:
        raise InputError(f"picks names {missing[0]!r}; the recording has {len(names)} channels, "
                         f"from {names[0]!r} to {names[-1]!r}.", field="picks")
    return [names.index(p) if isinstance(p, str) else int(p) for p in picks]


# Units of channels by their numbers in FIFF.
_UNITS = {107: "V", 112: "T", 201: "T/m"}


def _describe(source: Any, channels: "Sequence[int]") -> "Dict[str, Any]":
    import mne
    info = source.info
    return {
        "mne_version": mne.__version__,
        "channels": [info["ch_names"][i] for i in channels],
        "channel_types": [mne.io.pick.channel_type(info, i) if hasattr(mne.io, "pick")
                          else mne.channel_type(info, i) for i in channels],
        "units": [_UNITS.get(int(info["chs"][i]["unit"]), "") for i in channels],
        "bads": list(info["bads"]),
        "projections": [{"name": str(p["desc"]), "applied": bool(p["active"])}
                        for p in info["projs"]],
        "compensation_grade": int(source.compensation_grade or 0)
        if hasattr(source, "compensation_grade") else 0,
        "highpass_hz": float(info["highpass"]), "lowpass_hz": float(info["lowpass"]),
        "sfreq_hz": float(info["sfreq"]),
    }


def _drops_by_reason(drop_log: Any) -> "Dict[str, int]":
    counts: "Dict[str, int]" = {}
    for reasons in drop_log:
        for reason in reasons:
            counts[str(reason)] = counts.get(str(reason), 0) + 1
    return counts


def from_mne(source: Any, *, words: Any = None, picks: Any = None, dtype: str = "F32",
             times: Any = None, onsets: Any = None, clock: str = "raw", groups: Any = None,
             sessions: Any = None, session_starts: Any = None) -> Recording:
    """Return epochs or a raw recording of MNE-Python as a `Recording`.

    Parameters
    ----------
    source : mne.Epochs, mne.io.Raw or list of mne.io.Raw
        It need not be loaded: what is not in memory is read in pieces. Each Raw of a list is a
        session; all have the same channels and sampling rate.
    words : WordTable, path, sequence or pandas.DataFrame, optional
        For epochs, a row for each epoch, or for each event before epochs were dropped. If None, the
        words are the rows of ``epochs.metadata``. For a raw recording, a row a word with its onset.
    picks : sequence of str or int, optional
        Channels; the good mag, grad, eeg, seeg and ecog channels if it is None, never reference
        sensors.
    dtype : {"F32", "F64"}
        Type of the samples that are sent.
    times : sequence of float, optional
        (T), seconds relative to word onset; needed for a raw recording.
    onsets : sequence of float, optional
        (w), seconds. If None, those of `words`; for epochs else of ``epochs.events``. For a list of
        Raw: a list of arrays, one for each, from its own start.
    clock : {"raw", "acquisition"}
        What the onsets of a raw recording count from: its first sample, as ``raw.times`` and BIDS
        do, or the moment when acquisition began, as ``raw.first_time`` does.
    groups : sequence, optional
        As for `Recording`.
    sessions : sequence, optional
        As for `Recording`.
    session_starts : sequence of int, optional
        As for `Recording`, for a raw recording. If None, where MNE joined recordings: annotations
        ``BAD boundary`` and ``EDGE boundary``.

    Returns
    -------
    Recording
        Its metadata have channels, units, bads, projections, compensation and filters.

    Raises
    ------
    InputError
        If words and epochs differ in number or text; the message has the first that differs.

    Warns
    -----
    UserWarning
        If the epochs are baseline-corrected: that subtracts brain activity from before the word.
        If MNE joined the recording of several.
    """
    if dtype not in _TYPES:
        raise InputError(f"dtype is {dtype!r}; F32 or F64 is needed.", field="dtype")
    table = word_table_of(words)
    if isinstance(source, (list, tuple)):
        odd = [type(one).__name__ for one in source if not hasattr(one, "first_samp")]
        if odd or not source:
            raise InputError(f"the list of recordings holds {odd[0] if odd else 'nothing'}; a list "
                             "of Raw is needed.", field="recording")
        return _from_raws(source, True, table, picks, dtype, times, onsets, clock, groups, sessions,
                          session_starts)
    if hasattr(source, "drop_log"):
        if session_starts is not None:
            raise InputError("session_starts is given with epochs; give sessions, a number for "
                             "each word.", field="session_starts")
        return _from_epochs(source, table, picks, dtype, times, onsets, groups, sessions)
    if hasattr(source, "first_samp"):
        return _from_raws([source], False, table, picks, dtype, times, onsets, clock, groups,
                          sessions, session_starts)
    raise InputError(f"{type(source).__name__} is neither Epochs nor Raw of MNE-Python.",
                     field="recording")


def _from_epochs(epochs: Any, table: "Optional[WordTable]", picks: Any, dtype: str, times: Any,
                 onsets: Any, groups: Any, sessions: Any) -> Recording:
    if times is not None:
        raise InputError("times are those of the epochs; crop or decimate them in MNE.",
                         field="times")
    if not epochs.preload:
        # What is not loaded is dropped for its amplitude or length only now.
        epochs = epochs.copy()
        epochs.drop_bad(verbose="error")
    if epochs.baseline is not None:
        warnings.warn(
            f"The epochs are baseline-corrected with {epochs.baseline}: what the brain did before "
            "each word was subtracted from all times. Make them with baseline=None.",
            UserWarning, stacklevel=4)
    selection = [int(i) for i in epochs.selection]
    metadata = None if epochs.metadata is None else WordTable(epochs.metadata)
    table = _words_of_epochs(table, metadata, selection, len(epochs.drop_log))
    channels = _channel_numbers(epochs.info, picks)
    count = len(selection)

    def rows(begin: int, end: int) -> Any:
        return epochs.get_data(item=slice(begin, end))[:, channels]

    shape = (len(channels), len(epochs.times))
    source = RowSource(rows, count, shape, _TYPES[dtype])
    if onsets is None and (table is None or table.onsets is None):
        rate = np.asarray(getattr(epochs, "_raw_sfreq", [epochs.info["sfreq"]])).reshape(-1)[0]
        onsets = epochs.events[:, 0] / float(rate)
    described = _describe(epochs, channels)
    described["baseline"] = None if epochs.baseline is None else list(epochs.baseline)
    recording = Recording(
        Tensor(source, dtype, (count, *shape), name="epochs"), times=epochs.times, onsets=onsets,
        groups=groups, sessions=sessions, words=table, metadata=described)
    recording.selection = tuple(selection)
    recording.original_words = len(epochs.drop_log)
    recording.drops = _drops_by_reason(epochs.drop_log)
    return recording


def _words_of_epochs(table: "Optional[WordTable]", metadata: "Optional[WordTable]",
                     selection: "List[int]", original: int) -> "Optional[WordTable]":
    if table is None:
        return metadata
    if len(table) == original and original != len(selection):
        table = table.take(selection)
    elif len(table) != len(selection):
        if metadata is not None:
            table.check_same(metadata, table.name, "epochs.metadata")
        raise InputError(f"{table.name} has {len(table)} words; the {len(selection)} epochs, or "
                         f"the {original} events that they were made of, are needed.",
                         field="words")
    if metadata is not None:
        table.check_same(metadata, table.name, "epochs.metadata")
    return table


def _from_raws(raws: "Sequence[Any]", is_list: bool, table: "Optional[WordTable]", picks: Any,
               dtype: str, times: Any, onsets: Any, clock: str, groups: Any, sessions: Any,
               session_starts: Any) -> Recording:
    if times is None:
        raise InputError("times is missing: with a raw recording, the time of each sample of an "
                         "epoch, in seconds after word onset.", field="times")
    if clock not in ("raw", "acquisition"):
        raise InputError(f"clock is {clock!r}; 'raw' or 'acquisition' is needed.", field="clock")
    if is_list and session_starts is not None:
        raise InputError("session_starts is given with a list of Raw, each of which is a session.",
                         field="session_starts")
    if onsets is None and not is_list:
        onsets = None if table is None else table.onsets
    if onsets is None:
        each = (", as a list with an array for each Raw, from its own start" if is_list else "")
        raise InputError("onsets is missing: the words of a raw recording need their onsets in "
                         f"seconds{each}.", field="onsets")
    channels = _channels_of_all(raws, picks)
    rate = float(raws[0].info["sfreq"])
    lengths = [int(raw.n_times) for raw in raws]
    given = (onsets_by_session(onsets, len(raws), "Raw") if is_list
             else [np.asarray(onsets, dtype=np.float64)])
    if clock == "acquisition":
        given = [own - raw.first_samp / rate for own, raw in zip(given, raws)]
    if is_list:
        check_inside("recording", lengths, rate, given)
    starts, joined_onsets = on_one_clock(lengths, rate, given)
    if session_starts is None:
        session_starts = _starts_of_parts(raws, starts)
        if is_list and sessions is None:
            samples = [start + np.rint(own * rate) for start, own in zip(starts, given)]
            sessions = np.searchsorted(session_starts, np.concatenate(samples), side="right") - 1
    described = _describe(raws[0], channels[0])
    first = [int(raw.first_samp) for raw in raws]
    described.update(first_sample=first if is_list else first[0], clock=clock)
    return Recording(
        continuous=_samples_of(raws, channels, dtype), sfreq=rate,
        onsets=joined_onsets, times=times, groups=groups, sessions=sessions,
        session_starts=session_starts, words=table, metadata=described)


def _channels_of_all(raws: "Sequence[Any]", picks: Any) -> "List[List[int]]":
    """The numbers of the channels of each raw recording, in the order of the first."""
    numbers = [_channel_numbers(raws[0].info, picks)]
    names = [raws[0].info["ch_names"][i] for i in numbers[0]]
    for at, raw in enumerate(raws[1:], start=1):
        rate, first = float(raw.info["sfreq"]), float(raws[0].info["sfreq"])
        if rate != first:
            raise InputError(f"recording[{at}] has {rate:g} samples a second, recording[0] has "
                             f"{first:g}; resample one of them in MNE.", field="recording")
        own = raw.info["ch_names"]
        good = names if picks is not None else [own[i] for i in _channel_numbers(raw.info, None)]
        odd = sorted(set(names) - (set(own) & set(good))) + sorted(set(good) - set(names))
        if odd:
            raise InputError(f"recording[{at}] and recording[0] have different good channels: "
                             f"{odd[0]!r} is in one of them only. Mark the same channels as bad in "
                             "all, or name the channels with picks=.", field="picks")
        numbers.append([own.index(name) for name in names])
    return numbers


def _starts_of_parts(raws: "Sequence[Any]", starts: "Sequence[int]") -> "List[int]":
    """Where each raw recording starts, and in it each that MNE joined."""
    joined = [int(start) + sample for raw, start in zip(raws, starts)
              for sample in _boundaries_of(raw)]
    if joined:
        warnings.warn(
            f"MNE joined the recording at samples {', '.join(map(str, joined))} (annotations BAD "
            "boundary and EDGE boundary). A session begins at each: words whose epochs reach "
            "across are dropped. session_starts= names other samples, [0] stands for one session.",
            UserWarning, stacklevel=5)
    return sorted({*map(int, starts), *joined})


def _boundaries_of(raw: Any) -> "List[int]":
    """Samples at which MNE joined recordings, ascending."""
    found = [float(onset) for onset, kind in zip(raw.annotations.onset, raw.annotations.description)
             if str(kind) in ("BAD boundary", "EDGE boundary")]
    rate = float(raw.info["sfreq"])
    marked = np.unique(np.rint((np.array(found) - raw.first_samp / rate) * rate).astype(np.int64))
    # Joining joined recordings again, MNE marks a few samples early: one for each part.
    lengths = np.subtract(getattr(raw, "_last_samps", []), getattr(raw, "_first_samps", [])) + 1
    ends = np.cumsum(lengths)[:-1].astype(np.int64)
    near = [int(ends[np.argmin(np.abs(ends - mark))]) if ends.size
            and np.abs(ends - mark).min() <= ends.size else int(mark) for mark in marked]
    return sorted({start for start in near if 0 < start < raw.n_times})


def _samples_of(raws: "Sequence[Any]", channels: "Sequence[List[int]]", dtype: str) -> Tensor:
    """All samples (s, samples): of objects in memory, or by a file that has no name."""
    shape = (len(channels[0]), sum(int(raw.n_times) for raw in raws))
    kind = np.dtype(_TYPES[dtype])
    if all(raw.preload for raw in raws):
        def rows(begin: int, end: int) -> Any:
            parts = [raw.get_data(picks=own[begin:end]) for raw, own in zip(raws, channels)]
            return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

        return Tensor(RowSource(rows, shape[0], shape[1:], kind), dtype, shape, name="continuous")
    # Files of MNE lie sample by sample; a row is spread over all of the file.
    with tempfile.NamedTemporaryFile(prefix="brainalign-", delete=False) as file:
        try:
            row_bytes = shape[1] * kind.itemsize
            start = 0
            for raw, own in zip(raws, channels):
                for begin in range(0, int(raw.n_times), _BLOCK_SAMPLES):
                    end = min(begin + _BLOCK_SAMPLES, int(raw.n_times))
                    block = raw.get_data(picks=own, start=begin, stop=end).astype(kind)
                    for row, samples in enumerate(block):
                        os.pwrite(file.fileno(), samples.tobytes(),
                                  row * row_bytes + (start + begin) * kind.itemsize)
                start += int(raw.n_times)
            spooled = FileSource(file.name, 0, shape[0] * row_bytes)
            spooled.read(0, 1)
        finally:
            # The source keeps it open; the bytes go with the last reader.
            os.unlink(file.name)
    return Tensor(spooled, dtype, shape, name="continuous")
