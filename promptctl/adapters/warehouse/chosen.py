"""The calls of a window, and their groups, as expressions."""

from __future__ import annotations

from typing import Any

from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.redaction import hashed
from promptctl.core.reporting.window import UNITS, Grouping, Window


def chosen_calls(warehouse: Warehouse, window: Window) -> Any:
    """The table of calls, only those that a window holds."""
    calls = warehouse.events
    if window.since is not None:
        calls = calls.filter(calls["at"] >= window.since)
    if window.until is not None:
        calls = calls.filter(calls["at"] < window.until)
    for column, value in window.equal.items():
        # Users are kept as hashes, unless the settings ask for their names.
        wanted = (value, hashed(value)) if column == "user" else (value,)
        calls = calls.filter(calls[column].isin(wanted))
    for name, value in window.attributes.items():
        calls = calls.filter(warehouse.engine.attribute(calls["attributes"], name) == value)
    return calls


_SAME = ("prompt", "environment", "digest", "arm", "split", "reason", "unit", "attributes")
"""Columns that all steps of a chain share."""


def whole(warehouse: Warehouse, calls: Any) -> Any:
    """A row a call: the steps of a chain put together. It took and cost what all of them did, nobody knows how much
    where one does not say, and ended as the step that ended it."""
    import ibis

    steps = calls.filter(calls["step"].notnull())
    if not warehouse.rows(steps.select("id").limit(1)):
        # Engines would read all calls twice.
        return calls
    names = ("id", "at", "status", "latency_ms", "cost", *_SAME)
    sums = {name: (steps[name].count() == steps.count()).ifelse(steps[name].sum(), None) for name in names[3:5]}
    chains = steps.group_by(call=ibis.coalesce(steps["parent"], steps["id"])).aggregate(
        at=steps["at"].min(),
        status=steps["status"].max(where=steps["status"] != "ok").fill_null("ok"),
        **sums,
        **{name: steps[name].max() for name in _SAME},
    )
    return calls.filter(calls["step"].isnull()).select(*names).union(chains.rename(id="call").select(*names))


def served(calls: Any) -> Any:
    """Whether a call gave somebody what an environment serves: not what testers forced or what judged answers, and not
    what was called in the shadow of others."""
    reason = calls["reason"].fill_null("")
    return ~(reason.startswith("forced") | reason.startswith("shadow")) & (reason != "judge")


def group_keys(warehouse: Warehouse, calls: Any, grouping: Grouping) -> dict[str, Any]:
    """The keys ``k0``, ``k1``, … of a grouping by its names, null where a call has none."""
    keys = [calls[column] for column in grouping.columns]
    keys += [warehouse.engine.attribute(calls["attributes"], name) for name in grouping.attributes]
    return {f"k{place}": key for place, key in enumerate(keys)}


def bucket(warehouse: Warehouse, calls: Any, unit: str | None) -> Any:
    """The start of the hour or day of a call; of the day where no unit is named."""
    return warehouse.engine.start_of(calls["at"], UNITS[unit or "day"])
