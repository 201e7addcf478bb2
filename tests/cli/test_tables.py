"""Tables fit a width where there is one, and lose nothing by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from promptctl.cli.tables import line_width, table

ROWS = [
    ("support/triage", "a long sentence that says why", "3"),
    ("text/summary", "", "12"),
    ("日本語", "☃ e\u0301", ""),
]
HEADERS = ("prompt", "why it is so", "calls")


@pytest.mark.parametrize(
    ("columns", "width"),
    [("", None), ("60", 60), ("0", None), ("-1", None), ("x", None), ("9" * 5000, None), ("²", None)],
)
def test_a_pipe_has_no_width_unless_it_is_told(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int | None
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert line_width() == width


def test_a_row_is_a_line_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert table(HEADERS, ROWS).split("\n") == [
        "prompt          why it is so                   calls",
        "support/triage  a long sentence that says why  3",
        "text/summary                                   12",
        "日本語          ☃ e\u0301",
    ]


def test_wide_columns_are_wrapped_at_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "37")
    assert table(HEADERS, ROWS).split("\n") == [
        "prompt          why it is so    calls",
        "support/triage  a long          3",
        "                sentence that",
        "                says why",
        "text/summary                    12",
        "日本語          ☃ e\u0301",
    ]


CELLS = st.text(st.sampled_from("ab 日\u0301\n\t☃"), max_size=30)


@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=4), width=st.integers(1, 100))
def test_lines_fit_and_nothing_is_lost(rows: list[tuple[str, str, str]], width: int) -> None:
    def letters(text: str) -> str:
        return "".join(sorted(text.replace(" ", "").replace("\n", "")))

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS", raising=False)
        whole = table(("one", "two", "three"), rows)
        patch.setenv("COLUMNS", str(width))
        fitted = table(("one", "two", "three"), rows)
    # Three columns of eight characters, and two gaps, are the narrowest.
    assert all(cell_len(line) <= max(width, 28) for line in fitted.split("\n"))
    assert letters(fitted) == letters(whole)
    assert fitted == whole or max(map(cell_len, whole.split("\n"))) > width
