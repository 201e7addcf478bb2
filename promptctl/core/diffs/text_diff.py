"""Two texts compared word by word, with whitespace kept, in bounded time.

Lines are matched first, words only inside lines that differ; what would take too long counts as replaced whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from promptctl.core.diffs.matching import MAX_WORK, matched, matching_work

_WORD = re.compile(r"\w+|\s+|[^\w\s]")

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both sides have, or only the old or the new one."""

    kind: Kind
    text: str


def word_diff(old: str, new: str, work: int = MAX_WORK) -> tuple[Piece, ...]:
    """Pieces in reading order. Those that are not added make up ``old``, those that are not removed make up ``new``.

    ``work`` bounds the comparisons of lines, and again those of words.
    """
    lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces: list[Piece] = []
    for before, after in matched(lines, new_lines, work):
        text, new_text = "".join(lines[before.start : before.stop]), "".join(new_lines[after.start : after.stop])
        if text == new_text:
            pieces.append(Piece("same", text))
        else:
            words, new_words = _WORD.findall(text), _WORD.findall(new_text)
            pieces += _changed(words, new_words, work)
            work -= matching_work(words, new_words)
    return tuple(_joined(pieces))


def diff_work(old: str, new: str) -> int:
    """The most that comparing two texts word by word can take, in the unit of ``word_diff``; nothing if they agree."""
    return 0 if old == new else matching_work(_WORD.findall(old), _WORD.findall(new))


def _changed(words: Sequence[str], new_words: Sequence[str], work: int) -> Iterator[Piece]:
    for before, after in matched(words, new_words, work):
        text, new_text = "".join(words[before.start : before.stop]), "".join(new_words[after.start : after.stop])
        if text == new_text:
            yield Piece("same", text)
        else:
            yield Piece("removed", text)
            yield Piece("added", new_text)


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbouring changes as one, also across a lone blank, so that a rewritten phrase reads as one."""
    removed = added = ""
    for index, piece in enumerate(pieces):
        if piece.kind == "removed":
            removed += piece.text
        elif piece.kind == "added":
            added += piece.text
        elif removed and added and _is_blank(piece.text) and _changes_go_on(pieces, index):
            removed, added = removed + piece.text, added + piece.text
        elif piece.text:
            yield from _change(removed, added)
            removed = added = ""
            yield piece
    yield from _change(removed, added)


def _changes_go_on(pieces: Sequence[Piece], index: int) -> bool:
    following = [piece.kind for piece in pieces[index + 1 : index + 3] if piece.text]
    return following == ["removed", "added"]


def _is_blank(text: str) -> bool:
    return text.isspace() and "\n" not in text


def _change(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)
