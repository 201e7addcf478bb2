"""The decision: bounds, the baseline, repeats, segments, and everything that must not pass by accident."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.evals.comparison import Baseline
from promptctl.core.evals.verdict import decide
from tests.core.eval_samples import MODEL, result, results, simple_suite
from tests.core.verdicts import AGAINST, check, verdict


def test_twenty_of_twenty_passes_a_minimum_of_ninety_five_percent() -> None:
    found = verdict(simple_suite(20, gate="pass_rate: {min: 0.95}"), [True] * 20)
    assert (found.outcome, found.ok, found.comparison) == ("pass", True, "no baseline is asked for")
    assert found.sentence == "pass: 20 of 20 cases pass (95 % asked for); no baseline is asked for."
    only = check(found, "pass_rate.min")
    assert (only.estimate, only.bound) == (1.0, 0.95)
    assert only.interval is not None
    assert only.interval.low == pytest.approx(0.8388, abs=1e-4)


@pytest.mark.parametrize(("passing", "outcome"), [(20, "pass"), (19, "pass"), (18, "fail"), (0, "fail")])
def test_the_minimum_judges_the_estimate(passing: int, outcome: str) -> None:
    found = verdict(simple_suite(20, gate="pass_rate: {min: 0.95}"), [True] * passing + [False] * (20 - passing))
    assert found.outcome == outcome


def test_by_default_every_case_must_pass_and_the_failing_one_is_named() -> None:
    found = verdict(simple_suite(3), [True, False, True])
    assert not found.ok
    assert found.sentence == "fail: 2 of 3 cases pass (100 % asked for; failed: c1); no baseline is asked for."


@pytest.mark.parametrize(
    ("outcomes", "name", "reason"),
    [
        ([], "answers", "answered no case"),
        (["timed out", "no key"], "errors", "2 of 2 answers ended in an error (c0: timed out)"),
        ([True, "timed out"], "errors", "1 of 2 answers ended in an error (c1: timed out)"),
        ([True], "answers", "1 of 2 cases lack answers, first c1"),
        ([True, True, True], "answers", "c2 is no case of this suite"),
    ],
)
def test_what_was_not_answered_fails(outcomes: list[Any], name: str, reason: str) -> None:
    found = verdict(simple_suite(2, gate="pass_rate: {min: 0}"), outcomes)
    assert (found.outcome, found.ok) == ("fail", False)
    assert reason in check(found, name).reason
    assert found.sentence.startswith("fail: ")


def test_an_error_is_not_a_failed_test() -> None:
    found = verdict(simple_suite(4), [True, True, True, "timed out"])
    assert check(found, "pass_rate.min").outcome == "pass"
    assert check(found, "pass_rate.min").reason == "3 of 3 cases pass (100 % asked for)"
    assert found.outcome == "fail"


def test_the_same_sample_twice_does_not_stand_for_two() -> None:
    found = decide(suite=simple_suite(1, repeat=2), model=MODEL, results=[result("c0"), result("c0")])
    assert check(found, "answers").reason == "1 of 1 cases lack answers, first c0"


@pytest.mark.parametrize(
    ("samples", "min_pass", "outcome", "flaky"),
    [
        ([True, True, True], 3, "pass", ()),
        ([True, True, False], 3, "fail", ("c0",)),
        ([True, True, False], 2, "pass", ("c0",)),
        ([True, False, False], 2, "fail", ("c0",)),
        ([False, False, False], 1, "fail", ()),
        ([True, True, False, True, False, True], 2, "pass", ("c0",)),
        ([True, True, False, True, False, False], 2, "fail", ("c0",)),
    ],
)
def test_repeats(samples: list[bool], min_pass: int, outcome: str, flaky: tuple[str, ...]) -> None:
    """Pooled samples must keep the share: a lucky further run cannot make a case pass."""
    found = decide(
        suite=simple_suite(1, gate=f"min_pass: {min_pass}", repeat=3),
        model=MODEL,
        results=[result("c0", passed, sample=index) for index, passed in enumerate(samples)],
    )
    assert (found.outcome, found.flaky) == (outcome, flaky)
    assert ("flaky: c0" in found.sentence) is bool(flaky)


def test_only_the_prompts_own_model_gates() -> None:
    good, bad = results([True, True]), results([False, "timed out"], model="other")
    found = decide(suite=simple_suite(2), model=MODEL, results=[*good, *bad])
    assert found.ok
    assert {item.name for item in found.checks if item.model == "other" and not item.gates} == {
        "errors",
        "pass_rate.min",
    }
    assert not decide(suite=simple_suite(2), model="other", results=[*good, *bad]).ok
    assert not decide(suite=simple_suite(2), model="third", results=[*good, *bad]).ok


@pytest.mark.parametrize(
    ("losses", "gains", "bound", "outcome"),
    [
        (0, 0, None, "pass"),
        (4, 0, None, "pass"),
        (5, 0, None, "fail"),
        (5, 1, None, "pass"),
        (0, 0, 0.14, "pass"),
        (0, 0, 0.13, "inconclusive"),
        (1, 0, 0.05, "inconclusive"),
        (1, 0, 0.22, "pass"),
        (1, 1, 0.05, "inconclusive"),
        (5, 0, 0.05, "fail"),
        (5, 0, 0.46, "pass"),
        (0, 5, 0.1, "pass"),
        (0, 5, 0.01, "inconclusive"),
    ],
)
def test_the_drop_of_passes(losses: int, gains: int, bound: float | None, outcome: str) -> None:
    gate = "against: prod, pass_rate: {min: 0" + (f", max_drop: {bound}" if bound else "") + "}"
    now = [False] * losses + [True] * (20 - losses)
    before = [True] * losses + [False] * gains + [True] * (20 - losses - gains)
    found = verdict(simple_suite(20, gate=gate), now, before)
    drop = check(found, "pass_rate.max_drop" if bound else "pass_rate.drop")
    assert (found.outcome, found.ok) == (outcome, outcome == "pass")
    assert drop.estimate == pytest.approx((losses - gains) / 20)
    assert drop.bound == bound


def test_a_pass_says_what_drop_it_could_have_seen() -> None:
    found = verdict(simple_suite(20, gate=AGAINST), [True] * 20, [True] * 20)
    assert found.sentence == (
        "pass: 20 of 20 cases pass (0 % asked for); "
        "no drop of pass_rate shows against prod over 20 cases (one of 0.35 would show in 80 % of runs)."
    )
    assert "with so few none would" in verdict(simple_suite(4, gate=AGAINST), [True] * 4, [True] * 4).sentence


@pytest.mark.parametrize(("setting", "ok"), [("fail", False), ("pass", True)])
def test_inconclusive_counts_as_the_gate_says(setting: str, ok: bool) -> None:
    gate = f"against: prod, pass_rate: {{min: 0, max_drop: 0.01}}, inconclusive: {setting}"
    found = verdict(simple_suite(5, gate=gate), [True] * 5, [True] * 5)
    assert (found.outcome, found.ok) == ("inconclusive", ok)
    assert found.sentence.startswith("inconclusive: pass_rate may drop by more than 0.01 against prod over 5 cases")


def test_a_first_promotion_has_no_baseline_and_says_so() -> None:
    absent = Baseline(label="prod", absent="prod serves no release of this prompt")
    found = verdict(simple_suite(2, gate="against: prod"), [True, True], baseline=absent)
    assert found.ok
    assert (
        found.sentence
        == "pass: 2 of 2 cases pass (100 % asked for); no baseline: prod serves no release of this prompt."
    )


@pytest.mark.parametrize(
    ("baseline", "reason"),
    [
        (None, "not compared with prod: it was not run"),
        (Baseline(label="prod", broken="its provider is gone"), "not compared with prod: its provider is gone"),
        (Baseline(label="prod", refused=frozenset({"c0", "c1"})), "the contract of prod accepts none of the cases"),
    ],
)
def test_a_baseline_that_is_asked_for_and_cannot_run_fails(baseline: Baseline | None, reason: str) -> None:
    found = verdict(simple_suite(2, gate="against: prod"), [True, True], baseline=baseline)
    assert not found.ok
    assert reason in check(found, "baseline").reason
    assert found.sentence.count(reason) == 1


def test_errors_and_gaps_of_the_baseline_fail() -> None:
    found = verdict(simple_suite(3, gate=AGAINST), [True] * 3, [True, "timed out"])
    assert {item.name for item in found.checks if item.outcome == "fail"} == {"errors", "answers"}
    assert "baseline prod: 1 of 2 answers ended in an error (c1: timed out)" in check(found, "errors").reason


def test_a_changed_contract_is_judged_on_the_cases_that_the_old_one_accepts() -> None:
    before = Baseline(label="prod", model=MODEL, results=tuple(results([True] * 5)), refused=frozenset({"c5", "c6"}))
    found = verdict(simple_suite(7, gate=AGAINST), [True] * 7, baseline=before)
    assert found.ok
    assert found.comparison == "compared with prod over 5 cases (2 more do not fit its contract)"
    assert not verdict(simple_suite(7, gate=AGAINST), [False] * 5 + [True] * 2, baseline=before).ok


def test_the_baseline_is_judged_by_its_own_model() -> None:
    own = tuple(results([True] * 5, model="old"))
    mixed = (*own, *results([False] * 5))
    found = simple_suite(5, gate=AGAINST)
    assert not verdict(found, [False] * 5, baseline=Baseline(label="prod", model="old", results=mixed)).ok
    assert verdict(found, [False] * 5, baseline=Baseline(label="prod", model=MODEL, results=mixed)).ok


def test_a_weakened_suite_fails_whatever_its_results() -> None:
    found = verdict(simple_suite(1), [True], weakened=("the case 'b' is gone", "a case is asked 1 times instead of 3"))
    assert not found.ok
    assert found.sentence.startswith("fail: suite-weakened: the case 'b' is gone (and 1 more); ")


outcome_lists = st.lists(st.sampled_from([True, False, "error"]), min_size=1, max_size=12)


@given(outcome_lists, outcome_lists, st.sampled_from([None, 0.05, 0.5]), st.data())
def test_making_an_answer_worse_never_helps(
    now: list[Any], before: list[Any], bound: float | None, data: st.DataObject
) -> None:
    gate = "against: prod, pass_rate: {min: 0.5" + (f", max_drop: {bound}" if bound else "") + "}"
    found = simple_suite(len(now), gate=gate)
    before = (before * len(now))[: len(now)]
    index = data.draw(st.integers(0, len(now) - 1))
    worse = [*now]
    worse[index] = False if now[index] is True else "error"
    rank = {"fail": 0, "inconclusive": 1, "pass": 2}
    assert rank[verdict(found, worse, before).outcome] <= rank[verdict(found, now, before).outcome]


@given(outcome_lists)
def test_no_verdict_passes_with_an_error_or_without_a_reason(now: list[Any]) -> None:
    found = verdict(simple_suite(len(now), gate="pass_rate: {min: 0}"), now)
    assert found.ok is ("error" not in now)
    assert found.sentence.startswith(f"{found.outcome}: ")
    assert found.sentence.endswith(".")
    assert all(item.reason for item in found.checks)


def test_not_a_number_is_refused_where_it_enters() -> None:
    for fields in ({"scores": {"a": float("nan")}}, {"scores": {"a": 1.5}}, {"cost": float("nan")}, {"latency_ms": -1}):
        with pytest.raises(ValueError, match="out of range"):
            result("c0", **fields)
    with pytest.raises(ValueError, match="in spite of an error"):
        replace(result("c0"), error="x")
