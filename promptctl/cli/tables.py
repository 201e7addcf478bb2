"""Tables: drawn on a terminal, plain aligned columns in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from promptctl.core.safe_text import safe_line, safe_text


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Any:
    """Rows under headers, as something ``Answer.view`` may return."""
    if not sys.stdout.isatty():
        return plain_table(headers, rows)
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="dim")
    for header in headers:
        drawn.add_column(header)
    for row in rows:
        drawn.add_row(*(Text(safe_line(cell)) for cell in row))
    return drawn


def plain_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns two spaces apart, no trailing blanks."""
    lines = [headers, *([safe_line(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    form = "  ".join(f"{{:<{width}}}" for width in widths)
    return "\n".join(form.format(*line).rstrip() for line in lines)


def stacked(parts: Sequence[Any]) -> Any:
    """Tables and lines below each other, as something ``Answer.view`` may return."""
    if all(isinstance(part, str) for part in parts):
        return "\n".join(parts)
    from rich.console import Group
    from rich.text import Text

    return Group(*(Text(safe_text(part)) if isinstance(part, str) else part for part in parts))
