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
    import ibis

    ranks = [sorted({rank for it in found for rank in it.ranks}) for found in places]
    values: list[dict[int, float]] = [{} for _ in ranks]
    if not any(ranks):
        return values
    known = calls.filter(calls["why"] == COUNTED, timed(calls)).select("arm_place", "latency_ms")
    # Ranks of a window begin at 0.
    numbered = known.mutate(rank=ibis.row_number().over(group_by="arm_place", order_by="latency_ms"))
    wanted = ibis.or_(
        *(
            (numbered["arm_place"] == arm) & numbered["rank"].isin([rank - 1 for rank in found])
            for arm, found in enumerate(ranks)
            if found
        )
    )
    for arm, value, rank in warehouse.rows(numbered.filter(wanted).select("arm_place", "latency_ms", "rank")):
        values[int(arm)][int(rank) + 1] = float(value)
    return values
