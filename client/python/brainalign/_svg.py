"""A matrix as an SVG image that needs neither script nor font nor network."""

from html import escape
from typing import Any, List

import numpy as np

# Cividis at nine points, as red, green and blue.
_COLOURS = np.array([[0, 34, 78], [26, 56, 111], [66, 78, 108], [96, 101, 112], [124, 123, 120],
                     [155, 147, 118], [188, 173, 108], [221, 200, 87], [254, 232, 56]], float)
_WIDTH, _ROW, _LEFT, _TOP, _BOTTOM = 720, 18, 130, 28, 34


def _colours_of(score: Any) -> Any:
    finite = score[np.isfinite(score)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    span = high - low if high > low else 1.0
    place = np.clip(np.nan_to_num((score - low) / span), 0, 1) * (len(_COLOURS) - 1)
    below = np.minimum(place.astype(int), len(_COLOURS) - 2)
    share = (place - below)[..., np.newaxis]
    return (_COLOURS[below] * (1 - share) + _COLOURS[below + 1] * share).round().astype(int)


def describe(result: Any) -> str:
    """One paragraph that says what the picture shows."""
    layers, times = result.score.shape
    row, column = np.unravel_index(int(np.nanargmax(result.score)), result.score.shape)
    text = (f"Score of {layers} layers at {times} times from {result.times[0]:.2f} to "
            f"{result.times[-1]:.2f} s after word onset. The best score, "
            f"{result.score[row, column]:.4f}, is that of {result.layer_names[row]} at "
            f"{result.times[column]:.3f} s.")
    if np.isfinite(result.temporal_score):
        text += (f" Deeper layers peak {'later' if result.temporal_score > 0 else 'earlier'}: the "
                 f"temporal score is {result.temporal_score:.3f}.")
    return text


def matrix_svg(result: Any) -> str:
    """Return the matrix of a result as SVG; each t_max is a white dot."""
    layers, times = result.score.shape
    cell = (_WIDTH - _LEFT - 90) / times
    height = _TOP + layers * _ROW + _BOTTOM
    colours = _colours_of(result.score)
    said = escape(describe(result))
    out: "List[str]" = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" aria-label="{said}" '
        'font-family="sans-serif" font-size="11">',
        f"<title>Layer by time matrix</title><desc>{said}</desc>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>']
    first, last = float(result.times[0]), float(result.times[-1])

    def place(seconds: float) -> float:
        share = (seconds - first) / (last - first) if last > first else 0.5
        return float(_LEFT + cell * (0.5 + share * (times - 1)))

    for row in range(layers):
        # The last layer is on top.
        y = _TOP + (layers - 1 - row) * _ROW
        name = escape(str(result.layer_names[row])[-18:])
        out.append(f'<text x="{_LEFT - 6}" y="{y + 13}" text-anchor="end">{name}</text>')
        for column in range(times):
            r, g, b = colours[row, column]
            out.append(f'<rect x="{_LEFT + column * cell:.2f}" y="{y}" width="{cell + 0.3:.2f}" '
                       f'height="{_ROW}" fill="#{r:02x}{g:02x}{b:02x}"/>')
        if np.isfinite(result.t_max[row]):
            out.append(f'<circle cx="{place(result.t_max[row]):.1f}" cy="{y + _ROW / 2}" r="3" '
                       'fill="#ffffff" stroke="#000000"/>')
        out.append(f'<text x="{_LEFT + times * cell + 8:.1f}" y="{y + 13}">'
                   f"{np.nanmax(result.score[row]):.4f}</text>")
    bottom = _TOP + layers * _ROW + 14
    for seconds in np.linspace(first, last, 6):
        out.append(f'<text x="{place(seconds):.1f}" y="{bottom}" text-anchor="middle">'
                   f"{seconds:.2f}</text>")
    out.append(f'<text x="{_LEFT}" y="{bottom + 15}">seconds after word onset</text>')
    out.append(f'<text x="{_LEFT}" y="17">best score {result.alignment_score_best_layer:.4f}, '
               f"temporal score {result.temporal_score:.4f}</text></svg>")
    return "".join(out)
