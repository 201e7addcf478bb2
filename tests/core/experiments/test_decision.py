"""Decisions: tables of what numbers decide, and what no numbers may ever do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from promptctl.core.experiments.counted import Counted, Measure
from promptctl.core.experiments.decision import Decision, decide
from promptctl.core.experiments.experiment import Counting, Experiment, Look
from promptctl.core.experiments.samples import UnitSums
from promptctl.core.statistics.group_sequential import boundary
from tests.core.experiments.countings import ERRORS, LATENCY, RESOLVED, counted, shares, values
from tests.core.experiments.plans import changed, experiment

EARLY, LATER, PAST_END = (datetime(*day, tzinfo=UTC) for day in ((2026, 11, 2), (2026, 11, 20), (2027, 1, 1)))
THREE = (
    "  - {name: friendly, version: 1.3.0, percent: 50}\n",
    "  - {name: friendly, version: 1.3.0, percent: 25}\n  - {name: brief, version: 1.4.0, percent: 25}\n",
)


def running(found: Experiment, looks: Sequence[tuple[float, float]] = (), sample: int = 12000) -> Experiment:
    """The experiment as it runs, after looks at these (fraction, boundary)."""
    plan = found.plan
    counting = Counting(since="2026-11-01T00:00:00Z", sample=sample, plan=plan.digest, counted=plan.counted)
    taken = tuple(
        Look(at="2026-11-10T00:00:00Z", units=0, fraction=at, z={}, boundary=limit, decision="keep running")
        for at, limit in looks
    )
    return replace(found, state="running", counting=counting, looks=taken)


def decided(numbers: Counted, now: datetime = LATER, *changes: tuple[str, str], looks: Any = ()) -> Decision:
    found = experiment() if not changes else changed(*changes[0])
    return decide(running(found, looks), numbers, now)


def two(hits: tuple[int, int], units: tuple[int, int], *more: tuple[Measure, UnitSums, UnitSums]) -> Counted:
    """Control and friendly, each with so many of its units resolved."""
    sums = {RESOLVED: (shares(hits[0], units[0]), shares(hits[1], units[1]))}
    sums |= {measure: (one, other) for measure, one, other in more}
    arms = ("control", "friendly")
    return counted({arm: {measure: pair[place] for measure, pair in sums.items()} for place, arm in enumerate(arms)})


FAILING = (ERRORS, shares(15, 1500), shares(180, 1500))
FINE = (ERRORS, shares(15, 1500), shares(15, 1500))
SLOWER = (LATENCY, values(1000, 10, 1500), values(1600, 10, 1500))
SLOW = (LATENCY, values(1000, 10, 1500), values(1150, 10, 1500))

CASES = [
    # What is counted, when, verdict, cause, arm, whether a look is taken, a part of the reason.
    (two((900, 1200), (1500, 1500), FINE), LATER, "ship", "effect", "friendly", True, "raises quality:resolved by 0.2"),
    (two((1200, 900), (1500, 1500)), LATER, "do not ship", "reverse", "control", True, "lowers quality:resolved"),
    (two((900, 930), (1500, 1500)), LATER, "keep running", "waiting", "control", True, "no effect is beyond"),
    (two((600, 800), (1000, 1000)), LATER, "keep running", "waiting", "control", False, "the next look is at 3,000"),
    (
        two((900, 1200), (1500, 1500)),
        EARLY,
        "keep running",
        "waiting",
        "control",
        False,
        "7 days after",
    ),
    (
        two((200, 390), (400, 400)),
        LATER,
        "keep running",
        "waiting",
        "control",
        False,
        "has 400, and each arm needs 500",
    ),
    (two((3600, 3650), (6000, 6000)), LATER, "do not ship", "end", "control", True, "the planned sample is there"),
    (two((900, 930), (1500, 1500)), PAST_END, "do not ship", "end", "control", True, "the day of its end is past"),
    (two((200, 390), (400, 400)), PAST_END, "do not ship", "end", "control", False, "too few to judge (800 of 12,000"),
    (two((0, 0), (0, 0)), PAST_END, "do not ship", "end", "control", False, "too few to judge (0 of 12,000"),
    (two((0, 0), (0, 0)), LATER, "keep running", "waiting", "control", False, "0 of 12,000 units"),
    (two((900, 1400), (1500, 1800)), LATER, "no verdict", "sample ratio", "control", False, "do not have their shares"),
    (two((900, 1300), (1500, 1500), FAILING), LATER, "do not ship", "harm", "control", False, "worse in error_rate"),
    (two((900, 1300), (1500, 1500), SLOWER), LATER, "do not ship", "harm", "control", False, "by more than 20 %"),
    (two((900, 1200), (1500, 1500), SLOW), LATER, "ship", "effect", "friendly", True, "z "),
    (
        two((60, 90), (150, 150), (ERRORS, shares(0, 150), shares(90, 150))),
        EARLY,
        "do not ship",
        "harm",
        "control",
        False,
        "error_rate",
    ),
]


@pytest.mark.parametrize(("numbers", "now", "verdict", "cause", "arm", "looked", "said"), CASES)
def test_what_numbers_decide(
    numbers: Counted, now: datetime, verdict: str, cause: str, arm: str, looked: bool, said: str
) -> None:
    found = decided(numbers, now)
    assert (found.verdict, found.cause, found.arm, found.look is not None) == (verdict, cause, arm, looked), found
    assert said in found.because
    assert found.ok == (cause not in ("harm", "sample ratio"))
    assert found.ends == (verdict in ("ship", "do not ship"))


def test_a_metric_that_should_fall_ships_what_falls() -> None:
    numbers = two((1200, 900), (1500, 1500), FINE)
    assert decided(numbers, LATER, ("direction: increase", "direction: decrease")).verdict == "ship"


def test_looks_are_judged_at_their_true_fraction_and_stay_spent() -> None:
    numbers = two((900, 990), (1500, 1500))
    taken = [(0.2, 4.9), (0.23, 4.5)]
    found = decided(numbers, looks=taken)
    assert found.look
    assert found.look.fraction == 0.25
    assert found.look.boundary == pytest.approx(boundary([0.2, 0.23, 0.25], 0.05)[-1], abs=1e-6)
    assert found.look.boundary > boundary([0.25], 0.05)[-1]
    again = decided(numbers, looks=[(0.25, 4.3)])
    assert (again.look, "the next look is at 6,000" in again.because) == (None, True)


def test_an_end_without_new_units_takes_no_second_look() -> None:
    found = decided(two((900, 990), (1500, 1500)), PAST_END, looks=[(0.25, 4.3)])
    assert (found.verdict, found.look, "no new units" in found.because) == ("do not ship", None, True)


def test_several_treatments_share_alpha_and_the_best_is_shipped() -> None:
    def three(friendly: int, brief: int) -> Counted:
        sums = {"control": shares(900, 1500), "friendly": shares(friendly, 750), "brief": shares(brief, 750)}
        return counted({arm: {RESOLVED: found} for arm, found in sums.items()})

    found = decided(three(600, 640), LATER, THREE)
    assert (found.verdict, found.arm) == ("ship", "brief")
    assert found.look
    assert found.look.boundary == pytest.approx(boundary([0.25], 0.025)[-1], abs=1e-6)
    assert decided(three(300, 300), LATER, THREE).cause == "reverse"
    assert decided(three(300, 450), LATER, THREE).verdict == "keep running", "one treatment may still be better"


_FINITE = st.floats(-1e90, 1e90).filter(lambda number: number == 0 or abs(number) > 1e-90)
_NUMBERS = _FINITE | st.sampled_from([0.0, 1.0, -1.0, float("nan"), float("inf"), float("-inf")])
_SUMS = st.builds(UnitSums, st.integers(0, 5000), *[_NUMBERS] * 5, about=_NUMBERS)


@example(UnitSums(5000, 1e90, 1e-90, 1e90, 1e90, -1e90), shares(1500, 3000), LATER)
@given(_SUMS, _SUMS, st.sampled_from([LATER, PAST_END]))
def test_no_numbers_at_all_break_a_decision(control: UnitSums, friendly: UnitSums, now: datetime) -> None:
    measures = (RESOLVED, ERRORS, LATENCY)
    arms = {"control": control, "friendly": friendly}
    found = decided(counted({arm: dict.fromkeys(measures, sums) for arm, sums in arms.items()}), now)
    if control.variance is None or friendly.variance is None or control.variance + friendly.variance == 0:
        assert found.verdict != "ship"
    text = str(found.numbers) + found.because
    assert "nan" not in text.replace("finance", "")
    assert "inf" not in text


ODD: Mapping[str, tuple[UnitSums, UnitSums]] = {
    "no spread": (shares(0, 3000), shares(3000, 3000)),
    "one unit": (shares(0, 1), shares(1, 1)),
    "none": (UnitSums(0, 0, 0, 0, 0, 0), UnitSums(0, 0, 0, 0, 0, 0)),
    "NaN": (shares(1500, 3000), UnitSums(3000, float("nan"), 3000, 3000, 3000, 3000)),
    "infinite": (shares(1500, 3000), UnitSums(3000, float("inf"), 3000, 3000, 3000, 3000)),
}


@pytest.mark.parametrize("case", ODD)
def test_what_cannot_be_known_never_wins(case: str) -> None:
    control, friendly = ODD[case]
    numbers = counted(
        {"control": {RESOLVED: control}, "friendly": {RESOLVED: friendly}}, {"control": 6000, "friendly": 6000}
    )
    found = decided(numbers)
    assert (found.verdict, found.cause) == ("do not ship", "end")
    assert all(effect.z is None for effect in found.effects)


def test_a_metric_that_no_call_tells_never_wins() -> None:
    found = decided(counted({"control": {}, "friendly": {}}, {"control": 6000, "friendly": 6000}))
    assert (found.verdict, found.cause) == ("do not ship", "end")
    assert "friendly has no number for quality:resolved" in found.because
