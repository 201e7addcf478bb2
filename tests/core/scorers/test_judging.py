"""Budgets, functions of the repository, and what all expectations of a case say together."""

from __future__ import annotations

from typing import Any, cast

import pytest

from promptctl.core.scorers.answer import Answer, Score, ScorerFault
from promptctl.core.scorers.registry import Expectation, judge, score
from tests.core.scorers.measuring import measured


@pytest.mark.parametrize(
    ("kind", "field", "limit", "found", "passes"),
    [
        ("latency", "latency_ms", 500, 499.9, True),
        ("latency", "latency_ms", {"max": 500}, 500.1, False),
        ("cost", "cost", "0.002", 0.002, True),
        ("cost", "cost", {"max": 0.002}, 0.0021, False),
        ("cost", "cost", 0, 0.0, True),
    ],
)
def test_budgets(kind: str, field: str, limit: Any, found: float, passes: bool) -> None:
    assert measured(kind, limit, "", **cast("Any", {field: found})).passed is passes
    assert measured(kind, limit, "", negate=True, **cast("Any", {field: found})).passed is not passes


@pytest.mark.parametrize("kind", ["latency", "cost"])
@pytest.mark.parametrize("negate", [False, True])
@pytest.mark.parametrize("found", [None, float("nan"), -1.0, float("inf")])
def test_what_is_unknown_is_an_error_and_passes_neither_form(kind: str, negate: bool, found: float | None) -> None:
    field = {"latency": "latency_ms", "cost": "cost"}[kind]
    with pytest.raises(ScorerFault, match="is unknown"):
        measured(kind, 1, "", negate=negate, **{field: found})


@pytest.mark.parametrize(
    ("returned", "value", "passes"),
    [
        (True, 1.0, True),
        (False, 0.0, False),
        (1, 1.0, True),
        (0.7, 0.7, True),
        (0.5, 0.5, False),
        ({"passed": True}, 1.0, True),
        ({"value": 0.7, "explanation": "fine"}, 0.7, True),
        ({"passed": False, "value": 0.9}, 0.9, False),
        (Score(value=0.2, passed=True, explanation="well"), 0.2, True),
    ],
)
def test_what_a_function_may_return(returned: Any, value: float, passes: bool) -> None:
    argument = {"function": "scorers:f", "min": 0.6}
    found = measured("python", argument, "text", functions={"scorers:f": lambda text, context: returned})
    assert (found.value, found.passed) == (value, passes)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "NoneType"),
        ("yes", "returned str"),
        (float("nan"), "not within 0 and 1"),
        (1.5, "not within 0 and 1"),
        ({}, "neither `passed` nor `value`"),
        ({"pass": True}, "unknown key `pass`"),
        ({"passed": 1}, "not true or false"),
        ({"passed": True, "value": float("inf")}, "not within 0 and 1"),
    ],
)
@pytest.mark.parametrize("negate", [False, True])
def test_a_function_that_answers_badly_is_an_error(returned: Any, message: str, negate: bool) -> None:
    with pytest.raises(ScorerFault, match=message):
        measured("python", "m:f", "", negate=negate, functions={"m:f": lambda text, context: returned})


def test_a_function_that_raises_or_is_missing_is_an_error() -> None:
    def broken(text: str, context: dict[str, Any]) -> bool:
        return bool(context["inputs"]["absent"] == text)

    with pytest.raises(ScorerFault, match="m:f raised KeyError"):
        measured("python", "m:f", "", functions={"m:f": broken})
    with pytest.raises(ScorerFault, match="m:f is not loaded"):
        measured("python", "m:f", "")


def test_a_function_sees_the_whole_answer() -> None:
    seen: dict[str, Any] = {}

    def look(text: str, context: dict[str, Any]) -> bool:
        seen.update(context, text=text)
        return True

    answer = Answer(
        text="t",
        inputs={"a": 1},
        row={"b": 2},
        tool_calls=({"name": "f"},),
        latency_ms=3,
        cost=4,
        functions={"m:f": look},
    )
    score(Expectation(kind="python", argument="m:f"), answer)
    assert seen == {
        "text": "t",
        "inputs": {"a": 1},
        "row": {"b": 2},
        "tool_calls": [{"name": "f"}],
        "latency_ms": 3,
        "cost": 4,
    }


def test_judge_weighs_metrics_by_name_and_overall() -> None:
    expectations = (
        Expectation(kind="contains", argument="a", name="words", weight=3),
        Expectation(kind="contains", argument="z", name="words", weight=1),
        Expectation(kind="length", argument=1, name="length", weight=4),
    )
    judged = judge(expectations, Answer(text="a"))
    assert judged.metrics == {"length": 1.0, "words": 0.75, "score": 0.875}
    assert (judged.passed, judged.error) == (False, None)
    assert [found.passed for _, found in judged.findings] == [True, False, True]


def test_one_scorer_that_cannot_judge_makes_the_sample_an_error_not_a_failure() -> None:
    expectations = (
        Expectation(kind="contains", argument="z", name="contains"),
        Expectation(kind="cost", argument=1, name="cost_limit"),
    )
    judged = judge(expectations, Answer(text="a"))
    assert not judged.passed
    assert judged.error == "cost_limit: the price of this answer is unknown"
    assert judged.metrics == {}


def test_a_case_without_expectations_does_not_pass() -> None:
    judged = judge((), Answer(text="a"))
    assert not judged.passed
    assert judged.error
