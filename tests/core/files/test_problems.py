"""However much is wrong with a file, what is told can be read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from promptctl.adapters.files import parse_yaml
from promptctl.core.lint.finding import Finding, first
from promptctl.core.prompts.prompt import parse_prompt
from promptctl.core.suggestion import suggest
from promptctl.errors import MOST_PROBLEMS, DocumentError, Place, Problem, first_problems


def problems() -> Iterator[Problem]:
    """Without an end."""
    number = 0
    while True:
        number += 1
        yield Problem("PC001", f"p{number // 2}", Place("f", number // 2))


def test_the_first_of_very_many_problems_are_taken_each_once() -> None:
    found = first_problems(problems())
    assert len(found) == MOST_PROBLEMS + 1
    assert len(set(found)) == len(found)
    assert str(MOST_PROBLEMS) in found[-1].message
    assert found[-1].place == Place("f", MOST_PROBLEMS)


def test_few_problems_stay_as_they_are() -> None:
    few = [Problem("PC001", "a"), Problem("PC001", "b"), Problem("PC001", "a")]
    assert first_problems(few) == tuple(few[:2])
    assert DocumentError(tuple(few)).problems == tuple(few[:2])


def test_findings_stop_with_a_place_where_there_are_more() -> None:
    one = Finding(code="L001", level="error", message="x", place=Place("f", 1), hint="h")
    found = list(first(one for _ in iter(int, 1)))
    assert len(found) == MOST_PROBLEMS + 1
    assert (found[-1].level, found[-1].hint) == ("error", None)
    assert str(MOST_PROBLEMS) in found[-1].message


def test_a_long_message_is_cut() -> None:
    problem = Problem("PC001", "x" * 100_000, hint="y" * 100_000)
    assert len(problem.message) == 1000
    assert problem.message.endswith("x…")
    assert problem.hint
    assert len(problem.hint) == 1000


def test_a_slip_of_the_pen_is_never_that_long() -> None:
    assert suggest("k" * 1_000_000, ["k"]) is None
    assert suggest("tempalte", ["template", "t" * 1_000_000]) == "did you mean `template`?"


def test_a_file_with_very_many_mistakes_is_refused_at_once_with_the_first_ones() -> None:
    text = "template: x\n" + "".join(f"modell{number}: x\n" for number in range(5000))
    with pytest.raises(DocumentError) as caught:
        parse_prompt("p", parse_yaml(text.encode(), "f"))
    *shown, more = caught.value.problems
    assert [problem.place.line for problem in shown if problem.place] == list(range(2, MOST_PROBLEMS + 2))
    assert shown[0].hint == "did you mean `model`?"
    assert str(MOST_PROBLEMS) in more.message
