"""How often a true drop of passes shows, and the smallest that shows often enough to rely on."""

from __future__ import annotations

import math
from bisect import bisect_left
from functools import lru_cache
from statistics import NormalDist

from promptctl.core.statistics.incomplete_beta import incomplete_beta
from promptctl.core.statistics.interval import student_t_quantile
from promptctl.core.statistics.sign_test import LEVEL, fewest_losses

POWER = 0.8
"""In what share of runs a drop that is called visible shows."""

_NEGLIGIBLE = 7
"""Standard deviations beyond which a binomial variable is left out: less than 1e-11 of it, with some more for rare
changes, whose distribution has a longer tail."""


@lru_cache(maxsize=256)
def smallest_visible_drop(gains: int, cases: int) -> float | None:
    """The smallest drop in the share of passing cases that shows in ``POWER`` of runs, in whole cases.

    It shows when its interval lies above 0. Cases are taken to be gained as often as they were here; None when no
    drop shows as often.
    """

    def power(drop: int) -> float:
        return power_of_drop(drop / cases, gains / cases, cases)

    most = cases - 2 * gains
    if most < 1 or power(most) < POWER:
        return None
    # Near what a normal distribution would need, so that few powers are computed.
    high = min(most, 4 + round(2.5 * math.sqrt(2 * gains)))
    while power(high) < POWER:
        high = min(2 * high, most)
    return bisect_left(range(high), POWER, lo=high // 2, key=power) / cases


def power_of_drop(drop: float, gained: float, cases: int) -> float:
    """The chance that the sign test sees a true ``drop`` where each case is gained with the chance ``gained``.

    A case is lost with the chance gained + drop: the changed cases are binomial, and among them the losses; summed
    over all that is not negligible. Source: O. S. Miettinen, The matched pairs design in the case of all-or-none
    responses, Biometrics 24 (1968), 339.
    """
    changing = min(1.0, drop + 2 * gained)
    lost = (drop + gained) / changing if changing else 0.0
    centre = cases * changing
    width = _NEGLIGIBLE * (3 + math.sqrt(centre * (1 - changing)))
    likely = range(max(0, math.floor(centre - width)), min(cases, math.ceil(centre + width)) + 1)
    return math.fsum(_binomial(cases, changing, count) * _seen(count, lost) for count in likely)


def visible_mean_drop(half: float, cases: int) -> float | None:
    """The smallest true drop of a mean that shows in ``POWER`` of runs, from the half width of this run's interval.

    It is k s / sqrt(cases) where Z + k W > t W' has that chance: W and W', the spreads of this run and of one to come
    as shares of the true one, are taken as normal with variance 1 / (2 degrees). None for two cases, which hardly know
    their spread. docs/adr/0008-students-t-for-few-cases.md has how often it holds.
    """
    degrees = cases - 1
    if degrees < 2:
        return None
    certain, square = student_t_quantile((1 + LEVEL) / 2, degrees), NormalDist().inv_cdf(POWER) ** 2
    unsure = 1 - square / (2 * degrees)
    least = certain * certain * unsure - square
    return half * (certain + math.sqrt(certain * certain - unsure * least)) / (unsure * certain)


def _seen(changed: int, lost: float) -> float:
    """P(enough losses among the changed cases). Source: DLMF 8.17.5."""
    fewest = fewest_losses(changed)
    return incomplete_beta(fewest, changed - fewest + 1, lost) if fewest <= changed else 0.0


def _binomial(trials: int, chance: float, count: int) -> float:
    if chance in (0.0, 1.0):
        return float(count == trials * chance)
    ways = math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1)
    return math.exp(ways + count * math.log(chance) + (trials - count) * math.log1p(-chance))
