"""Options of an alignment."""

import difflib
import operator
from dataclasses import dataclass, fields
from typing import Any, Dict, Optional, Sequence, Tuple

import numpy as np

from ._plain_values import MOST_WHOLE, plain_text, real_number, whole_number
from .errors import InputError

_CHOICES: "Dict[str, Tuple[str, ...]]" = {
    "preset": ("strict", "paper"),
    "direction": ("brain_to_model", "model_to_brain"),
    "metric": ("pearson", "cosine", "r2", "cca", "cka", "cka_debiased", "rsa"),
    "fold_by": ("contiguous", "group", "shuffled"),
    "selection": ("fixed", "loo", "gcv", "blocked"),
    "zscore_words": ("all", "training"),
    "pca_words": ("all", "training"),
    "precision": ("exact", "fast", "double"),
    "null_by": ("shift", "swap"),
}
# Whole numbers with the least and the largest value; those that may be None have no default.
_WHOLE = (("folds", 2, MOST_WHOLE), ("inner_folds", 2, MOST_WHOLE), ("pca", 0, MOST_WHOLE),
          ("nulls", 0, 100_000), ("draws", 0, 1_000_000), ("seed", 0, 2**64 - 1),
          ("detrend", 0, 20), ("block_words", 1, MOST_WHOLE), ("min_shift_words", 1, MOST_WHOLE),
          ("cca_components", 1, MOST_WHOLE))
_FLAGS = ("shared_alpha", "time_generalisation")
_REAL = ("purge_seconds", "cca_rho")
_MOST_DELAYS = 64


@dataclass(frozen=True)
class Options:
    """What an alignment computes; docs/method.md defines every number.

    Parameters
    ----------
    preset : {"strict", "paper"}
        Where options that are None take their values from. `strict` keeps test words out of every
        step of the fit; `paper` is the published protocol.
    direction : {"brain_to_model", "model_to_brain"}
        Which side predicts the other.
    metric : {"pearson", "cosine", "r2", "cca", "cka", "cka_debiased", "rsa"}
        How a prediction is scored; the last four compare two matrices and have no direction.
    folds : int
        Outer folds, at least 2.
    fold_by : {"contiguous", "group", "shuffled"}, optional
        How folds are cut. "shuffled" is a control: its scores leak between neighbouring words.
    purge_seconds : float, optional
        Training words nearer than this to a test word are dropped.
    alphas : sequence of float
        Ridge penalties, from 1e-40 to 1e40; empty for 1e-4 .. 1e8 in decades.
    selection : {"fixed", "loo", "gcv", "blocked"}, optional
        How a penalty is chosen.
    inner_folds : int
        Of the selection "blocked", at least 2.
    shared_alpha : bool
        One penalty for all targets of a layer and time.
    pca : int
        Components of largest variance that replace each layer; 0 for none.
    zscore_words : {"all", "training"}, optional
        Words whose mean and deviation scale the recording.
    pca_words : {"all", "training"}, optional
        Words that the components are fitted on.
    window_bounds_seconds : sequence of float
        Bounds of the windows that scores are averaged over; empty for 0, 0.2, 0.5.
    precision : {"exact", "fast", "double"}
        Arithmetic of the large products.
    nulls : int
        Matrices without a relation, for p values, 0 to 100,000; 0 for none.
    null_by : {"shift", "swap"}, optional
        How nulls break the relation; shift if it is None. "shift" shifts words circularly in their
        session. "swap" exchanges whole sessions, at least 4, each cut to the shortest: a check
        against drift that both sides share, in which only the largest score has a p.
    draws : int
        Draws of block noise for intervals and the test of order, 0 to 1,000,000; 0 for none.
    seed : int
        Of all random draws, 0 to 2**64 - 1.
    detrend : int, optional
        Degree of the polynomials that are taken out of both sides in each session, 0 to 20; none
        are if it is None.
    block_words : int, optional
        Target length of a block of words, at least 1; automatic if it is None.
    min_shift_words : int, optional
        Smallest circular shift, at least 1; the words of one epoch if it is None.
    where : str
        Condition on columns of the word table, such as ``"pos in NOUN VERB"``; empty for all words.
    cca_components : int, optional
        Canonical correlations that the metric cca averages, at least 1; 10 if it is None.
    cca_rho : float, optional
        Ridge of the metric cca as a share of the mean variance, positive; 1e-3 if it is None.
    time_generalisation : bool
        Whether maps that are fitted at each time are scored at all others, too, for brain_to_model
        with pearson, cosine or r2 (`Result.time_generalisation`).
    arrays : sequence of str
        Arrays that a result has only if they are asked for: per_target (`Result.score_per_target`)
        for brain_to_model, per_sensor (`Result.score_per_sensor`) for model_to_brain. Every result
        has per_fold (`Result.score_per_fold`).
    delays : sequence of int
        In rows, 1 to 64 from 0 up, ascending, such as ``[1, 2, 3, 4]`` where a row is a TR of fMRI:
        the features of a row are the activations so many rows before it in its session
        (docs/method.md, "Delays"). Empty: each row has its own. Only for model_to_brain.

    Raises
    ------
    InputError
        If a value is not one of these; the message names the option.

    Examples
    --------
    >>> Options(pca=50)
    Options(pca=50)
    >>> Options(preset="papre")
    Traceback (most recent call last):
    ...
    brainalign.errors.InputError: preset is 'papre'; strict or paper is needed.
    """

    preset: str = "strict"
    direction: str = "brain_to_model"
    metric: str = "pearson"
    folds: int = 5
    fold_by: "Optional[str]" = None
    purge_seconds: "Optional[float]" = None
    alphas: "Sequence[float]" = ()
    selection: "Optional[str]" = None
    inner_folds: int = 5
    shared_alpha: bool = False
    pca: int = 0
    zscore_words: "Optional[str]" = None
    pca_words: "Optional[str]" = None
    window_bounds_seconds: "Sequence[float]" = ()
    precision: str = "exact"
    nulls: int = 0
    null_by: "Optional[str]" = None
    draws: int = 0
    seed: int = 0
    detrend: "Optional[int]" = None
    block_words: "Optional[int]" = None
    min_shift_words: "Optional[int]" = None
    where: str = ""
    cca_components: "Optional[int]" = None
    cca_rho: "Optional[float]" = None
    time_generalisation: bool = False
    arrays: "Sequence[str]" = ()
    delays: "Sequence[int]" = ()

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value is None and type(self).__dataclass_fields__[name].default is None:
                continue
            if not isinstance(value, str) or value not in choices:
                raise InputError(f"{name} is {value!r}; {' or '.join(choices)} is needed.",
                                 field=name)
        for name, least, most in _WHOLE:
            self._check_whole(name, least, most)
        for name in _FLAGS:
            self._check_flag(name)
        for name in _REAL:
            if getattr(self, name) is not None:
                object.__setattr__(self, name, real_number(name, getattr(self, name)))
        plain_text("where", self.where)
        if self.cca_rho is not None and not self.cca_rho > 0:
            raise InputError(f"cca_rho is {self.cca_rho!r}; a positive number is needed.",
                             field="cca_rho")
        object.__setattr__(self, "arrays", _names_of(self.arrays))
        object.__setattr__(self, "delays", _delays_of(self.delays))
        if self.delays and self.direction != "model_to_brain":
            raise InputError(f"delays is {list(self.delays)} with direction {self.direction!r}; "
                             "delays make features of activations, so 'model_to_brain' is needed.",
                             field="delays")
        for name in ("alphas", "window_bounds_seconds"):
            value = getattr(self, name)
            try:
                object.__setattr__(self, name, tuple(real_number(name, v) for v in value))
            except (TypeError, InputError):
                raise InputError(f"{name} is {value!r}; a list of numbers, all finite, is needed.",
                                 field=name) from None
        if any(not alpha > 0 for alpha in self.alphas):
            raise InputError(f"alphas holds {min(self.alphas)}; penalties are positive.",
                             field="alphas")

    def _check_flag(self, name: str) -> None:
        value = getattr(self, name)
        if not isinstance(value, (bool, np.bool_)):
            raise InputError(f"{name} is {value!r}; True or False is needed.", field=name)
        object.__setattr__(self, name, bool(value))

    def _check_whole(self, name: str, least: int, most: int) -> None:
        value = getattr(self, name)
        if value is None and type(self).__dataclass_fields__[name].default is None:
            return
        object.__setattr__(self, name, whole_number(name, value, least, most))

    def given(self) -> "Dict[str, Any]":
        """Return the options that are not None.

        Returns
        -------
        dict
            By name.
        """
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def changed(self) -> "Dict[str, Any]":
        """Return the options that differ from their defaults.

        Returns
        -------
        dict
            By name.
        """
        return {f.name: getattr(self, f.name) for f in fields(self)
                if getattr(self, f.name) != f.default}

    def __repr__(self) -> str:
        text = ", ".join(f"{name}={value!r}" for name, value in self.changed().items())
        return f"Options({text})"


def _names_of(given: Any) -> "Tuple[str, ...]":
    if isinstance(given, str):
        raise InputError(f"arrays is the text {given!r}; a list of names is needed.",
                         field="arrays")
    try:
        return tuple(plain_text("arrays", name) for name in given)
    except TypeError:
        raise InputError(f"arrays is {given!r}; a list of names is needed.",
                         field="arrays") from None


def _delays_of(given: Any) -> "Tuple[int, ...]":
    try:
        delays = tuple(operator.index(delay) for delay in given)
        if any(isinstance(delay, (bool, np.bool_)) for delay in given):
            raise TypeError
    except TypeError:
        delays = (-1,)
    ascends = all(before < after for before, after in zip(delays, delays[1:]))
    if len(delays) > _MOST_DELAYS or not ascends or any(not 0 <= d < 2**31 for d in delays):
        raise InputError(f"delays is {given!r}; it must be 1 to {_MOST_DELAYS} whole numbers of "
                         "rows from 0 up, ascending, each once, such as [1, 2, 3, 4].",
                         field="delays")
    return delays


def options_of(given: "Dict[str, Any]") -> Options:
    """Return `Options` of keyword arguments.

    Raises
    ------
    InputError
        If there is no option of a name; the message has the nearest one.
    """
    known = [f.name for f in fields(Options)]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}."
            raise InputError(f"There is no option {name}{hint}", field=name)
    return Options(**given)
