"""Nothing that reaches a terminal can control it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.cli.tables import table
from promptctl.core.safe_text import safe_line, safe_log, safe_text

ACTIVE = [
    "\x1b[31m",
    "\x1b]52;c;x\x07",
    "\x9b31m",
    "\r",
    "\x00",
    "\x7f",
    "\u202e",
    "\u2066",
    "\u200f",
    "\ud800",
    "\u2028",
    "\ufeff",
]


@pytest.mark.parametrize("text", ACTIVE)
def test_active_characters_are_spelled_out(text: str) -> None:
    shown = safe_text(f"a{text}b")
    assert shown.startswith("a\\")
    assert text[0] not in shown


def test_a_cell_is_one_line() -> None:
    assert safe_line("a\r\n\tb") == "a\\r\\n\\tb"
    assert table(("x", "y"), [("a\n::error::b", "c")]) == "x              y\na\\n::error::b  c"


@pytest.mark.parametrize("before", ["", "\n", "a\n", "\n \t", "a\n\n"])
def test_no_line_of_a_log_is_a_command_of_a_runner(before: str) -> None:
    assert safe_log(f"{before}::error::x") == f"{before}\\x3a:error::x"
    assert safe_log(f"{before}a::b :c") == f"{before}a::b :c"


def test_plain_text_is_untouched() -> None:
    plain = "naïve [bold] <b>&amp;</b>\n\ttab 日本語 🎉"
    assert safe_text(plain) == plain


@given(st.text())
def test_no_control_or_format_of_direction_survives(text: str) -> None:
    assert not [c for c in safe_text(text) if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
