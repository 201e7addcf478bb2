"""The ordered latencies around each arm's quantiles: counted first, then put in order once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from promptctl.adapters.warehouse.unit_tables import COUNTED, timed
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.experiments.quantile_places import Places


def counts_of(warehouse: Warehouse, calls: Any) -> dict[int, int]:
    """How many calls of each arm say how long they took."""
    known = calls.filter(calls["why"] == COUNTED, timed(calls))
    return {
        int(arm): int(count) for arm, count in warehouse.rows(known.group_by("arm_place").aggregate(n=known.count()))
    }


def ordered(warehouse: Warehouse, calls: Any, places: Sequence[Sequence[Places]]) -> list[dict[int, float]]:
    """The values at the places of each arm, by their ranks."""
    ranks = [sorted({rank for it in found for rank in it.ranks}) for found in places]
    if not any(ranks):
        return [{} for _ in ranks]
    known = calls.filter(calls["why"] == COUNTED, timed(calls)).select("arm_place", "latency_ms")
    counts = [found[0].count for found in places]
    if (selected := _selected(warehouse, known, ranks, counts)) is not None:
        return selected
    return _sorted(warehouse, known, ranks)


def _selected(
    warehouse: Warehouse, known: Any, ranks: Sequence[Sequence[int]], counts: Sequence[int]
) -> list[dict[int, float]] | None:
    """The values as the engine selects them without putting all in order; None where it does not."""
    columns = {}
    for arm, (found, count) in enumerate(zip(ranks, counts, strict=True)):
        # Half a rank below, so that no rounding moves to a neighbour.
        shares = [(rank - 0.5) / count for rank in found]
        column = warehouse.engine.at_shares(known["latency_ms"], shares, known["arm_place"] == arm) if found else None
        if column is not None:
            columns[arm] = column
    if not columns:
        return None
    row = warehouse.rows(known.aggregate(**{f"arm{arm}": column for arm, column in columns.items()}))[0]
    values = dict(zip(columns, row, strict=True))
    return [dict(zip(found, map(float, values.get(arm, ())), strict=True)) for arm, found in enumerate(ranks)]


def _sorted(warehouse: Warehouse, known: Any, ranks: Sequence[Sequence[int]]) -> list[dict[int, float]]:
    import ibis

    # Ranks of a window begin at 0.
    numbered = known.mutate(rank=ibis.row_number().over(group_by="arm_place", order_by="latency_ms"))
    wanted = ibis.or_(
        *(
            (numbered["arm_place"] == arm) & numbered["rank"].isin([rank - 1 for rank in found])
            for arm, found in enumerate(ranks)
            if found
        )
    )
    values: list[dict[int, float]] = [{} for _ in ranks]
    for arm, value, rank in warehouse.rows(numbered.filter(wanted).select("arm_place", "latency_ms", "rank")):
        values[int(arm)][int(rank) + 1] = float(value)
    return values
