"""Looks for faults of extraction in activations before they cost a job.

Each finding says what was seen and what to do. A sample of the rows is read, not all.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, List, Optional

import numpy as np

from .activations import Activations

__all__ = ["Finding", "lint", "shift_scores"]

_SAMPLE_BYTES = 8 << 20
_BLOCKS = 8
_F16_MOST = 65504.0
# Of the rows without words; and of rows that equal the one before.
_MOST_OF_ONE_WORD = 0.2
_SHIFTS = range(-3, 4)
# Times that hold the response to a word. Among others, the response to a neighbour may be largest.
_RESPONSE_SECONDS = (0.1, 0.6)
# Wider layers are projected at random first.
_SHIFT_WIDTH = 256
_SHIFT_WORDS, _SHIFT_SENSORS, _SHIFT_TIMES, _SHIFT_COMPONENTS = 1000, 32, 32, 8


@dataclass(frozen=True)
class Finding:
    """One thing that looks wrong.

    Attributes
    ----------
    kind : str
        not-finite, saturated, repeated-rows, equal-layers, low-rank, sink-dimension,
        sink-row or shifted.
    layer : str
        Where; empty if it is about all.
    message : str
        The finding, and what to do.
    """

    kind: str
    layer: str
    message: str

    def __str__(self) -> str:
        return self.message


def _sample_rows(words: int, width: int) -> Any:
    """Numbers of the rows to look at: some stretches over all of the words."""
    most = max(64, min(2048, _SAMPLE_BYTES // (4 * max(1, width))))
    if words <= most:
        return [(0, words)]
    length = max(1, most // _BLOCKS)
    begins = np.linspace(0, words - length, _BLOCKS).astype(int)
    return [(int(b), int(b) + length) for b in begins]


def lint(activations: Any, recording: Any = None) -> "List[Finding]":
    """Return the faults that the lint finds in activations.

    Parameters
    ----------
    activations : Activations, or what `Activations` takes
        A sample of at most 8 MiB of each layer is read.
    recording : Recording, optional
        Of the same words: a shift of the rows against it is looked for.

    Returns
    -------
    list of Finding
        Empty if nothing looks wrong.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> layer = rng.normal(size=(200, 16)).astype("float32")
    >>> layer[50] = layer[51]
    >>> layer[100:] = layer[100]
    >>> import brainalign as ba
    >>> [finding.kind for finding in ba.lint.lint(ba.Activations([layer]))]
    ['repeated-rows']
    """
    if not isinstance(activations, Activations):
        activations = Activations(activations)
    findings: "List[Finding]" = []
    seen: "dict[Any, str]" = {}
    texts = None
    for source in (activations, recording):
        # A recording on the server, or one of another length, tells no words.
        if texts is None and source is not None and source.words is not None and (
                len(source.words) == activations.word_count):
            texts = source.words.texts
    for layer in activations.layers:
        stretches = _sample_rows(layer.words, layer.width)
        rows = np.concatenate([layer.rows(b, e) for b, e in stretches])
        numbers = np.concatenate([np.arange(b, e) for b, e in stretches])
        findings += _of_layer(layer, rows.astype(np.float32), numbers, texts)
        key = (rows.shape, hashlib.sha256(np.ascontiguousarray(rows).tobytes()).digest())
        first = seen.setdefault(key, layer.name)
        if first != layer.name:
            findings.append(Finding("equal-layers", layer.name,
                                    f"Layer {layer.name!r} equals layer {first!r}: look whether "
                                    "the same hidden state was stored twice."))
    if recording is not None:
        findings += _of_shift(activations, recording)
    return findings


def _of_layer(layer: Any, rows: Any, numbers: Any, texts: Any) -> "List[Finding]":
    name = layer.name
    finite = np.isfinite(rows)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        kind = "saturated" if layer.tensor.dtype == "F16" and np.isinf(rows).any() else "not-finite"
        what = (" f16 reaches 65504: store bf16 or float32." if kind == "saturated"
                else " Look at the extraction of that word.")
        return [Finding(kind, name, f"Layer {name!r} holds {rows[row, column]} at word "
                        f"{numbers[row]}, dimension {column}.{what}")]
    found = []
    if layer.tensor.dtype == "F16" and (np.abs(rows) >= _F16_MOST).any():
        found.append(Finding("saturated", name, f"Layer {name!r} reaches the largest f16, 65504: "
                             "values were cut off. Store bf16 or float32."))
    found += _repeated(name, rows, numbers, texts)
    if not found:
        found += _spectrum(name, rows, numbers)
    return found


def _repeated(name: str, rows: Any, numbers: Any, texts: Any) -> "List[Finding]":
    groups: "dict[bytes, list[int]]" = {}
    for i, row in enumerate(np.ascontiguousarray(rows)):
        groups.setdefault(row.tobytes(), []).append(i)
    # Equal rows of one word are what embeddings are; the words tell which those are.
    spelled = None if texts is None else [_spelling(texts[number]) for number in numbers]
    pairs = [(group[0], i) for group in groups.values() for i in group[1:]
             if spelled is None or spelled[i] != spelled[group[0]]]
    if texts is None and not _more_than_words_repeat(groups, len(rows)):
        return []
    if not pairs:
        return []
    first, second = (int(numbers[i]) for i in pairs[-1])
    return [Finding("repeated-rows", name,
                    f"In layer {name!r}, {len(pairs)} of {len(rows)} rows repeat another, such as "
                    f"words {first} and {second}: words without context need a BOS token, and "
                    "each word its own row.")]


def _spelling(text: str) -> str:
    """A word without capitals and punctuation, which pooling may leave out."""
    lower = text.lower()
    return re.sub(r"\W+", "", lower) or lower


def _more_than_words_repeat(groups: "dict[bytes, list[int]]", rows: int) -> bool:
    """Whether rows repeat more than words of a text do, whose most frequent are about 6 %."""
    largest = max(len(group) for group in groups.values())
    side_by_side = sum(after == before + 1 for group in groups.values()
                       for before, after in zip(group, group[1:]))
    return max(largest, side_by_side) > max(_MOST_OF_ONE_WORD * rows, 2)


def _spectrum(name: str, rows: Any, numbers: Any) -> "List[Finding]":
    found = []
    norms = np.linalg.norm(rows, axis=1)
    median = float(np.median(norms))
    if median > 0 and norms.max() > 30 * median:
        row = int(numbers[int(np.argmax(norms))])
        found.append(Finding("sink-row", name, f"In layer {name!r}, word {row} is "
                             f"{norms.max() / median:.0f} times as long as the median: it may be "
                             "the first token of a window, a special token, or padding."))
    centred = rows - rows.mean(axis=0, dtype=np.float64)
    variance = np.square(centred).mean(axis=0)
    total = float(variance.sum())
    if total <= 0 or rows.shape[1] < 4 or len(rows) < 8:
        return found
    top = int(np.argmax(variance))
    if variance[top] > 0.5 * total:
        found.append(Finding("sink-dimension", name, f"In layer {name!r}, dimension {top} has "
                             f"{100 * variance[top] / total:.0f} % of the variance: with pca=, the "
                             "first component would be this dimension alone."))
    few = centred[:512]
    values = np.linalg.eigvalsh(few @ few.T if len(few) < few.shape[1] else few.T @ few)
    shares = np.clip(values, 0, None) / max(float(values.sum()), 1e-300)
    rank = float(np.exp(np.sum(shares * np.log(1 / np.maximum(shares, 1e-300)))))
    if rank < 2 and variance[top] <= 0.5 * total:
        found.append(Finding("low-rank", name, f"Layer {name!r} has an effective rank of "
                             f"{rank:.1f}: its rows lie on a line. Look at the pooling."))
    return found


def _of_shift(activations: Any, recording: Any) -> "List[Finding]":
    scores = shift_scores(activations, recording)
    if scores is None:
        return []
    best = max((score, shift) for shift, score in scores.items())[1]
    words = min(recording.word_count, _SHIFT_WORDS)
    margin = max(0.03, 4 / np.sqrt(words / 2 * _SHIFT_COMPONENTS))
    if best == 0 or scores[best] - scores[0] < margin:
        return []
    return [Finding("shifted", "", f"Activations moved by {best:+d} words score {scores[best]:.3f} "
                    f"and unmoved {scores[0]:.3f}: rows and words may be shifted by {best:+d}.")]


def shift_scores(activations: Any, recording: Any) -> "Optional[dict[int, float]]":
    """Score a layer against a recording with its rows moved by -3 to +3 words.

    Parameters
    ----------
    activations : Activations
        Its middle layer is taken.
    recording : Recording
        With epochs, or continuous; 1,000 words and 32 sensors of it are read at most.

    Returns
    -------
    dict of int to float, or None
        For each shift k, where row i + k of the activations is given to word i, the best over times
        of the mean r of 8 components on held-out words. None if words follow at a fixed rate, where
        a shift only moves the peak in time, if there are fewer than 200, or if the times do not
        reach from 0.1 to 0.6 s, where the response to another word may be the largest.
    """
    words = min(recording.word_count, _SHIFT_WORDS)
    if words < 200 or activations.word_count < words:
        return None
    begin, end = _RESPONSE_SECONDS
    # Times are often sums of steps, which are not exact.
    if recording.times[0] > begin + 1e-6 or recording.times[-1] < end - 1e-6:
        return None
    gaps = None if recording.onsets is None else np.diff(recording.onsets[:words])
    if gaps is not None and gaps.std() < 0.05 * abs(gaps.mean()):
        return None
    brain = _brain_sample(recording, words)
    if brain is None:
        return None
    layer = activations.layers[len(activations.layers) // 2]
    rows = layer.rows(0, words).astype(np.float64)
    rows -= rows.mean(axis=0)
    if not np.isfinite(rows).all():
        return None
    if rows.shape[1] > _SHIFT_WIDTH:
        project = np.random.default_rng(0).normal(size=(rows.shape[1], _SHIFT_WIDTH))
        rows = rows @ project
    targets = rows @ np.linalg.eigh(rows.T @ rows)[1][:, -_SHIFT_COMPONENTS:]
    return {shift: _score(brain, targets, shift) for shift in _SHIFTS}


def _score(brain: Any, targets: Any, shift: int) -> float:
    edge = max(_SHIFTS)
    words = np.arange(edge, len(targets) - edge)
    half = len(words) // 2
    train, test = words[:half], words[half:]
    best = -1.0
    for x in brain:
        a, y = x[train], targets[train + shift]
        a, y = a - a.mean(axis=0), y - y.mean(axis=0)
        weights = np.linalg.solve(a.T @ a + len(a) * np.eye(a.shape[1]), a.T @ y)
        said, true = x[test] @ weights, targets[test + shift]
        said, true = said - said.mean(axis=0), true - true.mean(axis=0)
        scale = np.linalg.norm(said, axis=0) * np.linalg.norm(true, axis=0)
        r = np.divide((said * true).sum(axis=0), scale, out=np.zeros(len(scale)), where=scale > 0)
        best = max(best, float(r.mean()))
    return best


def _brain_sample(recording: Any, words: int) -> Any:
    """Standardised (times, words, sensors) of some times and sensors; None if none can be had."""
    times = np.unique(np.linspace(0, recording.times.size - 1, _SHIFT_TIMES).astype(int))
    sensors = np.unique(np.linspace(0, recording.sensor_count - 1, _SHIFT_SENSORS).astype(int))
    if recording.epochs is not None:
        if recording.epochs.fortran:
            return None
        parts = [recording.epochs.rows(i, min(i + 16, words))[:, sensors][:, :, times]
                 for i in range(0, words, 16)]
        sample = np.concatenate(parts).astype(np.float64).transpose(2, 0, 1)
    else:
        sample = _cut(recording, words, times, sensors)
        if sample is None:
            return None
    if not np.isfinite(sample).all():
        return None
    sample = sample - sample.mean(axis=1, keepdims=True)
    spread = sample.std(axis=1, keepdims=True)
    return np.divide(sample, spread, out=np.zeros_like(sample), where=spread > 0)


def _cut(recording: Any, words: int, times: Any, sensors: Any) -> Any:
    signal = recording.continuous
    row_bytes = signal.size_bytes // max(1, signal.shape[0])
    if signal.fortran or row_bytes > _SAMPLE_BYTES:
        return None
    samples = (np.round(recording.onsets[:words] * recording.sfreq).astype(int)[:, np.newaxis]
               + np.round(recording.times[times] * recording.sfreq).astype(int))
    samples = np.clip(samples, 0, signal.shape[1] - 1)
    return np.stack([signal.rows(int(s), int(s) + 1)[0][samples] for s in sensors],
                    axis=-1).astype(np.float64).transpose(1, 0, 2)
