"""The decision over metrics, budgets and segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from promptctl.core.evals.comparison import Baseline
from promptctl.core.evals.suite import Suite
from promptctl.core.evals.verdict import decide
from tests.core.eval_samples import MODEL, result, results, simple_suite, suite
from tests.core.verdicts import AGAINST, check, verdict


def scored(values: Sequence[float], **fields: Any) -> list[Any]:
    return [result(f"c{index}", scores={"helpful": value}, **fields) for index, value in enumerate(values)]


def helpful(cases: int, bound: str) -> Suite:
    gate = f"against: prod, pass_rate: {{min: 0}}, metrics: {{helpful: {{{bound}}}}}"
    return simple_suite(cases, gate=gate, expect="contains: x, name: helpful")


@pytest.mark.parametrize(
    ("bound", "now", "before", "outcome"),
    [
        ("min: 0.85", [0.8, 0.9], [0.8, 0.9], "pass"),
        ("min: 0.85", [0.8, 0.89], [0.8, 0.89], "fail"),
        ("min: 0", [0.5] * 29, [0.5] * 29, "pass"),
        ("min: 0", [0.4] * 29, [0.5] * 29, "fail"),
        ("min: 0", [0.4], [0.5], "pass"),
        ("max_drop: 0.02", [0.4], [0.4], "inconclusive"),
        ("max_drop: 0.02", [0.48] * 40, [0.5] * 40, "pass"),
        ("max_drop: 0.02", [0.47] * 40, [0.5] * 40, "fail"),
        ("max_drop: 0.02", [0.0, 1.0] * 20, [1.0, 0.0] * 20, "inconclusive"),
        ("max_drop: 0.2", [0.0, 1.0] * 4, [1.0, 0.0] * 4, "inconclusive"),
    ],
)
def test_scores(bound: str, now: list[float], before: list[float], outcome: str) -> None:
    baseline = Baseline(label="prod", model=MODEL, results=tuple(scored(before)))
    found = decide(suite=helpful(len(now), bound), model=MODEL, results=scored(now), baseline=baseline)
    assert found.outcome == outcome


def test_a_metric_that_no_answer_has_fails() -> None:
    found = verdict(
        simple_suite(2, gate="metrics: {helpful: {min: 0}}", expect="contains: x, name: helpful"), [True] * 2
    )
    assert check(found, "helpful.min").reason == "no case has a score of helpful"
    assert not found.ok


@pytest.mark.parametrize(
    ("bound", "metric", "now", "before", "outcome"),
    [
        ("max: 0.002", "cost", 0.002, 0.001, "pass"),
        ("max: 0.002", "cost", 0.0021, 0.001, "fail"),
        ("max_rise: 0.1", "cost", 0.0011, 0.001, "pass"),
        ("max_rise: 0.1", "cost", 0.00111, 0.001, "fail"),
        ("max_rise: 0.1", "cost", 0.0, 0.0, "pass"),
        ("max_rise: 0.1", "cost", 0.001, 0.0, "fail"),
        ("max: 0.1", "cost", None, 0.001, "fail"),
        ("max_rise: 0.1", "cost", None, 0.001, "fail"),
        ("max_rise: 0.1", "cost", 0.001, None, "fail"),
        ("max: 900", "latency_p95", 900.0, 1.0, "pass"),
        ("max: 900", "latency_p95", 901.0, 1.0, "fail"),
        ("max_rise: 0.2", "latency_p95", 120.0, 100.0, "pass"),
        ("max_rise: 0.2", "latency_p95", 121.0, 100.0, "fail"),
        ("max_rise: 0.2", "latency_p95", 50.0, 100.0, "pass"),
        ("max: 900", "latency_p95", None, 1.0, "fail"),
    ],
)
def test_budgets(bound: str, metric: str, now: float | None, before: float | None, outcome: str) -> None:
    field = {"cost": "cost", "latency_p95": "latency_ms"}[metric]
    found = simple_suite(3, gate=f"{AGAINST}, metrics: {{{metric}: {{{bound}}}}}")
    baseline = Baseline(label="prod", model=MODEL, results=tuple(results([True] * 3, **{field: before})))
    given_results = results([True] * 3, **{field: now})
    assert decide(suite=found, model=MODEL, results=given_results, baseline=baseline).outcome == outcome


def test_one_unpriced_answer_leaves_the_cost_unknown() -> None:
    samples = [result("c0"), result("c1", cost=None)]
    found = decide(suite=simple_suite(2, gate="metrics: {cost: {max: 1}}"), model=MODEL, results=samples)
    assert found.sentence == "fail: the price of an answer is unknown; no baseline is asked for."


SEGMENTS = """
    cases:
      - {name: c0, tags: {language: en}, expect: [contains: x]}
      - {name: c1, tags: {language: en}, expect: [contains: x]}
      - {name: c2, tags: {language: en}, expect: [contains: x]}
      - {name: c3, tags: {language: de}, expect: [{contains: x, name: helpful}]}
      - {name: c4, expect: [contains: x]}
    gate: {pass_rate: {min: 0.6}, segments: [language], metrics: {helpful: {min: 0}}}
"""


@pytest.mark.parametrize(
    ("failing", "segment"), [((0,), None), ((3,), "language=de"), ((0, 1), "language=en"), ((4,), "no language")]
)
def test_each_segment_passes_by_itself(failing: tuple[int, ...], segment: str | None) -> None:
    samples = [
        result(f"c{index}", index not in failing, scores={"helpful": 1} if index == 3 else {}) for index in range(5)
    ]
    found = decide(suite=suite(SEGMENTS), model=MODEL, results=samples)
    assert found.ok is (segment is None)
    assert [item.segment for item in found.checks if item.outcome == "fail"] == ([segment] if segment else [])
    if segment:
        assert found.sentence.startswith(f"fail: {segment}: ")
    assert check(found, "helpful.min", "language=de").outcome == "pass"
    assert not [item for item in found.checks if item.name == "helpful.min" and item.segment == "language=en"]


def test_a_segment_that_drops_is_not_hidden_by_the_rest() -> None:
    written = "\n".join(
        f"  - {{name: c{index}, tags: {{l: {'de' if index < 10 else 'en'}}}, expect: [contains: x]}}"
        for index in range(60)
    )
    found = suite(f"cases:\n{written}\ngate: {{{AGAINST}, segments: [l]}}")
    before = [True] * 10 + [True] * 30 + [False] * 20
    now = [False] * 10 + [True] * 50
    judged = verdict(found, now, before)
    assert [item.segment for item in judged.checks if item.outcome == "fail"] == ["l=de"]
