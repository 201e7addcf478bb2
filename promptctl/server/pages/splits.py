"""Experiments and rollouts: all of them, and each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from promptctl.answers.pages import experiment as experiment_page
from promptctl.answers.pages import rollout as rollout_page
from promptctl.answers.pages import splits as splits_page
from promptctl.server.asked import Viewed, html_response
from promptctl.server.store import Stored

router = APIRouter(include_in_schema=False)


@router.get("/splits/")
def splits(view: Viewed, store: Stored) -> HTMLResponse:
    """All of them."""
    hour = store.now.replace(minute=0, second=0, microsecond=0)
    return html_response(view, view.once(("splits page", hour), lambda it: splits_page.splits(it, hour)))


@router.get("/experiments/{name}/")
def experiment(view: Viewed, store: Stored, name: str) -> HTMLResponse:
    """One experiment."""
    return html_response(view, experiment_page.experiment(view.using, name, store.now, store.opened))


@router.get("/rollouts/{environment}/{name:path}/-/{serial}/")
def rollout(
    view: Viewed, store: Stored, environment: str, name: str, serial: Annotated[int, Path(ge=1)]
) -> HTMLResponse:
    """One rollout."""
    made = rollout_page.rollout(view.using, environment, name, serial, store.now, store.opened)
    return html_response(view, made)
