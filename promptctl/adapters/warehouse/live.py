"""What applications said they served: the last calls of each digest, and the traffic of each version."""

from __future__ import annotations

from dataclasses import dataclass

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
    """What was called since a time, by environment, prompt and digest; not what testers forced.

    Raises OutsideError where the store cannot be read.
    """
    calls = warehouse.events
    chosen = calls.filter(
        calls["at"] >= since,
        calls["environment"].notnull(),
        ~calls["reason"].fill_null("").startswith("forced"),
    )
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
