"""Pictures of results by matplotlib."""

from typing import Any, Optional

import numpy as np

MILLIMETRES = {"single": 89.0, "double": 183.0}
_CMAP = "cividis"
_LEAST_SCALE = 0.02
_MOST_NAMES = 14  # of layers beside a matrix; more would overlap in a column of a journal


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot as pyplot
    except ImportError:
        raise ImportError("Plots need the package matplotlib; a result shows itself in a notebook "
                          "without it.") from None
    return pyplot


def _edges(values: Any) -> "tuple[float, float]":
    if len(values) < 2:
        return float(values[0]) - 0.5, float(values[0]) + 0.5
    return (float(values[0] - (values[1] - values[0]) / 2),
            float(values[-1] + (values[-1] - values[-2]) / 2))


def _scale(score: Any) -> "dict[str, Any]":
    """Return the range of the colours, as in reports: noise alone must not look like structure."""
    finite = score[np.isfinite(score)]
    low = min(0.0, float(finite.min())) if finite.size else 0.0
    high = float(finite.max()) if finite.size else 0.0
    return {"vmin": low, "vmax": max(high, low + _LEAST_SCALE)}


def _axes(ax: Any) -> Any:
    return _pyplot().subplots(layout="constrained")[1] if ax is None else ax


def _image(result: Any, ax: Any, **options: Any) -> Any:
    first, last = _edges(result.times)
    layers = len(result.layer_names)
    # Cells of an image, and not a mesh: an SVG of it stays small.
    image = ax.imshow(result.score, aspect="auto", origin="lower", interpolation="nearest",
                      extent=(first, last, -0.5, layers - 0.5),
                      **{"cmap": _CMAP, **_scale(result.score), **options})
    if first < 0:
        ax.axvspan(first, min(0.0, last), color="white", alpha=0.3, linewidth=0)
    ax.plot(result.t_max, np.arange(layers), "o", color="white", markeredgecolor="black",
            markersize=3, label="t_max")
    ax.axvline(0, color="white", linewidth=0.8, linestyle=":")
    ax.set_xlim(first, last)
    named = np.arange(0, layers, -(-layers // _MOST_NAMES))
    ax.set_yticks(named, [result.layer_names[layer] for layer in named])
    ax.set_xlabel("time after word onset (s)")
    return image


def plot(result: Any, ax: "Optional[Any]" = None, **options: Any) -> Any:
    """Draw the matrix; see `Result.plot`."""
    ax = _axes(ax)
    image = _image(result, ax, **options)
    metric = result.fields.get("options", {}).get("metric", "score")
    label = {"pearson": "Pearson r", "r2": "R²"}.get(metric, metric)
    ax.figure.colorbar(image, ax=ax, label=label)
    ax.set_title(f"temporal score {result.temporal_score:.2f}")
    return ax


def plot_peaks(result: Any, ax: "Optional[Any]" = None) -> Any:
    """Draw t_max against depth; see `Result.plot_peaks`."""
    ax = _axes(ax)
    ax.plot(result.depth, result.t_max, "o", color="black", markersize=3)
    defined = np.isfinite(result.t_max)
    if defined.sum() >= 2 and np.isfinite(result.temporal_score):
        slope, start = np.polyfit(result.depth[defined], result.t_max[defined], 1)
        ends = np.array([result.depth.min(), result.depth.max()])
        ax.plot(ends, start + slope * ends, color="0.5", linewidth=1)
    ax.set_xlabel("relative depth")
    ax.set_ylabel("t_max (s)")
    ax.set_title(f"r = {result.temporal_score:.2f}, parametric p = {result.temporal_score_p:.2g} "
                 "(not calibrated)")
    return ax


def plot_windows(result: Any, ax: "Optional[Any]" = None) -> Any:
    """Draw the mean score of each window against depth; see `Result.plot_windows`."""
    ax = _axes(ax)
    # Lighter shades could not be seen on white.
    shades = np.linspace(0.0, 0.6, max(1, len(result.windows)))
    for window, shade in zip(result.windows, shades):
        begin, end = window["begin_seconds"], window["end_seconds"]
        label = f"{begin:g} to {end:g} s" if np.isfinite(end) else f"from {begin:g} s"
        ax.plot(result.depth, window["mean"], "o-", markersize=3, linewidth=1, label=label,
                color=_pyplot().get_cmap(_CMAP)(shade))
    ax.set_xlabel("relative depth")
    ax.set_ylabel("mean score")
    ax.legend(frameon=False)
    return ax


def figure(result: Any, width: str) -> Any:
    """Return a figure for a journal; see `Result.figure`."""
    from .errors import InputError
    if width not in MILLIMETRES:
        raise InputError(f"width is {width!r}; single or double is needed.", field="width")
    pyplot = _pyplot()
    inches = MILLIMETRES[width] / 25.4
    style = {"font.size": 6, "axes.titlesize": 7, "axes.labelsize": 7, "axes.linewidth": 0.5,
             "axes.grid": False, "legend.fontsize": 6, "xtick.labelsize": 6,
             "ytick.labelsize": 6, "svg.fonttype": "none",
             "pdf.fonttype": 42, "xtick.major.width": 0.5, "ytick.major.width": 0.5}
    with pyplot.rc_context(style):
        if width == "single":
            made, axes = pyplot.subplots(2, 1, figsize=(inches, inches), layout="constrained")
        else:
            made, axes = pyplot.subplots(1, 3, figsize=(inches, inches / 3), layout="constrained")
            plot_windows(result, axes[2])
        plot(result, axes[0])
        plot_peaks(result, axes[1])
    _keep_text(made, style)
    return made


def _keep_text(made: Any, style: "dict[str, Any]") -> None:
    """Let `savefig` write texts as texts whatever the settings are then."""
    save = made.savefig

    def savefig(*args: Any, **options: Any) -> Any:
        with _pyplot().rc_context(style):
            return save(*args, **options)

    made.savefig = savefig
