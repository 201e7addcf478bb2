"""A text's word-level changes cut into lines, with most of what did not change left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from promptctl.core.diffs.text_diff import Piece

CONTEXT = 1
"""Unchanged lines shown on either side of a changed one."""

Entry = TypeVar("Entry")


def word_lines(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, ...] | None]:
    """Lines with their pieces, None for lines left out. A line end that alone came or went is shown as ``¶``."""
    lines = list(_cut(pieces))
    return _excerpt(lines, [any(piece.kind != "same" for piece in line) for line in lines])


def whole_lines(pieces: Sequence[Piece]) -> Iterator[tuple[str, str] | None]:
    """(mark, line) pairs, None for lines left out: "-" and "+" mark lines of one side, " " lines of both."""
    lines = list(_sides(pieces))
    return _excerpt(lines, [mark != " " for mark, _ in lines])


def _excerpt(lines: Sequence[Entry], changed: Sequence[bool]) -> Iterator[Entry | None]:
    skipped = False
    for index, line in enumerate(lines):
        if any(changed[max(index - CONTEXT, 0) : index + CONTEXT + 1]):
            if skipped:
                yield None
            yield line
        skipped = not any(changed[max(index - CONTEXT, 0) : index + CONTEXT + 1])
    if skipped and any(changed):
        yield None


def _cut(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, ...]]:
    line: list[Piece] = []
    for piece in pieces:
        *ended, rest = piece.text.split("\n")
        for text in ended:
            shown = "¶" if not text and piece.kind != "same" else text
            yield (*line, Piece(piece.kind, shown)) if shown else tuple(line)
            line = []
        if rest:
            line.append(Piece(piece.kind, rest))
    if line:
        yield tuple(line)


def _sides(pieces: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    old, new = [""], [""]
    for piece in pieces:
        for part in piece.text.splitlines(keepends=True):
            if not old[-1] and not new[-1]:
                yield from _lines_of(old, new)
                old, new = [""], [""]
            for side, other in ((old, "added"), (new, "removed")):
                if piece.kind != other:
                    side[-1] += part
                    side.extend([""] if part.endswith("\n") else [])
    yield from _lines_of(old, new)


def _lines_of(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    if old == new:
        yield from ((" ", line.rstrip("\n")) for line in old if line)
        return
    yield from (("-", line.rstrip("\n")) for line in old if line)
    yield from (("+", line.rstrip("\n")) for line in new if line)
