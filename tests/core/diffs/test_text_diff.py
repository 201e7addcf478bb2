from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.diffs.text_diff import word_diff

CASES = [
    ("", "", ""),
    ("a b", "a b", "a b"),
    ("a b", "a c", "a [-b-]{+c+}"),
    ("Answer kindly.", "Answer very kindly.", "Answer {+very +}kindly."),
    ("one two three", "one drei vier", "one [-two three-]{+drei vier+}"),
    ("a  b", "a b", "a[-  -]{+ +}b"),
    ("x\ny\n", "x\ny\nz\n", "x\ny\n{+z\n+}"),
    ("x\ny\n", "x\ny", "x\ny[-\n-]"),
    ("", "new", "{+new+}"),
    ("old", "", "[-old-]"),
    ("one\ntwo\nthree\n", "one\nthree\n", "one\n[-two\n-]three\n"),
    ("größe naïve", "größe naive", "größe [-naïve-]{+naive+}"),
]
MARKS = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}


def marked(old: str, new: str) -> str:
    return "".join(piece.text.join(MARKS[piece.kind]) for piece in word_diff(old, new))


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_words_removed_and_added(old: str, new: str, expected: str) -> None:
    assert marked(old, new) == expected


TEXTS = st.one_of(st.text("ab \n\r\u2028é.", max_size=40), st.text(max_size=30))


@given(TEXTS, TEXTS)
def test_the_pieces_hold_both_texts(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new
    assert all(piece.text for piece in pieces)


@given(TEXTS)
def test_equal_texts_have_no_change(text: str) -> None:
    assert all(piece.kind == "same" for piece in word_diff(text, text))


@pytest.mark.parametrize(
    ("old", "new"),
    [("\n" * 130_000 + "a", "b" + "\n" * 120_000), ("a " * 60_000 + "x", "y" + "a " * 50_000), ("a" * 200_000, "")],
    ids=["lines", "words", "one word"],
)
def test_repetition_does_not_cost_more_than_seconds(old: str, new: str) -> None:
    started = time.process_time()
    word_diff(old, new)
    assert time.process_time() - started < 5
