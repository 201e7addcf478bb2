"""One drawing an axis: processor time against size, both by their logarithms, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from benchmarks.growth.curve import Axis, Growth

_WIDTH, _HEIGHT, _LEFT, _TOP, _PLOT_WIDTH, _PLOT_HEIGHT = 760, 360, 64, 40, 420, 270
_COLOURS = (
    "#0b62a4",
    "#b3541e",
    "#2e7d4f",
    "#7a3e9d",
    "#b8860b",
    "#a3324c",
    "#3f6f76",
    "#555555",
    "#d0679d",
    "#6b8e23",
)


def drawing(axis: Axis, found: Sequence[Growth]) -> str:
    """The file's text."""
    sizes = sorted({size for growth in found for size in growth.points})
    costs = [max(cost, 0.1) for growth in found for cost in growth.points.values()]
    low, high = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)))
    first, last = math.log10(sizes[0]), math.log10(sizes[-1])

    def x(size: float) -> float:
        return _LEFT + _PLOT_WIDTH * (math.log10(size) - first) / (last - first)

    def y(cost: float) -> float:
        return _TOP + _PLOT_HEIGHT * (high - math.log10(max(cost, 0.1))) / (high - low)

    parts = [_text(_LEFT, 22, axis.title, weight="bold")]
    for power in range(low, high + 1):
        parts.append(_rule(_LEFT, y(10**power), _LEFT + _PLOT_WIDTH, y(10**power)))
        parts.append(_text(_LEFT - 6, y(10**power) + 4, _milliseconds(10.0**power), anchor="end"))
    for size in sizes:
        parts.append(_rule(x(size), _TOP, x(size), _TOP + _PLOT_HEIGHT))
        parts.append(_text(x(size), _TOP + _PLOT_HEIGHT + 16, f"{size:,}", anchor="middle"))
    parts.append(
        _text(_LEFT + _PLOT_WIDTH / 2, _HEIGHT - 12, f"{axis.unit}s; processor time, start included", "middle")
    )
    for number, growth in enumerate(found):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [(x(size), y(cost)) for size, cost in sorted(growth.points.items())]
        path = " ".join(f"{across:.1f},{down:.1f}" for across, down in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3" fill="{colour}"/>' for across, down in places]
        line = _TOP + 10 + 22 * number
        parts.append(f'<rect x="{_LEFT + _PLOT_WIDTH + 16}" y="{line - 8}" width="12" height="4" fill="{colour}"/>')
        parts.append(_text(_LEFT + _PLOT_WIDTH + 34, line, growth.title))
    body = "\n".join(parts)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"
 font-family="sans-serif" font-size="11">
<title>{escape(axis.title)}</title>
<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>
{body}
</svg>
"""


def _text(x: float, y: float, text: str, anchor: str = "start", weight: str = "normal") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}"'
    return f'<text {place} fill="#222">{escape(text)}</text>'


def _rule(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="#ddd"/>'


def _milliseconds(cost: float) -> str:
    return f"{cost / 1000:g} s" if cost >= 1000 else f"{cost:g} ms"
