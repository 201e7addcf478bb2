from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.lint.rules import found
from promptctl.errors import Place
from promptctl.reports.ci_markdown import FINDING_HEADERS, MAX_BYTES, MAX_ROWS, Section, ci_markdown, finding_rows


def test_what_is_wrong_is_seen_first() -> None:
    findings = [found("L062", "no suite", Place("a")), found("L001", "`x` | y", Place("b", 3, 1), "declare it")]
    lint = Section(title="lint", ok=False, line="1 error", headers=FINDING_HEADERS, rows=finding_rows(findings))
    text = ci_markdown([lint, Section(title="base", ok=None, line="missing")])
    assert "| ❌ | lint | `1 error` |\n| ❔ | base | `missing` |" in text
    rows = [line for line in text.splitlines() if line.startswith(("| `error", "| `notice"))]
    assert rows == [
        "| `error` | `L001` | `b:3:1` | `` `x` \\| y (declare it) `` |",
        "| `notice` | `L062` | `a` | `no suite` |",
    ]


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_text_leaves_its_cell(one: str, other: str) -> None:
    text = ci_markdown([Section(title="t", ok=True, line=one, headers=("a", "b"), rows=[(one, other)])])
    row = text.split("|---|---|\n")[-1].removesuffix("\n")
    assert "\n" not in row
    assert row.startswith("| ")
    assert len(re.findall(r"(?<!\\)\|", row)) == 3
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


def test_a_long_table_is_cut_and_says_so() -> None:
    rows = [("x",)] * (MAX_ROWS + 5)
    text = ci_markdown([Section(title="t", ok=False, line="many", headers=("a",), rows=rows)])
    assert text.count("| `x` |") == MAX_ROWS
    assert text.endswith("5 more are not shown.\n")


def test_a_summary_never_exceeds_what_github_takes() -> None:
    row = ("\u00e9" * 1000,) * 4
    sections = [Section(title="t", ok=False, line="", headers=("a", "b", "c", "d"), rows=[row] * MAX_ROWS)] * 3
    text = ci_markdown(sections)
    assert MAX_BYTES - 9000 < len(text.encode()) < MAX_BYTES + 200
    assert text.endswith("prints all of it.\n")
