"""Results of alignments."""

import json
import math
import os
from typing import Any, Dict, List, Mapping, Optional, Sequence, Union

import numpy as np

from .errors import InputError

_FORMAT = "brainalign result"
# In JSON these numbers are null where they are not defined.
_REALS = ("temporal_score", "temporal_score_p", "alignment_score_mean_of_layer_maxima",
          "alignment_score_best_layer", "compute_seconds")
_ARRAYS = {"score": float, "score_per_fold": float, "times": float, "depth": float,
           "t_max": float, "t_argmax": float, "t_max_contiguous": bool,
           "window_of_maximum": np.int64, "alpha_counts": np.int64, "fold_sizes": np.int64,
           "training_sizes": np.int64, "purged_words": np.int64, "constant_sensors": np.int64,
           "null_scores": float, "score_for_nulls": float, "influence_held_out": float,
           "influence_refit": float, "influence_alphas": float, "fold_of_block": np.int64,
           "words_of_block": np.int64,
           "autocorrelation_lag_1": float, "autocorrelation_integral": float,
           "score_per_target": float, "score_per_sensor": float, "time_generalisation": float}


def _array(value: Any, kind: Any) -> Any:
    if kind is float:
        return np.array(_nan_for_none(value), dtype=np.float64)
    return np.array(value, dtype=kind)


def _nan_for_none(value: Any) -> Any:
    if isinstance(value, list):
        return [_nan_for_none(v) for v in value]
    return math.nan if value is None else value


def _none_for_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _none_for_nan(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_none_for_nan(v) for v in value]
    if isinstance(value, np.ndarray):
        return _none_for_nan(value.tolist())
    if isinstance(value, (float, np.floating)) and not math.isfinite(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


class Result:
    """The layer x time matrix of a job, and what is read from it.

    docs/method.md defines every number. L is the number of layers, T of times, K of folds.

    Parameters
    ----------
    fields : mapping
        As the command line writes them to JSON.

    Attributes
    ----------
    score : numpy.ndarray
        (L, T), mean over folds.
    score_per_fold : numpy.ndarray
        (K, L, T); empty where a sealed recording does not tell it.
    times : numpy.ndarray
        (T), seconds relative to word onset.
    depth : numpy.ndarray
        (L), relative depth.
    layer_names : list of str
        (L).
    t_max, t_argmax : numpy.ndarray
        (L), seconds; NaN where undefined.
    temporal_score, temporal_score_p : float
        Pearson r of `t_max` and `depth`, and its parametric p.
    alignment_score_best_layer, alignment_score_mean_of_layer_maxima : float
        Height of the matrix.
    score_per_target, score_per_sensor : numpy.ndarray
        With the option arrays: (L, T, columns), mean over folds, for the targets of brain_to_model
        or the sensors of model_to_brain. NaN beyond the dimensions of a narrower layer.
    time_generalisation : numpy.ndarray
        With the option of that name: (L, T, T), the score of the map that is fitted at a time
        (second axis) at another time (third axis).
    null_scores, influence_held_out, influence_refit : numpy.ndarray
        With the options nulls and draws: (N, L, T), and twice (B, L, T) for B blocks of words.
    influence_alphas : numpy.ndarray
        With draws, where J inner folds choose the alphas: (J, L, T).
    uncertainty : dict or None
        Drift, autocorrelation, t_half and cautions; with nulls and draws p values, intervals and
        the test of order, as docs/uncertainty.md describes them. None for a sealed recording of
        another project, and for results of earlier versions. Where a note says that the server cannot compute them, the facts that they
        depend on beside the arrays.
    notes : list of str
        What is odd but legal.
    warnings : list of str
        What must be read before any number is, as with shuffled folds; and what the lint of the
        activations found, when this program uploaded them.
    fields : dict
        Everything, by name; each is an attribute, too.
    """

    def __init__(self, fields: "Mapping[str, Any]") -> None:
        self.fields: "Dict[str, Any]" = dict(fields)
        for name in ("score", "times", "depth", "layer_names"):
            if name not in self.fields:
                raise InputError(f"This is no result of brainalign: it has no {name}.")
        for name, kind in _ARRAYS.items():
            if name in self.fields:
                self.fields[name] = _array(self.fields[name], kind)
        for name in _REALS:
            if name in self.fields:
                self.fields[name] = float(_nan_for_none(self.fields[name]))
        self.fields.setdefault("notes", [])
        self.fields.setdefault("warnings", [])
        self.fields.setdefault("uncertainty", None)
        for window in self.fields.get("windows", []):
            end = window["end_seconds"]
            window["end_seconds"] = math.inf if end is None else end
            window["mean"] = _nan_for_none(list(window["mean"]))

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["fields"][name]
        except KeyError:
            raise AttributeError(f"A result has no {name}; it has "
                                 f"{', '.join(self.__dict__.get('fields', {}))}.") from None

    def __dir__(self) -> "List[str]":
        return [*super().__dir__(), *self.fields]

    def __repr__(self) -> str:
        layers, times = self.score.shape
        return (f"Result({layers} layers x {times} times, best score "
                f"{self.alignment_score_best_layer:.4f}, temporal score "
                f"{self.temporal_score:.4f})")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Result) and (
            _none_for_nan(self.fields) == _none_for_nan(other.fields))

    __hash__ = None  # type: ignore[assignment]

    def to_json(self) -> str:
        """Return the result as JSON, with the members that the command line writes.

        Returns
        -------
        str
            What is not defined is null.
        """
        return json.dumps(_none_for_nan(self.fields), indent=1, ensure_ascii=False,
                          allow_nan=False) + "\n"

    def to_xarray(self) -> Any:
        """Return the matrices as an xarray.Dataset.

        Returns
        -------
        xarray.Dataset
            ``score`` (layer, time), ``score_per_fold`` (fold, layer, time), ``t_max`` and
            ``t_argmax`` (layer), and ``score_per_target``, ``score_per_sensor`` or
            ``time_generalisation`` (layer, time, test_time) where it was asked for, with the
            coordinates layer, depth, time and fold. Numbers and texts are attributes; it can be
            written as netCDF.
        """
        xarray = _needed("xarray", "to_xarray")
        data: "Dict[str, Any]" = {
            "score": (("layer", "time"), self.score),
            "t_max": ("layer", self.t_max, {"units": "s"}),
            "t_argmax": ("layer", self.t_argmax, {"units": "s"}),
        }
        if self.score_per_fold.size:
            data["score_per_fold"] = (("fold", "layer", "time"), self.score_per_fold)
        for column in ("target", "sensor"):
            name = f"score_per_{column}"
            if name in self.fields:
                data[name] = (("layer", "time", column), self.fields[name])
        coordinates: "Dict[str, Any]" = {
            "layer": list(self.layer_names), "depth": ("layer", self.depth),
            "time": ("time", self.times, {"units": "s"})}
        if "time_generalisation" in self.fields:
            data["time_generalisation"] = (("layer", "time", "test_time"),
                                           self.fields["time_generalisation"])
            coordinates["test_time"] = ("test_time", self.times, {"units": "s"})
        attributes = {name: value for name, value in self.fields.items()
                      if isinstance(value, (str, int, float)) and not isinstance(value, bool)}
        attributes["options"] = json.dumps(_none_for_nan(self.fields.get("options", {})))
        return xarray.Dataset(data, attrs=attributes, coords=coordinates)

    def to_dataframe(self, folds: bool = False) -> Any:
        """Return the matrix as a tidy pandas.DataFrame.

        Parameters
        ----------
        folds : bool
            Whether there is a row for each fold, too.

        Returns
        -------
        pandas.DataFrame
            Columns layer, depth, time, score, and fold where asked for.
        """
        pandas = _needed("pandas", "to_dataframe")
        layers, times = self.score.shape
        values = self.score_per_fold if folds else self.score[np.newaxis]
        count = values.shape[0]
        columns = {
            "layer": np.tile(np.repeat(np.array(self.layer_names, dtype=object), times), count),
            "depth": np.tile(np.repeat(self.depth, times), count),
            "time": np.tile(self.times, count * layers),
            "score": values.reshape(-1)}
        if folds:
            columns = {"fold": np.repeat(np.arange(count), layers * times), **columns}
        return pandas.DataFrame(columns)

    def save(self, path: "Union[str, os.PathLike[str]]") -> None:
        """Write the result into a file, which replaces a result of before as a whole.

        Parameters
        ----------
        path : str or path
            .json, as the command line writes it; .npz; or .h5.

        Raises
        ------
        InputError
            If the path ends otherwise.
        ExistsError
            If there is a file that is no result.
        """
        from ._result_files import save
        save(self, os.fspath(path))

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draw the matrix with each layer's t_max and return the axes.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure if it is None.
        **options
            For ``imshow``, such as ``cmap`` or ``vmax``.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from ._plot import plot
        return plot(self, ax, **options)

    def plot_peaks(self, ax: Any = None) -> Any:
        """Draw t_max against depth with the temporal score and return the axes.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure if it is None.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from ._plot import plot_peaks
        return plot_peaks(self, ax)

    def plot_windows(self, ax: Any = None) -> Any:
        """Draw the mean score of each window of time against depth and return the axes.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure if it is None.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from ._plot import plot_windows
        return plot_windows(self, ax)

    def figure(self, width: str = "single") -> Any:
        """Return a figure for a journal: the matrix, the peaks, and at full width the windows.

        Parameters
        ----------
        width : {"single", "double"}
            One column (89 mm) or two (183 mm). Texts stay texts in SVG and PDF.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from ._plot import figure
        return figure(self, width)

    def add_to(self, report: Any, title: str = "Alignment", section: "Optional[str]" = None,
               tags: "Sequence[str]" = ("brainalign",)) -> None:
        """Add the result to a report of MNE-Python: the matrix, the peaks and a table.

        Parameters
        ----------
        report : mne.Report
            The report.
        title : str
            Title of the added section.
        section : str, optional
            Section of the report.
        tags : sequence of str
            For the filter of the report.
        """
        from ._mne_report import add_to
        add_to(self, report, title, section, tuple(tags))

    def to_svg(self) -> str:
        """Return the matrix as an SVG image with a title and a description, without script.

        Returns
        -------
        str
        """
        from ._svg import matrix_svg
        return matrix_svg(self)

    def _repr_html_(self) -> str:
        return self.to_svg()


def _needed(package: str, method: str) -> Any:
    import importlib
    try:
        return importlib.import_module(package)
    except ImportError:
        raise ImportError(f"{method}() needs the package {package}.") from None


def load(path: "Union[str, os.PathLike[str]]") -> Result:
    """Return a result that `Result.save` or the command line wrote.

    Parameters
    ----------
    path : str or path
        .json, .npz or .h5.

    Returns
    -------
    Result

    Raises
    ------
    InputError
        If the file is none of these.
    """
    from ._result_files import load as load_file
    return Result(load_file(os.fspath(path)))


def result_of(fields: "Mapping[str, Any]", warnings: "Optional[List[str]]" = None) -> Result:
    """Return a result with the findings of the lint."""
    result = Result(fields)
    result.fields["warnings"] = [*_warnings_of(result.fields.get("options", {})),
                                 *(warnings or [])]
    return result


def _warnings_of(options: "Mapping[str, Any]") -> "List[str]":
    """What must be read before any number is: the sentences of the command line's file."""
    if options.get("fold_by") != "shuffled":
        return []
    return ["Control, not a result: folds are shuffled, so test words lie among neighbouring "
            "training words, and what neighbours share leaks into these scores. They say nothing "
            "about words that were not used for the fit."]
