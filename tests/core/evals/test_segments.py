"""Drops of segments judged together: what is certain alone and not among many does not fail the gate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from promptctl.core.evals.check import Check, pass_drop_check
from promptctl.core.evals.segments import judged_together


def drop(segment: str | None, losses: int, most: float | None = None, cases: int = 30) -> Check:
    before = {f"{index}": True for index in range(cases)}
    now = {name: int(name) >= losses for name in before}
    return replace(pass_drop_check(before, now, "prod", most), segment=segment)


@pytest.mark.parametrize(
    ("losses", "outcomes"),
    [
        ([5], ["fail"]),
        ([5, 0], ["pass", "pass"]),
        ([6, 0], ["fail", "pass"]),
        ([6, 5], ["fail", "fail"]),
        ([6, 5, 0, 0], ["pass", "pass", "pass", "pass"]),
        ([9, 5, 0, 0], ["fail", "pass", "pass", "pass"]),
    ],
)
def test_the_more_segments_the_surer_a_drop_must_be(losses: list[int], outcomes: list[str]) -> None:
    checks = [drop(f"lang={index}", lost) for index, lost in enumerate(losses)]
    assert [check.outcome for check in judged_together(checks)] == outcomes


def test_over_all_cases_and_under_a_bound() -> None:
    whole, bounded = drop(None, 5), drop("a", 5, most=0.01)
    found = judged_together([whole, bounded, drop("b", 0, most=0.01)])
    assert [check.outcome for check in found] == ["fail", "inconclusive", "inconclusive"]
    assert "may be chance in one of 2 segments" in found[1].reason
    assert found[0] == whole
