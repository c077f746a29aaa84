"""A result as a part of a report of MNE-Python."""

from html import escape
from typing import Any, List, Optional, Tuple

import numpy as np

from ._svg import describe


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else "undefined"


def _table(result: Any) -> str:
    rows = "".join(
        f"<tr><td>{escape(str(name))}</td><td>{depth:.3f}</td><td>{_number(best, 4)}</td>"
        f"<td>{_number(peak, 3)}</td></tr>"
        for name, depth, best, peak in zip(result.layer_names, result.depth,
                                           result.score.max(axis=1), result.t_max))
    return ("<table class=\"table table-hover\"><thead><tr><th>layer</th><th>relative depth</th>"
            f"<th>best score</th><th>t_max (s)</th></tr></thead><tbody>{rows}</tbody></table>")


def _list(head: str, lines: "List[str]") -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(str(line))}</li>" for line in lines)
    return f"<p>{head}</p><ul>{items}</ul>"


def add_to(result: Any, report: Any, title: str, section: "Optional[str]",
           tags: "Tuple[str, ...]") -> None:
    """Add a result to a report; see `Result.add_to`."""
    options = result.fields.get("options", {})
    shown = ", ".join(f"{name} {options[name]}" for name in ("preset", "direction", "metric", "pca")
                      if options.get(name) not in (None, ""))
    job = result.fields.get("job_id") or "computed without a server"
    html = (f"<p>{escape(describe(result))}</p>{result.to_svg()}{_table(result)}"
            + _list("Notes", result.notes) + _list("Warnings", result.warnings)
            + f"<p>{escape(shown)}; job {escape(str(job))}; numerics "
              f"{escape(str(result.fields.get('numerics_version', '')))}</p>")
    report.add_html(html=html, title=title, section=section, tags=tags)
    _add_peaks(result, report, title, section, tags)


def _add_peaks(result: Any, report: Any, title: str, section: "Optional[str]",
               tags: "Tuple[str, ...]") -> None:
    from matplotlib.figure import Figure

    from ._plot import plot_peaks
    # A figure of its own, which pyplot does not keep.
    figure = Figure(figsize=(5, 4), layout="constrained")
    plot_peaks(result, figure.subplots())
    report.add_figure(fig=figure, title=f"{title}: t_max by depth", section=section, tags=tags)
