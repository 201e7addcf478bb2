"""The drop from a baseline to a candidate over the same cases, and how small a drop so many cases can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.core.statistics.interval import Interval, clopper_pearson, mean, t_chance, t_interval
from promptctl.core.statistics.power import smallest_visible_drop, visible_mean_drop
from promptctl.core.statistics.sign_test import LEVEL, sign_test


@dataclass(frozen=True, slots=True)
class Drop:
    """Baseline minus candidate: above 0 the candidate is worse. ``interval`` covers the drop with 90 %.

    ``visible`` is the smallest drop that as many cases would show in ``POWER`` of runs, None when none would, 0 when
    each case changed by as much. ``chance`` is the one-sided p-value: how often cases that drop nowhere look at least
    as bad.
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


def score_drop(drops: Sequence[float]) -> Drop:
    """The mean of the cases' drops of a score within [0, 1], for at least one case: paired Student's t, within [-1, 1].

    One case alone shows no spread, so its interval is all that a score allows.
    docs/adr/0008-students-t-for-few-cases.md says why not a bootstrap.
    """
    estimate = mean(drops)
    if len(drops) == 1:
        return Drop(estimate, Interval(-1.0, 1.0), None, 1.0)
    around = t_interval(drops, LEVEL)
    interval = Interval(max(-1.0, around.low), min(1.0, around.high))
    return Drop(estimate, interval, visible_mean_drop(max(0.0, estimate - around.low), len(drops)), t_chance(drops))
