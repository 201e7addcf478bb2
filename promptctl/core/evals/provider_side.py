"""One provider's answers to a suite in numbers, to be read beside those of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.core.evals.budget_check import budget_estimate
from promptctl.core.evals.comparison import side
from promptctl.core.evals.suite import Suite
from promptctl.core.evals.tally import CaseResult
from promptctl.core.statistics.interval import Interval, wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSide:
    """``passed`` of ``cases`` that could be judged, with the 95 % Wilson interval of their share; ``errors`` could not.

    ``cost`` in US dollars is a case's mean, ``latency_p95`` in milliseconds; None where unknown. ``decides``: its
    verdict is that of the gate.
    """

    provider: str
    decides: bool
    cases: int
    passed: int
    errors: int
    interval: Interval | None
    cost: float | None
    latency_p95: float | None


def provider_side(
    provider: str, suite: Suite, results: Sequence[CaseResult], model: str, *, decides: bool
) -> ProviderSide:
    """The numbers of one provider's results for the prompt's own model."""
    own = side(suite, results, model)
    cases, passed = len(own.passed), sum(own.passed.values())
    return ProviderSide(
        provider=provider,
        decides=decides,
        cases=cases,
        passed=passed,
        errors=sum(result.error is not None for result in results if result.model == model),
        interval=wilson(passed, cases) if cases else None,
        cost=budget_estimate("cost", own.tallies),
        latency_p95=budget_estimate("latency_p95", own.tallies),
    )
