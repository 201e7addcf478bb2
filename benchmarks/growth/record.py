"""What was measured as ``growth.json``, as drawings, and as tables in ``growth.md``."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.growth.curve import Axis, Growth
from benchmarks.growth.plot import drawing

FOLDER = Path(__file__).parents[1]
RESULTS, PAGE = FOLDER / "growth.json", FOLDER / "growth.md"


def told(growth: Growth) -> str:
    """How it grows, in a word: flat, or by which power of the size."""
    if growth.is_flat:
        return "flat"
    return f"n^{growth.exponent:.2f}" if growth.exponent is not None else "little beside the start"


def save(axis: Axis, found: Sequence[Growth]) -> None:
    """Puts an axis beside those measured earlier, and its drawing and table where they belong."""
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[axis.key] = {"load": [round(value, 2) for value in os.getloadavg()], "curves": list(map(_data, found))}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    (FOLDER / f"growth-{axis.key}.svg").write_text(drawing(axis, found))
    shown = f"![{axis.title}](growth-{axis.key}.svg)\n\n{table(axis, found)}"
    PAGE.write_text(_replaced(PAGE.read_text(), axis.key, shown))


def table(axis: Axis, found: Sequence[Growth]) -> str:
    """Milliseconds by size, and the line and the power that fit them."""
    sizes = sorted({size for growth in found for size in growth.points})
    head = ["", "start", *(f"{size:,}" for size in sizes), f"µs for one more {axis.unit}", "grows"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for growth in found:
        costs = [f"{growth.points[size]:.0f}" for size in sizes]
        more = f"{max(growth.line[1], 0) * 1000:.2f}"
        lines.append("| " + " | ".join([f"`{growth.title}`", f"{growth.start:.0f}", *costs, more, told(growth)]) + " |")
    return "\n".join(lines)


def _replaced(text: str, key: str, written: str) -> str:
    start, end = f"<!-- {key} -->", f"<!-- end of {key} -->"
    head, found, rest = text.partition(start)
    if not found:
        raise RuntimeError(f"{PAGE.name} has no place for {key}")
    return f"{head}{start}\n\n{written}\n\n{end}{rest.partition(end)[2]}"


def _data(growth: Growth) -> dict[str, Any]:
    intercept, slope = growth.line
    return {
        "title": growth.title,
        "start_ms": round(growth.start, 2),
        "ms": {str(size): round(cost, 2) for size, cost in growth.points.items()},
        "line_ms": [round(intercept, 3), round(slope, 6)],
        "exponent": round(growth.exponent, 3) if growth.exponent is not None else None,
        "flat": growth.is_flat,
    }
