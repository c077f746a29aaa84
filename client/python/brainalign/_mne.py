"""Recordings from objects of MNE-Python."""

import os
import tempfile
import warnings
from typing import Any, Dict, List, Optional, Sequence

import numpy as np

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
             sessions: Any = None) -> Recording:
    """Return epochs or a raw recording of MNE-Python as a `Recording`.

    Parameters
    ----------
    source : mne.Epochs or mne.io.Raw
        It need not be loaded: what is not in memory is read in pieces.
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
        (w), seconds. If None, those of `words`; for epochs else of ``epochs.events``.
    clock : {"raw", "acquisition"}
        What the onsets of a raw recording count from: its first sample, as ``raw.times`` and BIDS
        do, or the moment when acquisition began, as ``raw.first_time`` does.
    groups : sequence, optional
        As for `Recording`.
    sessions : sequence, optional
        As for `Recording`.

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
    """
    if dtype not in _TYPES:
        raise InputError(f"dtype is {dtype!r}; F32 or F64 is needed.", field="dtype")
    table = word_table_of(words)
    if hasattr(source, "drop_log"):
        return _from_epochs(source, table, picks, dtype, times, onsets, groups, sessions)
    if hasattr(source, "first_samp"):
        return _from_raw(source, table, picks, dtype, times, onsets, clock, groups, sessions)
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


def _from_raw(raw: Any, table: "Optional[WordTable]", picks: Any, dtype: str, times: Any,
              onsets: Any, clock: str, groups: Any, sessions: Any) -> Recording:
    if times is None:
        raise InputError("times is missing: with a raw recording, the time of each sample of an "
                         "epoch, in seconds after word onset.", field="times")
    if clock not in ("raw", "acquisition"):
        raise InputError(f"clock is {clock!r}; 'raw' or 'acquisition' is needed.", field="clock")
    if onsets is None:
        onsets = None if table is None else table.onsets
    if onsets is None:
        raise InputError("onsets is missing: the words of a raw recording need their onsets in "
                         "seconds.", field="onsets")
    seconds = np.asarray(onsets, dtype=np.float64)
    if clock == "acquisition":
        seconds = seconds - raw.first_samp / float(raw.info["sfreq"])
    channels = _channel_numbers(raw.info, picks)
    described = _describe(raw, channels)
    described.update(first_sample=int(raw.first_samp), clock=clock)
    return Recording(
        continuous=_samples_of(raw, channels, dtype), sfreq=float(raw.info["sfreq"]),
        onsets=seconds, times=times, groups=groups, sessions=sessions, words=table,
        metadata=described)


def _samples_of(raw: Any, channels: "List[int]", dtype: str) -> Tensor:
    """All samples (s, samples): of the object in memory, or by a file that has no name."""
    shape = (len(channels), int(raw.n_times))
    kind = np.dtype(_TYPES[dtype])
    if raw.preload:
        source: Any = RowSource(lambda b, e: raw.get_data(picks=channels[b:e]), shape[0],
                                shape[1:], kind)
        return Tensor(source, dtype, shape, name="continuous")
    # Files of MNE lie sample by sample; a row is spread over all of the file.
    with tempfile.NamedTemporaryFile(prefix="brainalign-", delete=False) as file:
        try:
            row_bytes = shape[1] * kind.itemsize
            for begin in range(0, shape[1], _BLOCK_SAMPLES):
                end = min(begin + _BLOCK_SAMPLES, shape[1])
                block = raw.get_data(picks=channels, start=begin, stop=end).astype(kind)
                for row, samples in enumerate(block):
                    os.pwrite(file.fileno(), samples.tobytes(),
                              row * row_bytes + begin * kind.itemsize)
            spooled = FileSource(file.name, 0, shape[0] * row_bytes)
            spooled.read(0, 1)
        finally:
            # The source keeps it open; the bytes go with the last reader.
            os.unlink(file.name)
    return Tensor(spooled, dtype, shape, name="continuous")
