"""Calls of a store by what they sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.event import EVENTS
from promptctl.core.events.sent import MOST, Sending, Sent
from promptctl.core.events.spelling import event_from_dict

_KEYS = ("rendered", "prompt", "version", "digest", "environment", "arm")


def sent(warehouse: Warehouse, digests: Sequence[str]) -> Sent:
    """The calls whose digest of what was sent is, or begins like, one of these; the text they sent most lately comes
    first. Raises OutsideError where the store cannot be read."""
    import ibis

    events = warehouse.events
    wanted = [events["rendered"].substr(0, len(digest)) == digest for digest in digests]
    found = events.filter(ibis.or_(*wanted))
    groups = found.group_by(list(_KEYS)).aggregate(count=found.count(), first=found["at"].min(), last=found["at"].max())
    rows = warehouse.rows(groups.order_by([ibis.desc("last"), *_KEYS]))
    latest = warehouse.rows(found.select(*EVENTS.names).order_by([ibis.desc("at"), ibis.desc("id")]).limit(1))
    return Sent(
        latest=event_from_dict(dict(zip(EVENTS.names, latest[0], strict=True))) if latest else None,
        count=sum(int(row[len(_KEYS)]) for row in rows),
        digests=tuple(dict.fromkeys(str(row[0]) for row in rows)),
        sendings=tuple(_sending(row) for row in rows[:MOST]),
    )


def _sending(row: tuple[Any, ...]) -> Sending:
    _, prompt, version, digest, environment, arm, count, first, last = row
    return Sending(
        prompt=prompt,
        version=version,
        digest=digest,
        environment=environment,
        arm=arm,
        count=int(count),
        first=int(first),
        last=int(last),
    )
