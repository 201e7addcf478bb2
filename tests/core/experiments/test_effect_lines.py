"""Effects as reports tell them: p-values that belong to their intervals, and families judged together."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from promptctl.core.experiments.counted import ArmUnits, Measure
from promptctl.core.experiments.effect_lines import Manner, adjusted, effect_line
from promptctl.core.experiments.metric import Metric
from promptctl.core.experiments.report import EffectLine
from promptctl.core.experiments.samples import UnitSums
from promptctl.core.statistics.confidence_sequence import anytime_chance, errors_wide
from tests.unit_sums import sums_of_pairs

CALLS = Metric(metric="calls", kind="mean", direction="increase")
RESOLVED = Metric(metric="quality:resolved", kind="ratio", direction="increase")


def sums(seed: int, units: int, mean: float) -> UnitSums:
    chance = Random(seed)
    return sums_of_pairs([(chance.gauss(mean, 1.0), 1.0) for _ in range(units)])


def line(first: UnitSums, second: UnitSums, metric: Metric = CALLS, *, anytime: bool = True) -> EffectLine:
    measure = Measure(metric.metric, metric.kind)
    arms = {
        name: ArmUnits(units=found.units, sums={measure: found})
        for name, found in (("control", first), ("friendly", second))
    }
    return effect_line(
        "secondary", metric, arms, "control", "friendly", Manner(alpha=0.05, planned=1000, anytime=anytime)
    )


@pytest.mark.parametrize("anytime", [True, False])
@pytest.mark.parametrize("shift", [0.0, 0.1, 0.2, 0.25, 0.3, 0.5])
def test_an_interval_leaves_out_zero_exactly_where_p_is_low(shift: float, *, anytime: bool) -> None:
    found = line(sums(1, 300, 5.0), sums(2, 300, 5.0 + shift), anytime=anytime)
    assert found.interval
    assert found.p is not None
    assert (found.says == "better") == (found.p < 0.05)
    assert (found.interval.low > 0) == (found.p < 0.05)


@pytest.mark.parametrize("units", [5, 100, 1000, 30_000])
def test_the_always_valid_p_is_alpha_at_the_interval(units: int) -> None:
    z = errors_wide(units, 0.05, 1000)
    assert anytime_chance(z, units, 0.05, 1000) == pytest.approx(0.05)
    assert anytime_chance(0.0, units, 0.05, 1000) == 1.0
    assert anytime_chance(60.0, 30_000, 0.05, 1000) < 1e-300


@pytest.mark.parametrize("anytime", [True, False])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (UnitSums(0, 0.0, 0.0, 0.0, 0.0, 0.0), UnitSums(0, 0.0, 0.0, 0.0, 0.0, 0.0)),
        (sums_of_pairs([(1.0, 1.0)]), sums_of_pairs([(9.0, 1.0)])),
        (sums_of_pairs([(1.0, 1.0)] * 50), sums_of_pairs([(1.0, 1.0)] * 50)),
        (sums_of_pairs([(0.0, 0.0)] * 5), sums_of_pairs([(1.0, 1.0)] * 5)),
        (UnitSums(5, float("nan"), 5.0, 1.0, 5.0, 1.0), sums_of_pairs([(1.0, 1.0), (2.0, 1.0)])),
    ],
)
def test_too_little_is_no_winner(first: UnitSums, second: UnitSums, *, anytime: bool) -> None:
    for metric in (CALLS, RESOLVED):
        found = line(first, second, metric, anytime=anytime)
        assert (found.says, found.p, found.interval) == ("unknown", None, None)


def test_a_family_is_judged_together() -> None:
    base = line(sums(1, 300, 5.0), sums(2, 300, 5.5), anytime=False)
    ps = [0.001, 0.02, 0.04, None, 0.9]
    found = adjusted([replace(base, p=p, says="better" if p and p < 0.05 else "open") for p in ps], 0.05)
    assert [it.adjusted for it in found] == [0.004, 0.06, 0.08, None, 0.9]
    assert [it.says for it in found] == ["better", "open", "open", "open", "open"]
