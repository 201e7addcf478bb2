"""What reports tell of experiments: verdicts of the moment, families of p-values, looks to come, segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from promptctl.core.experiments.counted import ArmUnits, Counted
from promptctl.core.experiments.decision import decide
from promptctl.core.experiments.experiment import Counting, Experiment, Look, Result
from promptctl.core.experiments.report import ExperimentReport
from promptctl.core.experiments.telling import MOST_VALUES, told
from promptctl.core.statistics.group_sequential import boundary, stage_wise_chance
from tests.core.experiments.countings import ERRORS, LATENCY, RESOLVED, counted, shares
from tests.core.experiments.countings import values as latencies
from tests.core.experiments.plans import changed, experiment
from tests.core.experiments.test_decision import THREE

NOW = datetime(2026, 11, 20, tzinfo=UTC)
FINE, SLOW = shares(15, 1500), latencies(1000, 10, 1500)


def running(found: Experiment, sample: int = 12000) -> Experiment:
    counting = Counting(since="2026-11-01T00:00:00Z", sample=sample, plan=found.plan.digest, counted=found.plan.counted)
    return replace(found, state="running", counting=counting)


def numbers(**hits: int) -> Counted:
    """Every arm with so many of 1,500 units resolved, and with guardrails that hold."""
    found = {arm: {RESOLVED: shares(hit, 1500), ERRORS: FINE, LATENCY: SLOW} for arm, hit in hits.items()}
    return counted(found)


def report(found: Experiment, what: Counted, at: datetime = NOW) -> ExperimentReport:
    return told(found, what, decide(found, what, at), at)


def test_two_treatments_share_alpha_and_are_corrected() -> None:
    plan = running(changed(*THREE))
    what = numbers(control=900, friendly=960)
    half = {measure: shares(round(sums.x / 2), 750) for measure, sums in what.arms["friendly"].sums.items()}
    what = counted({"control": dict(what.arms["control"].sums), "friendly": half, "brief": half})
    found = report(plan, what)
    primary = [it for it in found.effects if it.role == "primary"]
    assert [it.arm for it in primary] == ["friendly", "brief"]
    assert found.level == pytest.approx(97.5)
    for it in primary:
        assert it.p is not None
        assert it.adjusted == min(1.0, 2 * it.p)
    assert [look.boundary for look in found.looks] == list(boundary([0.25, 0.5, 0.75, 1.0], 0.025))


def test_a_look_that_is_due_is_not_judged() -> None:
    found = report(running(experiment()), numbers(control=900, friendly=1200))
    assert found.verdict.word == "keep running"
    assert found.verdict.because == "a look is due: promptctl experiment advance triage-tone"


def test_harm_and_lost_units_are_told_at_once() -> None:
    what = numbers(control=900, friendly=900)
    failing = dict(what.arms["friendly"].sums) | {ERRORS: shares(180, 1500)}
    harmed = report(running(experiment()), counted({"control": dict(what.arms["control"].sums), "friendly": failing}))
    assert (harmed.verdict.word, harmed.verdict.arm) == ("do not ship", "control")
    rail = next(it for it in harmed.effects if it.metric == "error_rate")
    assert rail.says == "beyond"
    few = replace(what, arms={**what.arms, "friendly": replace(what.arms["friendly"], units=900)})
    lost = report(running(experiment()), few)
    assert (lost.verdict.word, lost.ratio.ok) == ("no verdict", False)


def test_the_look_that_ended_it_has_its_interval_among_all_looks() -> None:
    at, what = "2026-11-20T00:00:00Z", numbers(control=900, friendly=960)
    limits = boundary([0.2, 0.25], 0.05)
    begun = running(experiment())
    z = next(it.z for it in decide(begun, what, NOW).effects)
    assert z is not None
    looks = tuple(
        Look(at=when, units=0, fraction=fraction, z={"friendly": value}, boundary=limit, decision="")
        for when, fraction, value, limit in zip(("", at), (0.2, 0.25), (0.5, z), limits, strict=True)
    )
    result = Result(verdict="do not ship", arm="control", because="it was so", at=at, by="a")
    found = report(replace(begun, state="concluded", looks=looks, result=result), what)
    primary = found.effects[0]
    assert (found.verdict.word, found.verdict.because) == ("do not ship", "it was so")
    assert primary.p == pytest.approx(stage_wise_chance([0.2, 0.25], limits[:1], z))
    assert primary.interval
    assert primary.difference
    # The interval reaches as many errors as the boundary is high.
    half = (primary.interval.high - primary.interval.low) / 2
    assert half * z / primary.difference == pytest.approx(limits[1], rel=0.01)
    assert len(found.looks) == 2
    assert all(it.anytime for it in found.effects[1:])


def test_many_values_of_a_segment_are_cut_by_their_units() -> None:
    what = numbers(control=900, friendly=960)
    values: dict[str | None, Mapping[str, ArmUnits]] = {f"p{place}": what.arms for place in range(MOST_VALUES + 10)}
    found = report(running(experiment()), replace(what, segments={"plan": values}))
    assert len(found.segments) == MOST_VALUES
    assert found.notes == (f"plan: the {MOST_VALUES} values with the most units of {MOST_VALUES + 10}",)
    assert all(it.effect.adjusted == 1.0 for it in found.segments)


def test_a_paused_experiment_says_so() -> None:
    paused = replace(running(experiment()), state="paused")
    found = report(paused, numbers(control=90, friendly=96), datetime(2026, 11, 2, tzinfo=UTC))
    assert found.verdict.because.startswith("paused; ")
