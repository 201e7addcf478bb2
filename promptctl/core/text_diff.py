"""Two texts compared word by word, with whitespace kept, in bounded time.

Lines are matched first, words only inside lines that differ. The matcher's work grows with how often equal items repeat
on both sides; where that is too much, the stretch counts as replaced whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MAX_WORK = 2_000_000
"""Pairs of equal items that the matcher may look at for one text; about a second."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both sides have, or only the old or the new one."""

    kind: Kind
    text: str


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """Pieces in reading order. Those that are not added make up ``old``, those that are not removed make up ``new``."""
    pieces: list[Piece] = []
    work = MAX_WORK
    for before, after in _matched(old.splitlines(keepends=True), new.splitlines(keepends=True), work):
        if before == after:
            pieces.append(Piece("same", "".join(before)))
            continue
        words, new_words = _WORD.findall("".join(before)), _WORD.findall("".join(after))
        pieces += _changed(words, new_words, work)
        work -= _work(words, new_words)
    return tuple(_joined(pieces))


def _changed(old: Sequence[str], new: Sequence[str], work: int) -> Iterator[Piece]:
    for before, after in _matched(old, new, work):
        if before == after:
            yield Piece("same", "".join(before))
        else:
            yield Piece("removed", "".join(before))
            yield Piece("added", "".join(after))


def _matched(old: Sequence[str], new: Sequence[str], work: int) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Stretches of both sides that belong together, equal or not."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - end, len(new) - end
    yield old[:start], new[:start]
    middle, new_middle = old[start:old_end], new[start:new_end]
    if _work(middle, new_middle) > work:
        yield middle, new_middle
    else:
        for _, a, b, c, d in SequenceMatcher(None, middle, new_middle, autojunk=False).get_opcodes():
            yield middle[a:b], new_middle[c:d]
    yield old[old_end:], new[new_end:]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    count = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        count += 1
    return count


def _work(old: Sequence[str], new: Sequence[str]) -> int:
    counts = Counter(new)
    return sum(counts[item] for item in old)


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
