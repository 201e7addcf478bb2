"""What a store knows of one version's calls: counts, sums, and the values of the ranks that bound quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.adapters.warehouse.chosen import served, whole
from promptctl.adapters.warehouse.scored import squares, summable
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.metrics import QUANTILES
from promptctl.core.splits.health import LEVEL, Quantile, Side
from promptctl.core.statistics.interval import Interval
from promptctl.core.statistics.two_samples import Moments, quantile_ranks

_DOLLARS = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Which calls are meant: of a prompt in an environment, served one digest, from ``since`` on, before ``until`` (in
    microseconds since 1970)."""

    prompt: str
    environment: str
    digest: str
    since: int
    until: int


def side(warehouse: Warehouse, chosen: Calls, label: str) -> Side:
    """The numbers of these calls. Raises OutsideError where the store cannot be read."""
    calls = _chosen(warehouse, chosen)
    dollars = calls["cost"].cast("float64") / _DOLLARS
    row = warehouse.rows(
        calls.aggregate(
            calls=calls.count(),
            errors=calls.count(where=calls["status"] != "ok"),
            answered=calls.count(where=_answered(calls)),
            priced=calls["cost"].count(),
            total=dollars.sum(),
            squares=(dollars * dollars).sum(),
        )
    )[0]
    number, errors, answered, priced, total, squares = (it or 0 for it in row)
    return Side(
        label=label,
        calls=int(number),
        errors=int(errors),
        latency=_latency(warehouse, calls, int(answered)),
        cost=Moments(int(priced), float(total), float(squares)),
        scores=_scores(warehouse, calls),
    )


def _chosen(warehouse: Warehouse, chosen: Calls) -> Any:
    calls = warehouse.events
    calls = calls.filter(
        calls["prompt"] == chosen.prompt,
        calls["environment"] == chosen.environment,
        calls["digest"] == chosen.digest,
        calls["at"] >= chosen.since,
        calls["at"] < chosen.until,
        served(calls),
    )
    calls = whole(warehouse, calls)
    # What nobody waited for says nothing of the prompt.
    return calls.filter(calls["status"] != "cancelled")


def _answered(calls: Any) -> Any:
    return (calls["status"] == "ok") & calls["latency_ms"].notnull()


def _latency(warehouse: Warehouse, calls: Any, count: int) -> Mapping[str, Quantile]:
    """Quantiles by their definition, and the ordered values that bound them, in one pass over the order."""
    import ibis

    wanted = {name: -(-round(share * 100) * count // 100) for name, share in QUANTILES.items()} if count else {}
    bounds = {name: quantile_ranks(count, QUANTILES[name], LEVEL) for name in wanted}
    ranks = {*wanted.values(), *(rank for pair in bounds.values() if pair for rank in pair)}
    if not ranks:
        return {}
    answered = calls.filter(_answered(calls)).select("id", "latency_ms")
    # Ranks of a window begin at 0.
    order = ibis.row_number().over(order_by=[answered["latency_ms"], answered["id"]])
    ranked = answered.mutate(rank=order)
    chosen = ranked.filter(ranked["rank"].isin([rank - 1 for rank in sorted(ranks)])).select("rank", "latency_ms")
    values = {int(rank) + 1: float(value) for rank, value in warehouse.rows(chosen)}
    return {
        name: Quantile(
            estimate=values[rank],
            bounds=Interval(values[pair[0]], values[pair[1]]) if (pair := bounds[name]) else None,
        )
        for name, rank in wanted.items()
    }


def _scores(warehouse: Warehouse, calls: Any) -> Mapping[str, Moments]:
    known = summable(warehouse.scores)
    joined = known.inner_join(calls.select("id"), known["event"] == calls["id"])
    value = joined["value"]
    grouped = joined.group_by("name").aggregate(count=value.count(), total=value.sum(), squares=squares(value))
    return {
        str(name): Moments(int(count), float(total), float(squares))
        for name, count, total, squares in warehouse.rows(grouped)
    }
