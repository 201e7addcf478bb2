from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.lint.finding import Finding, Level
from promptctl.core.lint.rules import found
from promptctl.errors import Place
from promptctl.reports.github import annotation, annotation_lines


def finding(message: str, place: Place, level: Level = "error", hint: str | None = None) -> Finding:
    return Finding(code="L001", level=level, message=message, place=place, hint=hint)


CASES = [
    (finding("bad", Place("a/b.yaml", 3, 5)), "::error file=a/b.yaml,line=3,col=5,title=L001::bad"),
    (finding("bad", Place("a.yaml"), "notice"), "::notice file=a.yaml,title=L001::bad"),
    (finding("bad", Place("a.yaml", 3), "warning", "do x"), "::warning file=a.yaml,line=3,title=L001::bad (do x)"),
    (finding("50% :, \r\n::error::x", Place("a,b:c%.yaml")),
     "::error file=a%2Cb%3Ac%25.yaml,title=L001::50%25 :, \\r%0A::error::x"),
]  # fmt: skip


@pytest.mark.parametrize(("given_finding", "expected"), CASES)
def test_one_workflow_command_for_each_finding(given_finding: Finding, expected: str) -> None:
    assert annotation(given_finding) == expected


@given(st.text(), st.text(min_size=1), st.text())
def test_no_text_ends_a_command_or_starts_another(message: str, file: str, hint: str) -> None:
    line = annotation(finding(message, Place(file, 1, 2), hint=hint))
    assert len(line.splitlines()) == 1
    properties = line.removeprefix("::error ").split("::", 1)[0]
    assert re.fullmatch(r"file=[^,:]*,line=1,col=2,title=L001", properties)


def test_as_many_as_github_shows_and_the_rest_is_counted() -> None:
    findings = [found("L062", f"n{n}", Place("f")) for n in range(11)] + [found("L001", "e", Place("f"))]
    lines = list(annotation_lines(findings))
    assert lines[0].startswith("::error ")
    assert [line.startswith("::notice ") for line in lines[1:]] == [True] * 10 + [False]
    assert lines[-1] == "1 more of level notice are not annotated"
