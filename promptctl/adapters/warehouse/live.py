"""What applications said they did: the last calls of each digest, and how each provider answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from promptctl.adapters.warehouse.chosen import served
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.reporting.quality import GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Calls of one prompt in one environment that were served one digest; ``last`` in microseconds since 1970.

    ``errors`` counts those that ended with a fault; who does not wait for an answer is none.
    """

    environment: str
    prompt: str
    version: str | None
    digest: str | None
    calls: int
    errors: int
    last: int


def seen_since(warehouse: Warehouse, since: int) -> list[Seen]:
    """What was called since a time and served, by environment, prompt and digest.

    Raises OutsideError where the store cannot be read.
    """
    calls = warehouse.events
    chosen = calls.filter(calls["at"] >= since, calls["environment"].notnull(), served(calls))
    grouped = chosen.group_by("environment", "prompt", "version", "digest").aggregate(
        calls=chosen.count(),
        errors=chosen.count(where=chosen["status"].notin(GOOD)),
        last=chosen["at"].max(),
    )
    rows = warehouse.rows(grouped.order_by("environment", "prompt", "version", "digest"))
    return [
        Seen(
            environment=environment,
            prompt=prompt,
            version=version,
            digest=digest,
            calls=int(number),
            errors=int(errors),
            last=int(last),
        )
        for environment, prompt, version, digest, number, errors, last in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTraffic:
    """Calls that one provider answered or failed last; ``p95_ms`` of those that it answered, None without any."""

    provider: str
    calls: int
    errors: int
    p95_ms: float | None


def traffic_of_providers(warehouse: Warehouse, since: int) -> dict[str, ProviderTraffic]:
    """What each provider did since a time, by its name. Raises OutsideError where the store cannot be read."""
    events = warehouse.events
    calls = events.filter(events["at"] >= since, events["provider"].notnull(), events["status"] != "cancelled")
    grouped = calls.group_by("provider").aggregate(
        calls=calls.count(), errors=calls.count(where=calls["status"].notin(GOOD))
    )
    latencies = dict(_percentiles(warehouse, calls))
    return {
        provider: ProviderTraffic(
            provider=provider, calls=int(number), errors=int(errors), p95_ms=latencies.get(provider)
        )
        for provider, number, errors in warehouse.rows(grouped)
    }


def _percentiles(warehouse: Warehouse, calls: Any) -> list[tuple[str, float]]:
    """The smallest latency of each provider that 95 % of its answers do not exceed."""
    import ibis

    answered = calls.filter(calls["status"] == "ok", calls["latency_ms"].notnull())
    place = ibis.window(group_by="provider", order_by=["latency_ms", "id"])
    ranked = answered.mutate(
        rank=ibis.row_number().over(place), answers=answered.count().over(ibis.window(group_by="provider"))
    )
    last = ranked.filter(ranked["rank"] == (ranked["answers"] * 95 + 99) // 100 - 1)
    rows = warehouse.rows(last.select("provider", "latency_ms"))
    return [(provider, float(latency)) for provider, latency in rows]
