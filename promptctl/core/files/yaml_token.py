"""A YAML file as tokens, for what must keep layout and comments: the formatter, fixes and ignores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BLOCK_STYLES = ("|", ">")


@dataclass(frozen=True, slots=True)
class Spot:
    """A position between two characters: 0-based line and column, and the index into the text."""

    line: int
    column: int
    index: int


@dataclass(frozen=True, slots=True)
class Token:
    """One token. ``kind`` is map, seq or end (of block collections, without width), entry (``-``), key, value (``:``),
    scalar, open, close or comma (of flow collections), or document (``---``, ``...``, begin and end of the file).

    ``style`` and ``value`` are a scalar's: its quotes or block indicator, and the text it means.
    """

    kind: str
    start: Spot
    end: Spot
    style: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment with its ``#``; ``line`` is 1-based, ``alone`` tells that nothing else stands on its line."""

    text: str
    line: int
    column: int
    alone: bool


def comments(text: str, tokens: Sequence[Token]) -> Iterator[Comment]:
    """Every comment, those beside block indicators too, in order."""
    edge = 0
    for token in tokens:
        yield from _in_gap(text, edge, token.start.index)
        edge = max(edge, token.end.index)
        if token.style in BLOCK_STYLES:
            header = text.find("\n", token.start.index)
            yield from _in_gap(text, token.start.index + 1, header if header >= 0 else len(text))
    yield from _in_gap(text, edge, len(text))


def _in_gap(text: str, start: int, end: int) -> Iterator[Comment]:
    """The comments of a stretch that holds nothing but blanks and comments, or the rest of a block indicator."""
    while (found := text.find("#", start, end)) >= 0:
        stop = text.find("\n", found, end)
        stop = end if stop < 0 else stop
        begin = text.rfind("\n", 0, found) + 1
        alone = not text[begin:found].strip()
        line = text.count("\n", 0, found) + 1
        yield Comment(text=text[found:stop].rstrip(), line=line, column=found - begin, alone=alone)
        start = stop
