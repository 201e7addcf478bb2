"""The first page: prompts against environments."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from promptctl.answers.pages import matrix as page
from promptctl.answers.pages.drifting import drifting
from promptctl.answers.pages.events import asked
from promptctl.reports.pages.made import Made
from promptctl.server.asked import Viewed, html_response
from promptctl.server.store import Store, Stored

router = APIRouter(include_in_schema=False)


@router.get("/")
def matrix(
    view: Viewed,
    store: Stored,
    q: Annotated[str, Query(max_length=200)] = "",
    show: str = "all",
    sort: str = "name",
) -> HTMLResponse:
    """What each environment serves, of every prompt."""
    hour = store.now.replace(minute=0, second=0, microsecond=0)
    drift = view.once(("drifting", hour), lambda repository: drifting(repository, hour))
    made: Made = view.once(("matrix page", hour), lambda repository: page.matrix(repository, drift))
    return html_response(view, replace(made, data=page.narrowed(_with_calls(made, store), q, show, sort)))


def _with_calls(made: Made, store: Store) -> dict[str, object]:
    from promptctl.adapters.warehouse.live import seen_since

    seen, fault = asked(store.opened, lambda warehouse: seen_since(warehouse, page.day_before(store.now)))
    return page.with_calls(made.data, seen, fault)
