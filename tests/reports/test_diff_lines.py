from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.diffs.text_diff import Piece, word_diff
from promptctl.reports.diff_lines import whole_lines, word_lines

CASES = [
    ("a\nb\n", "a\nb\n", [], []),
    ("a\nb\n", "a\nc\n", ["a", "[b]{c}"], [" a", "-b", "+c"]),
    ("1\n2\n3\nx\n5\n6\n7\n", "1\n2\n3\ny\n5\n6\n7\n", ["…", "3", "[x]{y}", "5", "…"],
     ["…", " 3", "-x", "+y", " 5", "…"]),
    ("one\ntwo\nthree\n", "one\nthree\n", ["one", "[two]", "three"], [" one", "-two", " three"]),
    ("a\nb", "a\nb\n", ["a", "b{¶}"], [" a", "-b", "+b"]),
    ("a\n", "a\n\n", ["a", "{¶}"], [" a", "+"]),
    ("", "new\nlines", ["{new}", "{lines}"], ["+new", "+lines"]),
    ("old", "", ["[old]"], ["-old"]),
    ("say one two.\n", "say three two.\n", ["say [one]{three} two."], ["-say one two.", "+say three two."]),
]  # fmt: skip
MARKS = {"same": "", "removed": "[]", "added": "{}"}


def spelled(line: tuple[Piece, ...] | None) -> str:
    if line is None:
        return "…"
    return "".join(piece.text.join(MARKS[piece.kind]) if MARKS[piece.kind] else piece.text for piece in line)


@pytest.mark.parametrize(("old", "new", "words", "whole"), CASES)
def test_changed_lines_with_one_around_them(old: str, new: str, words: list[str], whole: list[str]) -> None:
    pieces = word_diff(old, new)
    assert [spelled(line) for line in word_lines(pieces)] == words
    assert ["…" if line is None else "".join(line) for line in whole_lines(pieces)] == whole


TEXTS = st.lists(st.sampled_from(["a", "b", "a b", "", "c"]), max_size=8).map("\n".join)


@given(TEXTS, TEXTS)
def test_whole_lines_marked_minus_are_old_and_plus_new(old: str, new: str) -> None:
    marked = [line for line in whole_lines(word_diff(old, new)) if line]
    assert all(text in old.split("\n") for mark, text in marked if mark != "+")
    assert all(text in new.split("\n") for mark, text in marked if mark != "-")
    assert any(mark != " " for mark, _ in marked) == (old != new)
