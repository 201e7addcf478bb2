"""Looks at a trial before its end: boundaries that share one chance of error among all of them.

The difference in standard errors, z, at information t (a fraction of the planned information) is B(t) / sqrt(t) of a
Brownian motion B, whose drift is the difference that the trial would show at t = 1. Source: C. Jennison and B. W.
Turnbull, Group Sequential Methods with Applications to Clinical Trials (2000), chapters 3, 7 and 19.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

_FARTHEST = 38.0
"""Standard errors whose normal tail is hardly a float: the boundary of a look at which nothing is spent."""

_REACH = 9.0
"""Standard deviations of a step beyond which it is left out: less than 1e-18 of the steps."""

_HALVINGS = 48
"""Of an interval of at most ``_FARTHEST``: down to 1e-12."""

_POINTS = (0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363)
_WEIGHTS = (0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763)
"""Gauss-Legendre quadrature with eight points on [-1, 1], the right half (M. Abramowitz and I. Stegun, table 25.4)."""


def spent(fraction: float, alpha: float) -> float:
    """How much of ``alpha`` may be spent up to a fraction, above 0, of the planned information; all of it from 1 on.

    Source: K. K. G. Lan and D. L. DeMets, Discrete sequential boundaries for clinical trials, Biometrika 70 (1983),
    659: the function alpha_1* that is like O'Brien and Fleming's boundaries, with half of ``alpha`` on each side.
    """
    return 4 * _tail(-NormalDist().inv_cdf(alpha / 4) / math.sqrt(min(fraction, 1.0)))


def boundary(fractions: Sequence[float], alpha: float) -> tuple[float, ...]:
    """The |z| from which on each look ends the trial, for looks at these increasing fractions of the information.

    A look's boundary does not depend on later looks, so that looks may come as they come: more or fewer than planned,
    at other times. A last one below 1 leaves some of ``alpha`` unspent; after 1 there is nothing left to spend.
    """
    found: list[float] = []
    going, before = _START, 0.0
    for look, fraction in enumerate(fractions):
        until = spent(fraction, alpha)
        found.append(_limit(going, fraction, until - before))
        before = until
        if look + 1 < len(fractions):
            going = _gone_on(going, fraction, found[-1], fractions[look + 1])
    return tuple(found)


def crossing(fractions: Sequence[float], limits: Sequence[float], drift: float = 0.0) -> tuple[float, ...]:
    """The chance of each look to be the first with |z| at or beyond its limit, under a drift."""
    return tuple(_beyond(*arguments, drift) for arguments in _stages(fractions, limits))


def power(fractions: Sequence[float], alpha: float, drift: float) -> float:
    """The chance to cross the boundary at one of the looks, on either side."""
    return math.fsum(crossing(fractions, boundary(fractions, alpha), drift))


def drift_needed(fractions: Sequence[float], alpha: float, wanted: float) -> float:
    """The drift, above 0, with which the boundary is crossed with the chance ``wanted``, between ``alpha`` and 1."""
    stages = _stages(fractions, boundary(fractions, alpha))
    return _root(lambda drift: wanted - math.fsum(_beyond(*arguments, drift) for arguments in stages))


def inflation(fractions: Sequence[float], alpha: float, wanted: float) -> float:
    """By what the sample of a trial with one look, at its end, is multiplied so that looks do not cost power.

    Source: Jennison and Turnbull (2000), 2.3.
    """
    return (drift_needed(fractions, alpha, wanted) / drift_needed((1.0,), alpha, wanted)) ** 2


def stage_wise_chance(fractions: Sequence[float], limits: Sequence[float], z: float) -> float:
    """The p-value, two-sided, of a trial that ended at the last of these looks with ``z``, with the ``limits`` of the
    looks before: the chance to have ended earlier, or there with at least as much.

    It is at most ``alpha`` exactly where the last boundary was crossed and all of ``alpha`` up to there spent. Source:
    A. A. Tsiatis, G. L. Rosner and C. R. Mehta, Exact confidence intervals following a group sequential test,
    Biometrics 40 (1984), 797 (stage-wise ordering); Jennison and Turnbull (2000), 8.4.
    """
    return min(1.0, math.fsum(crossing(fractions, (*limits, abs(z)))))


@dataclass(frozen=True, slots=True)
class _Going:
    """The trials without drift that still go on at a time: what share of all of them is at which places of B."""

    time: float
    places: Sequence[float]
    masses: Sequence[float]


_START = _Going(0.0, (0.0,), (1.0,))


def _stages(fractions: Sequence[float], limits: Sequence[float]) -> list[tuple[_Going, float, float]]:
    """For each look: what goes on until it, its time and its limit."""
    found = [(_START, fractions[0], limits[0])]
    for fraction, limit in zip(fractions[1:], limits[1:], strict=True):
        found.append((_gone_on(*found[-1], fraction), fraction, limit))
    return found


def _beyond(going: _Going, time: float, limit: float, drift: float = 0.0) -> float:
    """The share of trials that are beyond the limit at a later time.

    Under a drift, paths to x at t count exp(drift x - drift^2 t / 2) times as much (Girsanov's theorem).
    """
    spread, edge, moved = math.sqrt(time - going.time), limit * math.sqrt(time), drift * (time - going.time)
    total = 0.0
    for place, mass in zip(going.places, going.masses, strict=True):
        tails = _tail((edge - place - moved) / spread) + _tail((edge + place + moved) / spread)
        total += mass * math.exp(drift * place - drift * drift * going.time / 2) * tails
    return total


def _gone_on(going: _Going, time: float, limit: float, then: float) -> _Going:
    """What goes on after a look at ``time``, in places near enough to each other for the step to the look ``then``.

    Source: P. Armitage, C. K. McPherson and B. C. Rowe, Repeated significance tests on accumulating data, Journal of
    the Royal Statistical Society A 132 (1969), 235: the recursion.
    """
    spread, edge = math.sqrt(time - going.time), limit * math.sqrt(time)
    panels = max(4, math.ceil(edge / min(spread, math.sqrt(then - time))))
    half = edge / panels
    places, masses = [], []
    for panel in range(panels):
        centre = (2 * panel + 1) * half - edge
        for point, weight in _NODES:
            places.append(centre + half * point)
            masses.append(half * weight * _density(going, places[-1], spread))
    return _Going(time, places, masses)


def _density(going: _Going, place: float, spread: float) -> float:
    """The density of trials after a step of this spread. The places of what goes on are in order."""
    first = bisect_left(going.places, place - _REACH * spread)
    last = bisect_right(going.places, place + _REACH * spread)
    total = 0.0
    for index in range(first, last):
        away = (place - going.places[index]) / spread
        total += going.masses[index] * math.exp(-away * away / 2)
    return total / (spread * math.sqrt(2 * math.pi))


_NODES = sorted((sign * point, weight) for point, weight in zip(_POINTS, _WEIGHTS, strict=True) for sign in (-1, 1))


def _limit(going: _Going, time: float, share: float) -> float:
    """The limit beyond which ``share`` of all trials are at a time."""
    return _root(lambda limit: _beyond(going, time, limit) - share) if share > 0 else _FARTHEST


def _root(falling: Callable[[float], float]) -> float:
    """Where a function that is above 0 and then below begins to be so, within [0, _FARTHEST]."""
    low, high = 0.0, _FARTHEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return high


def _tail(z: float) -> float:
    """The chance that a normal variable is above z."""
    return math.erfc(z / math.sqrt(2)) / 2
