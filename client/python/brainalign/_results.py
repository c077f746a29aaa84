"""Results and tiles as the protocol sends them: named arrays with axes."""

import math
from typing import Any, Dict, List, Optional

import numpy as np

from ._crc import crc32c
from ._job_info import JobInfo, Tile
from ._proto import enum, enum_name, is_repeated
from ._tensors import decode
from .errors import DamagedError

# Of AlignmentResult: members that are numbers or texts, as the JSON of the command line has them.
_PLAIN = ("alignment_score_mean_of_layer_maxima", "alignment_score_best_layer", "words_given",
          "words_used", "dropped_words", "backward_onset_steps", "constant_targets", "bf16_kernel",
          "numerics_version", "job_id", "from_cache", "compute_seconds")
_FROM_AXES = {"times": "time", "depth": "layer"}


def _type_of(array: Any) -> str:
    return enum_name("DataType", array.data_type)[len("DATA_TYPE_"):]


def _short(name: str, prefix: str) -> str:
    return name[len(prefix):].lower()


def inputs_of(spec: Any) -> "List[Dict[str, Any]]":
    """Return the tensors that an AlignmentSpec names, each once, as the command line writes them."""
    named = [("recording", spec.brain.continuous), ("epochs", spec.brain.epochs),
             ("onsets", spec.brain.onsets_seconds), ("groups", spec.brain.groups),
             ("sessions", spec.brain.sessions), ("session starts", spec.brain.session_starts),
             ("nuisance", spec.nuisance.features)]
    layers = {layer.activations.digest: layer for layer in reversed(spec.layers)}
    for layer in spec.layers:
        if layers.pop(layer.activations.digest, None) is not None:
            alone = len(layer.activations.spec.shape) == 2
            named.append((f"activations of {layer.name}" if alone else "activations",
                          layer.activations))
    return [{"name": name, "dtype": _short(enum_name("DataType", tensor.spec.data_type),
                                           "DATA_TYPE_"),
             "shape": list(tensor.spec.shape),
             "order": "F" if tensor.spec.order == enum("Order")["ORDER_FORTRAN"] else "C",
             "sha256": tensor.digest} for name, tensor in named if tensor.digest]


class Assembly:
    """A result whose large arrays are still to be read.

    Parameters
    ----------
    proto : AlignmentResult
        As GetJobResult answers.
    info : JobInfo
        The job.
    inputs : list of dict
        As `inputs_of` returns them.
    """

    def __init__(self, proto: Any, info: JobInfo, inputs: "List[Dict[str, Any]]") -> None:
        self._proto = proto
        self._info = info
        self._inputs = inputs
        self._data: "Dict[str, bytearray]" = {}
        for array in proto.arrays:
            if array.HasField("data"):
                self._data[array.name] = bytearray(array.data)

    def missing(self) -> "List[str]":
        """Return the names of the arrays that are to be read."""
        return [a.name for a in self._proto.arrays if a.name not in self._data]

    def begin(self, name: str) -> bytearray:
        """Return where the bytes of an array go."""
        return self._data.setdefault(name, bytearray())

    def fields(self) -> "Dict[str, Any]":
        """Return the result as the command line writes it: names, numbers and arrays."""
        proto = self._proto
        axes = {axis.name: axis for axis in proto.axes}
        arrays = {array.name: decode(bytes(self._data[array.name]), _type_of(array)).reshape(
            tuple(array.shape)) for array in proto.arrays}
        fields: "Dict[str, Any]" = {"score": arrays.pop("score"),
                                    "score_per_fold": arrays.pop("score_per_fold", np.zeros(0))}
        for name, axis in _FROM_AXES.items():
            fields[name] = np.array(axes[axis].values)
        fields["layer_names"] = list(axes["layer"].labels)
        fields["layer_order"] = self._info.layer_order or None
        if self._info.preparation is not None:
            fields["preparation"] = self._info.preparation
        for name in ("temporal_score", "temporal_score_p"):
            fields[name] = getattr(proto, name) if proto.HasField(name) else math.nan
        fields.update({name: getattr(proto, name) for name in _PLAIN})
        selection = proto.word_selection
        fields["unselected_words"] = selection.words_before - selection.words_after
        fields["words_without_value"] = selection.words_without_value
        fields["notes"] = list(proto.notes)
        # Of a command that reads a folder: the server keeps those on its filtering.
        fields["reading_notes"] = list((self._info.preparation or {}).get("notes", []))
        fields["inputs"] = self._inputs
        fields["options"] = options_of(proto.options)
        if "nuisance" in axes:
            fields["options"]["nuisance"] = list(axes["nuisance"].labels)
        fields["precision_used"] = _short(enum_name("Precision", proto.precision_used),
                                          "PRECISION_")
        check = proto.self_check
        fields["self_check"] = {
            "cells": check.cells, "fell_back": check.fell_back,
            "largest_difference": (check.largest_difference
                                   if check.HasField("largest_difference") else None)}
        fields["uncertainty"] = _uncertainty(proto)
        if proto.HasField("word_selection"):
            chosen = proto.word_selection
            fields["word_selection"] = {
                "words_before": chosen.words_before, "words_after": chosen.words_after,
                "words_without_value": chosen.words_without_value}
        fields["windows"] = _windows(axes.get("window"), arrays.pop("window_mean", None))
        # Those that only a newer server has keep their names.
        fields.update(arrays)
        return fields


def _uncertainty(proto: Any) -> "Optional[Dict[str, Any]]":
    """What p values and intervals depend on beside the arrays, with the names of the JSON."""
    if not proto.HasField("uncertainty"):
        return None
    facts = proto.uncertainty
    drift = {side: getattr(facts, f"{side}_drift") if facts.HasField(f"{side}_drift") else None
             for side in ("brain", "model")}
    return {
        "no_relation": {
            "nulls": facts.nulls, "nulls_asked": facts.nulls_asked,
            "min_shift_words": facts.min_shift_words, "words_left_out": facts.words_left_out,
            "words_in_short_sessions": facts.words_in_short_sessions,
            "short_sessions": facts.short_sessions},
        "blocks": {"words": facts.block_words}, "draws": proto.options.draws,
        "seed": proto.options.seed, "drift": drift,
        # As text: programs that read all numbers as doubles would round it.
        "words_fingerprint": (f"{facts.words_fingerprint:016x}" if facts.words_fingerprint
                              else None)}


def _windows(axis: Any, means: Any) -> "List[Dict[str, Any]]":
    if axis is None or means is None:
        return []
    begins = list(axis.values)
    return [{"begin_seconds": begin, "end_seconds": end, "mean": mean.tolist()}
            for begin, end, mean in zip(begins, [*begins[1:], math.inf], means)]


def options_of(proto: Any) -> "Dict[str, Any]":
    """Return AlignmentOptions by name, enumerations as short texts, None where a value is unset."""
    options: "Dict[str, Any]" = {}
    for field in proto.DESCRIPTOR.fields:
        if field.containing_oneof is not None and not proto.HasField(field.name):
            options[field.name] = None  # an `optional` field
            continue
        value = getattr(proto, field.name)
        if is_repeated(field):
            value = list(value)
        elif field.enum_type is not None:
            names = field.enum_type.values_by_number
            value = _short(names[value].name, names[0].name[:-len("UNSPECIFIED")])
        options[field.name] = value
    return options


def add_chunk(into: bytearray, response: Any) -> None:
    """Append a chunk of an array of a result, or of a tensor.

    Raises
    ------
    DamagedError
        If it does not follow, or was damaged on its way.
    """
    if response.offset_bytes != len(into) or crc32c(response.data) != response.crc32c:
        raise DamagedError("A part of what was read was damaged on its way.")
    into.extend(response.data)


def tile(proto: Any, streamed: Any) -> "Optional[Tile]":
    """Return a finished rectangle of the matrix, None if the tile has no scores.

    Parameters
    ----------
    proto : ResultTile
        What was finished.
    streamed : StreamedArrays
        What its boxes are parts of.
    """
    types = {array.name: _type_of(array) for array in streamed.arrays}
    axes = {axis.name: axis for axis in streamed.axes}
    boxes = {box.array: box for box in proto.boxes if box.array in types}
    score = boxes.get("score")
    if score is None:
        return None
    layers, times = (slice(b, b + n) for b, n in zip(score.begin, score.count))
    values = {name: decode(box.data, types[name]).reshape(tuple(box.count))
              for name, box in boxes.items()}
    return Tile(layers=layers, times=times, score=values["score"],
                score_per_fold=values.get("score_per_fold"),
                layer_names=tuple(axes["layer"].labels[layers]),
                times_seconds=np.array(axes["time"].values[times]))
