"""What ``ci`` found, in the sections that the terminal, a job's summary and a comment show of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from promptctl.core.lint.finding import LEVELS, Finding

Mark = Literal["ok", "no", "??", "!!"]
"""It holds, it does not, nobody knows, somebody should look."""
GRAVEST: tuple[Mark, ...] = ("no", "??", "!!", "ok")


class Own(str):
    """Words of this program, which may stand in a text as they are; every other piece of a cell is foreign."""

    __slots__ = ()


class Sign(Own):
    """A ``Mark`` in a cell, which is drawn where that can be."""

    __slots__ = ()


MOST_NAMED = 3
"""Texts that one cell names."""
ARROW, STOP, _COMMA = Own(" → "), Own("; "), Own(", ")
"""Between versions, between things that stand on lines of their own where there is room, between names."""
Cell = str | tuple[str, ...]
"""A foreign text, or pieces of which some are ``Own``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a run: its title, whether it holds, a line of this program's words, and rows under headers, the
    worst first. ``folded``: what people open when they want to know more."""

    title: str
    mark: Mark
    line: str
    headers: tuple[str, ...] = ()
    rows: Sequence[tuple[Cell, ...]] = ()
    folded: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CiReport:
    """A run: its outcome, a sentence of this program's words, what it compared with, and its sections in the order in
    which they are read."""

    outcome: Literal["pass", "fail", "unknown", "error"]
    sentence: str
    base: str = ""
    sections: tuple[Section, ...] = ()


FINDING_HEADERS = ("level", "code", "where", "what")


def finding_rows(findings: Sequence[Finding]) -> list[tuple[Cell, ...]]:
    """Findings as rows, the worst first."""
    worst = sorted(findings, key=lambda finding: LEVELS.index(finding.level))
    return [(it.level, it.code, str(it.place), it.message + (f" ({it.hint})" if it.hint else "")) for it in worst]


def plain(cell: Cell) -> str:
    """A cell as text."""
    return cell if isinstance(cell, str) else "".join(cell)


def pieces_of(cell: Cell) -> tuple[str, ...]:
    """A cell as pieces, to put it into another."""
    return (cell,) if isinstance(cell, str) else cell


def named(texts: Sequence[str]) -> Cell:
    """The first of some texts, and how many more there are."""
    pieces = [piece for text in texts[:MOST_NAMED] for piece in (_COMMA, text)][1:]
    more = len(texts) - MOST_NAMED
    return (*pieces, Own(f" and {more} more")) if more > 0 else tuple(pieces)
