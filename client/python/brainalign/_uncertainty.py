"""p values, intervals and the test of order, with the names of the JSON of the command line."""

import base64
import math
from typing import Any, Dict, List, Optional

import numpy as np

from ._tensors import decode
from ._proto import enum_name

_NO_RELATION = ("nulls", "nulls_asked", "min_shift_words", "words_left_out", "p_max",
                "familywise_threshold", "p_mean_of_maxima",
                "p_temporal_score", "fdr_limited_by_nulls", "largest_basis_difference",
                "words_in_short_sessions", "short_sessions")
# What swaps of sessions do not give.
_OF_SHIFTS = ("min_shift_words", "p_mean_of_maxima", "fdr_limited_by_nulls", "clusters")
_ORDER = ("p_temporal_score", "half_score", "half_slope", "p_half_score", "common_share",
          "two_level_p_temporal_score", "two_level_p_half_score")


def known(proto: Any, name: str) -> Any:
    """Return a number of a message; None where it is unset."""
    field = proto.DESCRIPTOR.fields_by_name[name]
    if field.containing_oneof is not None and not proto.HasField(name):
        return None
    return getattr(proto, name)


class Parts:
    """What ReadUncertainty streams, until it is whole."""

    def __init__(self) -> None:
        self._proto: Any = None
        self._arrays: "Dict[str, Any]" = {}

    def add(self, response: Any) -> None:
        """Take one response."""
        if response.HasField("uncertainty"):
            self._proto = response.uncertainty
            return
        array = response.array
        kind = enum_name("DataType", array.data_type)[len("DATA_TYPE_"):]
        self._arrays[array.name] = decode(array.data, kind).reshape(tuple(array.shape))

    def into(self, fields: "Dict[str, Any]") -> None:
        """Add the numbers to the fields of a result, whose uncertainty so far holds its facts."""
        proto, facts = self._proto, fields["uncertainty"]
        if proto.note:
            fields["notes"] = [*fields["notes"], proto.note]
            return
        whole: "Dict[str, Any]" = {
            "slope": known(proto, "slope"),
            "temporal_score": _number(fields["temporal_score"]),
            "temporal_score_p_parametric": _number(fields["temporal_score_p"]),
            "mean_of_maxima": fields["alignment_score_mean_of_layer_maxima"],
            "best": fields["alignment_score_best_layer"],
            "no_relation": self._no_relation()}
        if proto.HasField("blocks"):
            whole.update(self._blocks())
        if proto.HasField("order"):
            whole["order"] = {"t_half": self._values("t_half"),
                              **{name: known(proto.order, name) for name in _ORDER}}
        whole["seed"] = facts["seed"]
        whole["drift"] = facts["drift"]
        if "autocorrelation_lag_1" in fields:
            whole["autocorrelation"] = {
                name: _values(fields.pop(f"autocorrelation_{name}"))
                for name in ("lag_1", "integral")}
        whole["cautions"] = [{"name": one.name, "text": one.text} for one in proto.cautions]
        whole["words_fingerprint"] = facts["words_fingerprint"]
        if "influence_refit" in fields:
            whole["influence"] = _influence(fields)
        fields["uncertainty"] = whole

    def _values(self, name: str) -> Any:
        return _values(self._arrays[name]) if name in self._arrays else None

    def _no_relation(self) -> "Optional[Dict[str, Any]]":
        if not self._proto.HasField("no_relation"):
            return None
        null = self._proto.no_relation
        # 0 is of a server that knows shifts alone.
        name = enum_name("NullBy", null.null_by)[len("NULL_BY_"):].lower()
        null_by = "shift" if null.null_by == 0 else name or f"unknown ({null.null_by})"
        swaps = null_by == "swap"
        whole = {"null_by": null_by,
                 **{name: known(null, name) for name in _NO_RELATION},
                 "smallest_p": 1 / (1 + null.nulls),
                 **{name: self._values(name) for name in ("p_familywise", "p_cell", "q_cell")},
                 "clusters": {"p_max": null.cluster_p_max, "mass": list(null.cluster_mass),
                              "p": list(null.cluster_p),
                              "cluster_of_cell": self._values("cluster_of_cell")}}
        return {**whole, **dict.fromkeys(_OF_SHIFTS)} if swaps else whole

    def _blocks(self) -> "Dict[str, Any]":
        blocks, intervals = self._proto.blocks, self._proto.intervals
        return {
            "blocks": {"words": blocks.words, "count": blocks.count,
                       "df": blocks.degrees_of_freedom,
                       "too_few_for_intervals": blocks.too_few_for_intervals,
                       "too_few_for_simultaneous": blocks.too_few_for_simultaneous},
            "draws": self._proto.draws,
            **{name: self._values(name) for name in ("se_refit", "se_alphas",
                                                   "se_fixed_maps")},
            **{name: known(intervals, name) for name in ("t_quantile", "simultaneous_quantile")},
            **{name: self._values(name) or [[], []] for name in ("t_max_interval",
                                                                 "t_half_interval")},
            **{name: [getattr(intervals, name).low, getattr(intervals, name).high]
               if intervals.HasField(name) else None
               for name in ("slope_interval", "half_slope_interval", "temporal_score_spread")}}


def _number(value: float) -> "Optional[float]":
    return None if math.isnan(value) else value


def _values(array: Any) -> "List[Any]":
    """Return an array as lists, None for NaN."""
    if array.ndim > 1:
        return [_values(row) for row in array]
    return [None if value != value else value for value in array.tolist()]


def _influence(fields: "Dict[str, Any]") -> "Dict[str, Any]":
    """What ``brainalign compare`` needs: the influence of each block with refit."""
    whole = np.asarray(fields["influence_held_out"] + fields["influence_refit"], dtype="<f8")
    influence = {"shape": list(whole.shape), "float64_base64": _base64(whole),
                 "fold_of_block": fields["fold_of_block"].tolist(),
                 "words_of_block": fields["words_of_block"].tolist()}
    if "influence_alphas" in fields:
        influence["alphas_float64_base64"] = _base64(
            np.asarray(fields["influence_alphas"], dtype="<f8"))
    return influence


def _base64(values: Any) -> str:
    return base64.b64encode(values.tobytes()).decode()
