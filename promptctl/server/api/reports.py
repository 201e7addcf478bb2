"""Reports over events: what calls cost, and how good they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Response

from promptctl.core.reporting.window import parse_grouping, window_of
from promptctl.errors import UsageError
from promptctl.server.asked import Viewed, json_response
from promptctl.server.store import Asked, By, Calls, Since, Store, Stored, Top, Until

if TYPE_CHECKING:
    from promptctl.adapters.pinned import PinnedRepository

router = APIRouter(tags=["reports"])


@router.get("/api/v1/costs", summary="What calls cost")
def costs(store: Stored, asked: Asked, by: By = None, top: Top = 20) -> Response:
    """Exact sums by what calls were for; calls of unknown price are counted apart."""
    return _costs(store, asked, by, top)


@router.get("/api/v1/costs/whatif", summary="What calls would have cost")
def whatif(
    view: Viewed,
    store: Stored,
    model: Annotated[str | None, Query(max_length=200, description="At the prices of this model.")] = None,
    cache: Annotated[str | None, Query(max_length=20, description="Had equal calls been asked once in: 24h.")] = None,
    prompt: Annotated[
        str | None, Query(max_length=400, description="Calls of it; `NAME@REF`: had that text been served.")
    ] = None,
    env: Annotated[str | None, Query(description="In this environment.", max_length=200)] = None,
    since: Since = "30d",
    until: Until = None,
) -> Response:
    """The same calls with another model, another text, or with answers kept: one of these three."""
    from promptctl.adapters.warehouse.whatif import repeated_calls
    from promptctl.answers.costs_whatif import data, version_data
    from promptctl.core.caching.limits import parse_age
    from promptctl.core.reporting.whatif import cached_whatif
    from promptctl.workflows.costs_whatif import evidence_of, other_model
    from promptctl.workflows.other_version import other_version

    name, at, _ = (prompt or "").partition("@")
    if sum(map(bool, (model, cache, at))) != 1:
        raise UsageError("PC001", "whatif asks one thing", hint="model=MODEL, cache=24h or prompt=NAME@REF")
    window = window_of(store.now, since, until, {"prompt": name or None, "environment": env})
    with store.opened() as warehouse:
        if cache:
            apart = max(1, int(parse_age(cache) * 1_000_000))
            return json_response(data(cached_whatif(repeated_calls(warehouse, window, apart))))

        def asked(repository: PinnedRepository) -> dict[str, Any]:
            if model:
                evidence = evidence_of(repository)
                return data(other_model(warehouse, window, model, store.providers, store.now, evidence))
            reference = prompt or ""
            return version_data(other_version(repository, warehouse, window, reference, store.providers, store.now))

        return json_response(view.using(asked))


@router.get("/api/v1/feedback", summary="What people said of calls")
def feedback(
    store: Stored,
    negative: Annotated[bool, Query(description="Low scores and corrections alone.")] = False,
    since: Since = "30d",
    until: Until = None,
    prompt: Annotated[str | None, Query(description="Of this prompt.", max_length=200)] = None,
    env: Annotated[str | None, Query(description="In this environment.", max_length=200)] = None,
    version: Annotated[str | None, Query(description="Of this version.", max_length=200)] = None,
    top: Top = 50,
) -> Response:
    """Scores, comments and corrections by users, the newest first."""
    from promptctl.adapters.warehouse.feedback import feedback_said
    from promptctl.answers.feedback_list import data

    window = window_of(store.now, since, until, {"prompt": prompt, "environment": env, "version": version})
    with store.opened() as warehouse:
        return json_response(data(feedback_said(warehouse, window, negative=negative, most=top)))


@router.get("/admin/costs", summary="What calls cost, of so many days")
def costs_of_days(
    store: Stored,
    days: Annotated[int, Query(ge=1, le=3660, description="How many days, up to now.")] = 30,
    by: By = None,
    top: Top = 20,
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
    top: Top = 50,
) -> Response:
    """Errors, latencies and scores with intervals, each version against the one before."""
    from promptctl.reports.quality_data import quality_data
    from promptctl.workflows.quality import quality

    grouping = parse_grouping(by or ["prompt,version"])
    with store.opened() as warehouse:
        return json_response(quality_data(quality(warehouse, asked.window(store.now), grouping, name=name, top=top)))
