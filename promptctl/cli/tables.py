"""Tables as text: aligned columns, wrapped only where they have to fit a width."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from promptctl.core.safe_text import safe_line

_GAP = "  "
_LEAST = 8
"""Characters: a column is not made narrower, even where lines are too long then."""


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], indent: str = "") -> str:
    """Rows under headers, columns two spaces apart, no trailing blanks; each line begins with ``indent``.

    On a terminal, and wherever ``COLUMNS`` is set, cells of wide columns are wrapped so that lines fit. In a pipe every
    row is one line, for whatever reads it there.
    """
    lines = [[safe_line(cell) for cell in line] for line in (headers, *rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    wished, gaps = line_width(), len(indent) + len(_GAP) * (len(widths) - 1)
    if wished is not None and sum(widths) + gaps > wished:
        widths = _narrowed(widths, wished - gaps)
        lines = [list(part) for line in lines for part in _parts(line, widths)]
    return "\n".join(indent + _line(cells, widths) for cells in lines)


def line_width() -> int | None:
    """The characters that a line may have: what ``COLUMNS`` says, else the terminal's; None in a pipe."""
    told = os.environ.get("COLUMNS", "")
    if told.isascii() and told.isdigit() and len(told) < 7 and int(told):
        return int(told)
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.ljust(width) if cell.isascii() else cell + " " * (width - _width(cell))
        for cell, width in zip(cells, widths, strict=True)
    ]
    return _GAP.join(padded).rstrip()


def _narrowed(widths: Sequence[int], room: int) -> list[int]:
    """The widest columns made equally narrow, as far as it takes."""
    level = min(max(widths), max(room, _LEAST))
    while level > _LEAST and sum(min(width, level) for width in widths) > room:
        level -= 1
    return [min(width, level) for width in widths]


def _parts(cells: Sequence[str], widths: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """The lines that one row takes."""
    return zip_longest(*(_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)), fillvalue="")


def _wrapped(text: str, width: int) -> list[str]:
    """A text in lines of a width, broken at blanks, and in a word that is too long."""
    if _width(text) <= width:
        return [text]
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if _width(longer) <= width:
            lines[-1] = longer
        else:
            lines += _pieces(word, width)
    return lines if lines[0] else lines[1:]


def _pieces(word: str, width: int) -> list[str]:
    pieces = [""]
    for character in word:
        if _width(pieces[-1] + character) > width and pieces[-1]:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _width(text: str) -> int:
    """The places that a text takes on a screen: two for a wide character, none for one that is put onto another."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(it) else 2 if east_asian_width(it) in "WF" else 1 for it in text)
