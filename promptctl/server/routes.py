"""Every route of the server, the special ones before those that take any path."""

from __future__ import annotations

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
)
from promptctl.server.pages import calls as call_pages
from promptctl.server.pages import costs, matrix, prompt, static
from promptctl.server.pages import splits as split_pages

ROUTERS = (
    rendering.router,
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
