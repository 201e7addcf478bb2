"""``costs whatif``: the same calls at another model's prices, where evidence covers it, or with answers kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from promptctl.adapters.repository import Repository
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.adapters.warehouse.whatif import priced_calls
from promptctl.core.evals.evidence import Evidence
from promptctl.core.models.price import dollars_of
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.reporting.evaluated import Evaluated, evaluated
from promptctl.core.reporting.whatif import PricedCalls, WhatIf, WhatIfLine
from promptctl.core.reporting.window import BAD_REPORT, Window
from promptctl.errors import UsageError
from promptctl.workflows.kept_evidence import shelf_of
from promptctl.workflows.token_rates import Rates, rates

FindEvidence = Callable[[str], Sequence[Evidence]]


def other_model(
    warehouse: Warehouse,
    window: Window,
    model: str,
    providers: Mapping[str, ProviderSettings],
    now: datetime,
    evidence: FindEvidence,
) -> WhatIf:
    """The calls of each prompt at the prices of ``model``: their tokens, cached ones as they were.

    Only texts whose kept evidence covers that model are priced. Raises UsageError where its price is unknown.
    """
    found = rates(None, model, providers, now)
    if found is None:
        hint = "write [providers.NAME.prices] in promptctl.toml, or PROVIDER:MODEL"
        raise UsageError(BAD_REPORT, f"the price of `{model[:60]}` is unknown", hint=hint)
    groups: dict[str, list[PricedCalls]] = {}
    for calls in priced_calls(warehouse, window):
        groups.setdefault(calls.prompt, []).append(calls)
    lines = [line for name, calls in groups.items() for line in _lines(name, calls, model, found, evidence(name))]
    return WhatIf(lines=tuple(sorted(lines, key=lambda line: (line.then is None, -line.now, line.prompt))))


def cost_with(
    model: str, calls: Sequence[PricedCalls], providers: Mapping[str, ProviderSettings], now: datetime
) -> Decimal | None:
    """US dollars for the same tokens at the prices of ``model``; None where these are unknown."""
    found = rates(None, model, providers, now)
    return _cost(found, calls) if found else None


def evidence_of(repository: Repository) -> FindEvidence:
    """What is kept of a prompt in a repository."""
    return lambda name: [kept.evidence for kept in shelf_of(repository, name).kept]


def _lines(
    name: str, calls: Sequence[PricedCalls], model: str, found: Rates, evidence: Sequence[Evidence]
) -> list[WhatIfLine]:
    """One line of the texts that evidence covers for the model, one of the others."""
    by_text = {digest: evaluated(evidence, digest, model) for digest in {it.digest for it in calls}}
    lines = []
    for covered in (True, False):
        chosen = [it for it in calls if (by_text[it.digest] is not None) is covered]
        if not chosen:
            continue
        cost = dollars_of(sum(it.cost for it in chosen))
        own = [evaluated(evidence, it.digest, it.model or "") for it in chosen]
        lines.append(
            WhatIfLine(
                prompt=name,
                calls=sum(it.calls for it in chosen),
                now=cost,
                then=_cost(found, chosen) if covered else None,
                own=_sum(own),
                other=_sum([by_text[digest] for digest in {it.digest for it in chosen}]),
            )
        )
    return lines


def _cost(found: Rates, calls: Sequence[PricedCalls]) -> Decimal:
    costs = (found.cost(it.input, it.cache_read, it.cache_write, it.output) for it in calls)
    return sum(costs, Decimal(0))


def _sum(found: Sequence[Evaluated | None]) -> Evaluated | None:
    known = [it for it in found if it is not None]
    return Evaluated(passed=sum(it.passed for it in known), cases=sum(it.cases for it in known)) if known else None
