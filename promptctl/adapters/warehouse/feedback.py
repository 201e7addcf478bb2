"""Asks a store for what people said of calls, the newest first."""

from __future__ import annotations

from typing import Any

from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.reporting.feedback import WORST, Said
from promptctl.core.reporting.window import Window

_CALL = ("prompt", "version", "environment")


def feedback_said(warehouse: Warehouse, window: Window, *, negative: bool, most: int) -> list[Said]:
    """Scores of source ``feedback`` that were given in a window, of calls that its filters leave."""
    import ibis

    scores = warehouse.scores
    scores = scores.filter(scores["source"] == "feedback")
    if window.since is not None:
        scores = scores.filter(scores["at"] >= window.since)
    if window.until is not None:
        scores = scores.filter(scores["at"] < window.until)
    if negative:
        scores = scores.filter((scores["value"] < WORST) | scores["correction"].notnull())
    calls = warehouse.events
    joined = scores.left_join(calls.select("id", *_CALL), scores["event"] == calls["id"])
    for column, value in window.equal.items():
        joined = joined.filter(joined[column] == value)
    chosen = joined.select("event", "name", "value", "at", "comment", "correction", *_CALL)
    return [_said(row) for row in warehouse.rows(chosen.order_by([ibis.desc("at"), "event", "name"]).limit(most))]


def _said(row: tuple[Any, ...]) -> Said:
    call, name, value, at, comment, correction, prompt, version, environment = row
    return Said(
        call=call,
        name=name,
        value=value,
        at=int(at),
        comment=comment,
        correction=correction,
        prompt=prompt,
        version=version,
        environment=environment,
    )


def corrections(warehouse: Warehouse, call: str) -> list[str]:
    """The answers that people would have wanted of a call, the newest first."""
    import ibis

    scores = warehouse.scores
    found = scores.filter((scores["event"] == call) & scores["correction"].notnull())
    return [row[0] for row in warehouse.rows(found.order_by([ibis.desc("at"), "name"]).select("correction"))]
