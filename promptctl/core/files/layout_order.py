"""The order of a file's keys: whole runs of lines move, each with the comments right above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MODELINE = re.compile(r"#\s*(yaml-language-server:|vim?:|-\*-)")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A key at the top of a file: the index of its line, and of the first line before it that may be a comment."""

    key: str
    line: int
    free: int


def ordered_lines(lines: Sequence[str], chunks: Sequence[Chunk], free: int, order: Sequence[str]) -> list[str]:
    """The lines with the keys in ``order``, keys not in it last, in the order they have.

    Comments at the start that a blank line parts from the first key, editors' modelines, and comments at the end
    (lines from ``free`` on may be some) stay where they are.
    """
    starts = [_first_comment(lines, chunk.line, chunk.free) for chunk in chunks]
    starts[0] = _end_of_head(lines, chunks[0].line)
    end = _first_comment(lines, len(lines), free)
    bodies = [lines[start:stop] for start, stop in zip(starts, [*starts[1:], end], strict=True)]
    places = {key: place for place, key in enumerate(order)}
    sequence = sorted(range(len(chunks)), key=lambda index: places.get(chunks[index].key, len(places)))
    moved = [line for index in sequence for line in bodies[index]]
    head = list(lines[: starts[0]])
    while moved and not moved[0] and not (head and head[-1]):
        del moved[0]
    return [*head, *moved, *lines[end:]]


def _first_comment(lines: Sequence[str], line: int, free: int) -> int:
    """Where the comments and blank lines right before a line begin."""
    while line > free and (not lines[line - 1] or lines[line - 1].startswith("#")):
        line -= 1
    return line


def _end_of_head(lines: Sequence[str], first: int) -> int:
    """How many lines at the start belong to the file and not to its first key."""
    blanks = [index for index in range(first) if not lines[index]]
    if blanks:
        return blanks[-1] + 1
    return next((index for index in range(first) if not _MODELINE.match(lines[index])), first)
