"""Counts the different units of a prompt's calls in the days up to now."""

from __future__ import annotations

from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.experiments.traffic import DAYS, Traffic
from promptctl.core.reporting.window import DAY


def unit_traffic(warehouse: Warehouse, prompt: str, environment: str, until: int) -> Traffic:
    """The units of a prompt in an environment before ``until`` (microseconds since 1970), of times no longer than the
    store knows. Raises OutsideError where it cannot be read."""
    events = warehouse.events
    calls = events.filter(
        events["prompt"] == prompt,
        events["environment"] == environment,
        events["unit"].notnull(),
        events["at"] >= until - DAYS[-1] * DAY,
        events["at"] < until,
    )
    units = calls.group_by("unit").aggregate(last=calls["at"].max(), first=calls["at"].min())
    counts = {f"within{days}": units.count(where=units["last"] >= until - days * DAY) for days in DAYS}
    first, *found = warehouse.rows(units.aggregate(first=units["first"].min(), **counts))[0]
    if first is None:
        return Traffic()
    # A day that is known in part would make the pace seem as many times slower.
    known = max(1, (until - int(first)) // DAY)
    return Traffic(reach={days: int(count) for days, count in zip(DAYS, found, strict=True) if days <= known})
