"""Intervals that stay valid however often they are looked at, and whenever one stops: for watching."""

from __future__ import annotations

import math

from promptctl.core.statistics.interval import Interval


def errors_wide(units: float, alpha: float, planned_units: float) -> float:
    """How many standard errors an always-valid interval reaches to each side, after so many units of both arms.

    With the chance 1 - ``alpha`` no interval ever misses, over all looks from the first to the last there will ever
    be. It is narrowest, for its kind, near ``planned_units``, and far wider long before: of few units the variance
    itself is hardly known. Source: I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas, Time-uniform
    central limit theory and asymptotic confidence sequences, Annals of Statistics 52 (2024), 2613: theorem 2.2, with
    the rho that makes it narrowest there.
    """
    planned = _tuning(alpha)
    grown = units * (planned - 1) / planned_units
    return math.sqrt((grown + 1) / grown * (math.log1p(grown) - 2 * math.log(alpha)))


def confidence_sequence(
    difference: float, variance: float, units: float, alpha: float, planned_units: float
) -> Interval | None:
    """The always-valid interval of a difference of two arms, estimated with this variance from so many units.

    None where units do not differ: without spread nothing is known of a spread.
    """
    if not variance > 0 or not math.isfinite(variance) or not math.isfinite(difference):
        return None
    half = errors_wide(units, alpha, planned_units) * math.sqrt(variance)
    return Interval(difference - half, difference + half)


def _tuning(alpha: float) -> float:
    """1 + rho^2 t at the t where the sequence is tightest: the root above 1 of u = 1 + log(u) - 2 log(alpha)."""
    found = 2.0
    for _ in range(100):
        found = 1 + math.log(found) - 2 * math.log(alpha)
    return found


def anytime_chance(z: float, units: float, alpha: float, planned_units: float) -> float:
    """The p-value that holds whenever one looks: at most ``alpha`` exactly where the always-valid interval
    of that level leaves out 0. It is that of the same sequence at other levels, tuned for ``alpha`` as it is."""
    grown = units * (_tuning(alpha) - 1) / planned_units
    return min(1.0, math.exp((math.log1p(grown) - z * z * grown / (grown + 1)) / 2))
