"""Every route of the server, the special ones before those that take any path."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import Lifespan

from promptctl.server.api import (
    calls,
    environments,
    experiment_moves,
    health,
    ingest,
    metrics,
    moves,
    prompts,
    rendering,
    reports,
    rollout_moves,
    splits,
    timeline,
)
from promptctl.server.openapi import describe
from promptctl.server.pages import calls as call_pages
from promptctl.server.pages import costs, matrix, prompt, static
from promptctl.server.pages import splits as split_pages
from promptctl.server.telling import tell_problems
from promptctl.version import __version__

ROUTERS = (
    rendering.router,
    timeline.router,
    prompts.router,
    environments.router,
    calls.router,
    splits.router,
    reports.router,
    moves.router,
    rollout_moves.router,
    experiment_moves.router,
    ingest.router,
    health.router,
    metrics.router,
    matrix.router,
    prompt.router,
    call_pages.router,
    split_pages.router,
    costs.router,
    static.router,
)


def described_routes(lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """All routes, with what they say of themselves, and errors as problems."""
    routes = FastAPI(
        title="promptctl",
        version=__version__,
        summary="A Git repository as a prompt registry.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    for router in ROUTERS:
        routes.include_router(router)
    describe(routes)
    tell_problems(routes)
    return routes
