"""Two arms held against each other once, at a time that was fixed before: tests of tea-tasting and scipy on sums."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from promptctl.core.experiments.libraries import require_libraries
from promptctl.core.experiments.samples import UnitSums
from promptctl.core.metrics import Kind
from promptctl.core.statistics.interval import Interval
from promptctl.core.statistics.two_samples import ratio_bounds, share_difference

_FEW = 5
"""Expected units in one of the four cells below which a share is tested exactly (W. G. Cochran, Some methods for
strengthening the common chi-square tests, Biometrics 10 (1954), 417)."""

_BOSCHLOO = 200
"""Units of both arms up to which the exact test is Boschloo's, which finds more; it takes long with many units, where
Fisher's loses less."""

_LEAST = 1e-300
"""The smallest p-value whose deviate is asked for: about 37."""

_MOST_VARIANCE = 1e100
"""Beyond it squares of variances leave what a float holds, and tea-tasting fails."""

_LEAST_ALPHA = 1e-12
"""Of less, 1 - alpha is hardly told from 1: intervals are then those of this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Treatment against control. Whatever cannot be known is None, never NaN.

    ``statistic`` is the normal deviate with the test's two-sided ``p``, so that it can be held against boundaries of
    z; ``error`` is ``difference`` / ``statistic``, the standard error on that scale. ``relative`` is treatment /
    control - 1, of controls above 0. ``test`` names what was used.
    """

    control: float | None
    treatment: float | None
    difference: float | None = None
    interval: Interval | None = None
    relative: float | None = None
    relative_interval: Interval | None = None
    statistic: float | None = None
    error: float | None = None
    p: float | None = None
    test: str | None = None


def compare(kind: Kind, control: UnitSums, treatment: UnitSums, alpha: float) -> Comparison:
    """The test of a metric of this kind, with intervals of 1 - ``alpha``.

    A ``proportion`` is tested by the pooled z of two shares, exactly where a cell expects fewer than five units;
    everything else by Welch's t on the estimates and their variances (of a ratio by the delta method, of a quantile by
    its bounds). An interval of a z or t leaves out 0 exactly where p < alpha. Arms of fewer than two units, and those
    whose units do not differ, have estimates only. Raises UsageError where the extra is not installed.
    """
    one, two = control.estimate, treatment.estimate
    if one is None or two is None:
        return Comparison(control=one, treatment=two)
    difference, relative = two - one, two / one - 1 if one > 0 else None
    known = Comparison(control=one, treatment=two, difference=difference, relative=relative)
    if min(control.units, treatment.units) < 2 or not _differ(kind, control, treatment):
        return known
    spread = (control.variance, treatment.variance)
    if any(it is None or it > _MOST_VARIANCE for it in spread):
        return known
    require_libraries()
    test, level = _shares if kind == "proportion" else _welch, max(alpha, _LEAST_ALPHA)
    tested = test(control, treatment, level)
    if not math.isfinite(tested.p):
        return known
    statistic = math.copysign(-NormalDist().inv_cdf(max(tested.p, _LEAST) / 2), difference)
    return replace(
        known,
        interval=tested.interval,
        relative_interval=_relative(known, tested) if relative is not None else None,
        statistic=statistic,
        error=difference / statistic if statistic and difference else math.sqrt(sum(tested.variances)),
        p=tested.p,
        test=tested.name,
    )


def sample_ratio(units: Sequence[int], shares: Sequence[float]) -> float | None:
    """The p-value of arms being of just the sizes that their shares (of whatever sum) say; None without units.

    Of two arms exactly up to a thousand units; of more by chi-square, or, where that expects fewer than five units of
    an arm, by the smallest of all arms' exact p-values times their count. Raises UsageError where the extra is not
    installed.
    """
    total, whole = sum(units), math.fsum(shares)
    if any(count and not share for count, share in zip(units, shares, strict=True)):
        return 0.0
    known = [(count, share / whole) for count, share in zip(units, shares, strict=True) if share]
    if not total or len(known) < 2:
        return None
    require_libraries()
    from scipy import stats

    if len(known) == 2:
        return _ratio_of_two(known)
    if min(share for _, share in known) * total >= _FEW:
        return float(stats.chisquare([count for count, _ in known], [share * total for _, share in known]).pvalue)
    return min(1.0, len(known) * min(float(stats.binomtest(count, total, share).pvalue) for count, share in known))


def _differ(kind: Kind, control: UnitSums, treatment: UnitSums) -> bool:
    """Whether there is spread to judge by: of shares in all units together, of other kinds within the arms."""
    if kind == "proportion":
        return 0 < control.x + treatment.x < control.units + treatment.units
    return bool(control.variance or treatment.variance)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tested:
    """A test's p and interval, and how many errors, made of both arms' ``variances``, the interval is wide; None where
    an exact test is not made of errors."""

    p: float
    interval: Interval | None
    variances: tuple[float, float]
    errors: float | None
    name: str


def _welch(control: UnitSums, treatment: UnitSums, alpha: float) -> _Tested:
    """Welch's t. tea-tasting is asked about the difference alone: its own relative interval needs values above 0."""
    import tea_tasting as tt
    from tea_tasting.aggr import Aggregates

    assert control.estimate is not None
    assert control.variance is not None
    assert treatment.estimate is not None
    assert treatment.variance is not None
    metric = tt.Mean("value", confidence_level=1 - alpha, alternative="two-sided", equal_var=False, use_t=True)
    found = metric.analyze_aggregates(
        Aggregates(control.units, {"value": 0.0}, {"value": control.variance * control.units}),
        Aggregates(
            treatment.units,
            {"value": treatment.estimate - control.estimate},
            {"value": treatment.variance * treatment.units},
        ),
    )
    interval = Interval(float(found.effect_size_ci_lower), float(found.effect_size_ci_upper))
    variances = control.variance, treatment.variance
    errors = (interval.high - interval.low) / 2 / math.sqrt(sum(variances))
    return _Tested(p=float(found.pvalue), interval=interval, variances=variances, errors=errors, name="Welch's t")


def _shares(control: UnitSums, treatment: UnitSums, alpha: float) -> _Tested:
    pooled = (control.x + treatment.x) / (control.units + treatment.units)
    variances = pooled * (1 - pooled) / control.units, pooled * (1 - pooled) / treatment.units
    if min(control.units, treatment.units) * min(pooled, 1 - pooled) < _FEW:
        p, name = _exact(control, treatment)
        sides = (round(treatment.x), treatment.units), (round(control.x), control.units)
        return _Tested(p=p, interval=share_difference(*sides, 1 - alpha), variances=variances, errors=None, name=name)
    import tea_tasting as tt
    from tea_tasting.aggr import Aggregates

    metric = tt.Proportion(
        "value",
        method="norm",
        confidence_level=1 - alpha,
        alternative="two-sided",
        correction=False,
    )
    found = metric.analyze_aggregates(
        Aggregates(control.units, {"value": control.x / control.units}),
        Aggregates(treatment.units, {"value": treatment.x / treatment.units}),
    )
    return _Tested(
        p=float(found.pvalue),
        interval=Interval(float(found.effect_size_ci_lower), float(found.effect_size_ci_upper)),
        variances=variances,
        errors=-NormalDist().inv_cdf(alpha / 2),
        name="two-proportion z",
    )


def _exact(control: UnitSums, treatment: UnitSums) -> tuple[float, str]:
    from scipy import stats

    hits = round(treatment.x), round(control.x)
    table = [list(hits), [treatment.units - hits[0], control.units - hits[1]]]
    if control.units + treatment.units <= _BOSCHLOO:
        return float(stats.boschloo_exact(table).pvalue), "Boschloo's exact test"
    return float(stats.fisher_exact(table).pvalue), "Fisher's exact test"


def _relative(known: Comparison, tested: _Tested) -> Interval | None:
    """Fieller's interval of the ratio less 1: it leaves out 0 exactly where that of the difference does."""
    if tested.errors is None or known.control is None or known.treatment is None:
        return None
    one, two = (known.control, tested.variances[0]), (known.treatment, tested.variances[1])
    ratio = ratio_bounds(two, one, tested.errors)
    return Interval(ratio.low - 1, ratio.high - 1) if ratio else None


def _ratio_of_two(known: Sequence[tuple[int, float]]) -> float:
    import tea_tasting as tt
    from tea_tasting.aggr import Aggregates

    (one, share), (two, other) = known
    found = tt.SampleRatio(other / share, correction=False).analyze({0: Aggregates(one), 1: Aggregates(two)}, 0, 1)
    return float(found.pvalue)
