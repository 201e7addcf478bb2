"""Which model serves a tier: the cheapest of those that are good enough, among models that evidence covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from promptctl.core.statistics.interval import wilson

SLACK: Mapping[str, float] = {"premium": 0.0, "balanced": 0.05, "economy": 0.15}
"""How far below the best a model's share of passed cases may be, for its price to decide."""
_INPUT_PARTS = 3
"""A million tokens are taken as three parts of input and one of output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierWish:
    """What ``model: {tier: …}`` asks for: at most so many milliseconds for 95 % of the answers, and US dollars for a
    million tokens."""

    tier: str
    max_latency_ms: float | None = None
    max_usd_per_mtok: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A model as live evidence shows it: ``passed`` of ``cases``; None where latency or price are unknown."""

    model: str
    passed: int
    cases: int
    latency_p95_ms: float | None
    usd_per_mtok: Decimal | None

    @property
    def quality(self) -> float:
        """The lower end of the 95 % interval of the share of passed cases, so that few cases count for little."""
        return wilson(self.passed, self.cases).low


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """``models`` best first; ``left_out`` are the others with the reason."""

    models: tuple[Measured, ...]
    left_out: Mapping[str, str]


def tier_wish(model: Mapping[str, Any]) -> TierWish:
    """The wish as a prompt writes it."""
    return TierWish(**model)


def blended(input: Decimal, output: Decimal) -> Decimal:
    """US dollars for a million tokens, three parts of input and one of output."""
    return (_INPUT_PARTS * input + output) / (_INPUT_PARTS + 1)


def rank(wish: TierWish, measured: Sequence[Measured], listed: Sequence[str] | None) -> Ranking:
    """The models that fit, best first: those within the tier's slack of the best by price, then the others by quality.

    ``listed`` are the tier's models in the settings, None where any may serve it.
    """
    known = {it.model: it for it in measured}
    left_out = {model: "no live evidence covers it" for model in listed or () if model not in known}
    fitting = []
    for it in measured:
        if fault := _fault(wish, it, listed):
            left_out[it.model] = fault
        else:
            fitting.append(it)
    best = max((it.quality for it in fitting), default=0.0)
    enough = best - SLACK[wish.tier]
    return Ranking(models=tuple(sorted(fitting, key=lambda it: _order(it, enough))), left_out=left_out)


def _fault(wish: TierWish, it: Measured, listed: Sequence[str] | None) -> str | None:
    if listed is not None and it.model not in listed:
        return f"it is not listed in [models.tiers] {wish.tier}"
    if not it.cases:
        return "none of its cases could be judged"
    if wish.max_latency_ms is not None:
        if it.latency_p95_ms is None:
            return "its latency is unknown"
        if it.latency_p95_ms > wish.max_latency_ms:
            return f"95 % of its answers take {it.latency_p95_ms:.0f} ms, over {wish.max_latency_ms:g}"
    if wish.max_usd_per_mtok is not None:
        if it.usd_per_mtok is None:
            return "its price is unknown"
        if it.usd_per_mtok > Decimal(str(wish.max_usd_per_mtok)):
            return f"a million tokens cost ${it.usd_per_mtok.normalize():f}, over ${wish.max_usd_per_mtok:g}"
    return None


def _order(it: Measured, enough: float) -> tuple[bool, Decimal | float, float, str]:
    price = Decimal("Infinity") if it.usd_per_mtok is None else it.usd_per_mtok
    good = it.quality >= enough
    return (not good, price if good else -it.quality, -it.quality, it.model)
