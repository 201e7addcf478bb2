"""The drop from a baseline to a candidate over the same cases, and how small a drop so many cases can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.core.statistics.incomplete_beta import incomplete_beta
from promptctl.core.statistics.interval import (
    FEW,
    Interval,
    bootstrap_chance,
    bootstrap_interval,
    clopper_pearson,
    mean,
    t_chance,
    t_interval,
)

LEVEL = 0.90


@dataclass(frozen=True, slots=True)
class Drop:
    """Baseline minus candidate: above 0 the candidate is worse. ``interval`` covers the drop with 90 %.

    ``visible`` is the smallest drop that these cases would have shown, None when no drop could. ``chance`` is the
    one-sided p-value: how often cases that drop nowhere look at least as bad.
    """

    estimate: float
    interval: Interval
    visible: float | None
    chance: float


def pass_drop(losses: int, gains: int, cases: int) -> Drop:
    """The drop in the share of passing cases: ``losses`` passed only before, ``gains`` only now, of ``cases`` >= 1.

    The lower bound is the sign test's: the Clopper-Pearson bound p of losses / (losses + gains) becomes
    (2p - 1)(losses + gains) / cases. Source: Q. McNemar, Note on the sampling error of the difference between
    correlated proportions, Psychometrika 12 (1947), 153. The upper bound is that of losses / cases less the lower one
    of gains / cases, both Clopper-Pearson, which never shrinks when an answer gets worse; without any change it is
    1 - 0.05^(1/cases), J. A. Hanley and A. Lippman-Hand, If nothing goes wrong, is everything all right?, JAMA 249
    (1983), 1743. docs/adr/0006-upper-bound-of-a-pass-drop.md has the reason.
    """
    changed = losses + gains
    least = (2 * clopper_pearson(losses, changed, LEVEL).low - 1) * changed / cases if changed else 0.0
    most = clopper_pearson(losses, cases, LEVEL).high - clopper_pearson(gains, cases, LEVEL).low
    visible = smallest_visible_drop(gains, cases)
    return Drop((losses - gains) / cases, Interval(least, most), visible, sign_test(losses, gains))


def sign_test(losses: int, gains: int) -> float:
    """P(X >= losses) of losses + gains fair coins: McNemar's exact test, one-sided. Source: DLMF 8.17.5."""
    return incomplete_beta(losses, gains + 1, 0.5) if losses else 1.0


def smallest_visible_drop(gains: int, cases: int) -> float | None:
    """The smallest drop in the share of passing cases whose interval would lie above 0, given the gains seen.

    The lower bound lies above 0 once so many losses among losses + gains have less than 5 % chance under even odds:
    P(X >= b) = I_0.5(b, gains + 1), source: DLMF 8.17.5.
    """
    low, high = gains, cases - gains
    if high < 1 or not _lies_above_zero(high, gains):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _lies_above_zero(middle, gains) else (middle, high)
    return (high - gains) / cases


def _lies_above_zero(losses: int, gains: int) -> bool:
    return sign_test(losses, gains) < (1 - LEVEL) / 2


def score_drop(drops: Sequence[float]) -> Drop:
    """The mean of the cases' drops of a score within [0, 1], for at least one case.

    Paired Student's t from 30 cases on, below that the seeded percentile bootstrap; one case alone shows no spread,
    so its interval is all that a score allows. The visible drop is the distance from the estimate to the lower bound.
    """
    estimate = mean(drops)
    if len(drops) == 1:
        return Drop(estimate, Interval(-1.0, 1.0), None, 1.0)
    many = len(drops) >= FEW
    interval = (t_interval if many else bootstrap_interval)(drops, LEVEL)
    return Drop(estimate, interval, estimate - interval.low, (t_chance if many else bootstrap_chance)(drops))
