"""Reports over events: what calls cost, and how good they were."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from promptctl.core.reporting.window import parse_grouping
from promptctl.server.asked import json_response
from promptctl.server.store import Asked, By, Calls, Store, Stored

router = APIRouter(tags=["reports"])


@router.get("/api/v1/costs", summary="What calls cost")
def costs(store: Stored, asked: Asked, by: By = None, top: Annotated[int, Query(ge=1, le=10_000)] = 20) -> Response:
    """Exact sums by what calls were for; calls of unknown price are counted apart."""
    return _costs(store, asked, by, top)


@router.get("/admin/costs", summary="What calls cost, of so many days")
def costs_of_days(
    store: Stored,
    days: Annotated[int, Query(ge=1, le=3660)] = 30,
    by: By = None,
    top: Annotated[int, Query(ge=1, le=10_000)] = 20,
) -> Response:
    """The same for the last days, as other gateways call it."""
    return _costs(store, Calls(since=f"{days}d"), by, top)


def _costs(store: Store, asked: Calls, by: list[str] | None, top: int) -> Response:
    from promptctl.reports.cost_data import cost_data
    from promptctl.workflows.costs import Wanted, costs

    wanted = Wanted(window=asked.window(store.now), grouping=parse_grouping(by or ()), top=top)
    with store.opened() as warehouse:
        return json_response(cost_data(costs(warehouse, wanted, store.providers, store.now)))


@router.get("/api/v1/quality", summary="How good calls were")
def quality(
    store: Stored,
    asked: Asked,
    by: By = None,
    name: Annotated[str | None, Query(description="This score alone.", max_length=200)] = None,
    top: Annotated[int, Query(ge=1, le=10_000)] = 50,
) -> Response:
    """Errors, latencies and scores with intervals, each version against the one before."""
    from promptctl.reports.quality_data import quality_data
    from promptctl.workflows.quality import quality

    grouping = parse_grouping(by or ["prompt,version"])
    with store.opened() as warehouse:
        return json_response(quality_data(quality(warehouse, asked.window(store.now), grouping, name=name, top=top)))
