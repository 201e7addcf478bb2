"""A run as JUnit: what no reader may overlook is a failure or an error, each under a name of its own."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.lint.finding import Finding, Level
from promptctl.errors import Place
from promptctl.reports.ci_junit import CiTests, Missing, ci_junit
from promptctl.reports.junit import MAX_CASES, JunitCase, JunitSuite, junit
from tests.eval_reports import report, sample
from tests.hostile_texts import HOSTILE


def finding(message: str, file: str = "a", level: Level = "error") -> Finding:
    return Finding(code="L001", level=level, message=message, place=Place(file, 3, 1), hint="do x")


def cases(data: bytes) -> dict[tuple[str, str], str]:
    """How each case ended, by class and name; all of them are different, which readers need."""
    root = ET.fromstring(data)
    found = [
        ((case.attrib["classname"], case.attrib["name"]), next((child.tag for child in case), "pass"))
        for case in root.iter("testcase")
    ]
    assert len(dict(found)) == len(found)
    for suite in root:
        ends = [next((child.tag for child in case), "pass") for case in suite.findall("testcase")]
        counted = {tag: ends.count(tag) for tag in ("failure", "error", "skipped")}
        written = {"failure": "failures", "error": "errors", "skipped": "skipped"}
        assert {tag: int(suite.attrib.get(name, "0")) for tag, name in written.items()} == counted
        assert int(suite.attrib["tests"]) == len(ends)
    return dict(found)


def test_a_suite_for_each_part() -> None:
    tests = CiTests(
        prompts=("x", "y"),
        lint=(finding("no", "prompts/x/prompt.yaml"), finding("n", "prompts/y/prompt.yaml", "notice")),
        lock=(finding("x is not the locked one"), finding("y is not the locked one")),
        evals=(report([sample("one"), sample("two", "fail")]),),
        missing=(
            Missing(about="plan", why="not here", decides=False),
            Missing(about="suite x", why="no reply", decides=True),
            Missing(about="suite x", why="no other reply", decides=True),
        ),
    )
    assert cases(ci_junit(tests)) == {
        ("lint", "prompts/x/prompt.yaml"): "failure",
        ("lint", "prompts/y/prompt.yaml"): "pass",
        ("lock", "x is not the locked one"): "failure",
        ("lock", "y is not the locked one"): "failure",
        ("support/triage", "gate"): "failure",
        ("support/triage.m-1", "one"): "pass",
        ("support/triage.m-1", "two"): "failure",
        ("not judged", "suite x"): "error",
        ("not judged", "suite x (2)"): "error",
        ("not judged", "plan"): "skipped",
    }
    assert b"prompts/x/prompt.yaml:3:1: error L001: no (do x)" in ci_junit(tests)


def test_nothing_wrong_is_a_case_that_passes() -> None:
    assert set(cases(ci_junit(CiTests(prompts=("x",)))).values()) == {"pass"}


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40)))
def test_no_text_leaves_its_place(text: str) -> None:
    found = finding(text, text or "f")
    missing = (Missing(about=text, why=text, decides=True),)
    data = ci_junit(CiTests(prompts=("p",), lint=(found,), lock=(found,), missing=missing))
    assert list(cases(data).values()) == ["failure", "pass", "failure", "error"]
    assert not set(data) & (set(range(32)) - {9, 10})


@pytest.mark.parametrize(("number", "most"), [(1_000, 400_000), (2_000, 100_000)])
def test_the_document_is_bounded_by_shorter_texts_and_then_by_fewer_cases(number: int, most: int) -> None:
    made = [JunitCase(classname="c", name=f"n{it}", kind="failure", message="é" * 3000) for it in range(number)]
    data = junit([JunitSuite(name="s", package="p", cases=made)], most)
    assert len(data) <= most
    kept = len(cases(data))
    assert kept == number or f"{number - kept} more cases are left out".encode() in data
    assert b'"n0"' in data
    assert b"characters are left out)" in data


def test_very_many_cases_are_cut_to_what_gitlab_reads() -> None:
    made = [JunitCase(classname="c", name=str(it)) for it in range(MAX_CASES + 1)]
    data = junit([JunitSuite(name="s", package="p", cases=made)])
    assert data.count(b"<testcase") == MAX_CASES
    assert b"1 more cases are left out" in data


def test_a_large_suite_has_the_room_that_small_ones_leave() -> None:
    sizes = (3, 0, MAX_CASES - 10, 1)
    made = [JunitCase(classname="c", name=str(it)) for it in range(MAX_CASES)]
    data = junit([JunitSuite(name=str(size), package="p", cases=made[:size]) for size in sizes])
    assert (data.count(b"<testcase"), b"left out" in data) == (sum(sizes), False)
    data = junit([JunitSuite(name=str(size), package="p", cases=made[:size]) for size in (MAX_CASES, 5, MAX_CASES)])
    assert data.count(b"<testcase") in (MAX_CASES, MAX_CASES - 1)
