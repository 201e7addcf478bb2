"""Which shape the answer of each route has."""

from __future__ import annotations

from promptctl.server.shapes import calls, environments, health, moves, prompts, reports, splits, timeline
from promptctl.server.shapes.shape import Shape

NAME = "/api/v1/prompts/{name}"
ENVIRONMENT = "/api/v1/environments/{environment}"
READS: dict[str, tuple[type[Shape], ...]] = {
    "/api/v1/prompts": (prompts.Prompts,),
    NAME: (prompts.ShownPrompt,),
    f"{NAME}/-/at/{{reference}}": (prompts.ShownPrompt,),
    f"{NAME}/-/versions": (prompts.Versions,),
    f"{NAME}/-/history": (prompts.History,),
    f"{NAME}/-/timeline": (timeline.Timeline,),
    f"{NAME}/-/evidence": (prompts.Evidence,),
    f"{NAME}/-/diff": (prompts.Diff,),
    "/api/v1/status": (environments.Status,),
    "/api/v1/drift": (environments.Drift,),
    f"{ENVIRONMENT}/bundle": (environments.Bundle,),
    f"{ENVIRONMENT}/moves": (environments.Moves,),
    f"{ENVIRONMENT}/prompts/{{name}}": (environments.Resolved,),
    "/api/v1/calls": (calls.Calls,),
    "/api/v1/calls/{call}": (calls.ShownCall,),
    "/api/v1/why": (calls.Why,),
    "/api/v1/costs": (reports.Costs,),
    "/admin/costs": (reports.Costs,),
    "/api/v1/costs/whatif": (reports.WhatIf, reports.VersionWhatIf),
    "/api/v1/quality": (reports.Quality,),
    "/api/v1/feedback": (reports.Feedback,),
    "/api/v1/rollouts": (splits.Rollouts,),
    "/api/v1/experiments": (splits.Experiments,),
    "/healthz": (health.Alive,),
    "/readyz": (health.Ready,),
}
"""By path, without what paths say of their parameters. Several: one of them."""

WRITES: dict[str, tuple[type[Shape], ...]] = {
    f"{NAME}/-/render": (prompts.Rendered,),
    f"{NAME}/-/at/{{reference}}/render": (prompts.Rendered,),
    f"{ENVIRONMENT}/promotions": (moves.Promoted, moves.Planned),
    f"{ENVIRONMENT}/rollbacks": (moves.RolledBack,),
    f"{ENVIRONMENT}/freeze": (moves.Frozen,),
    f"{ENVIRONMENT}/unfreeze": (moves.Frozen,),
    f"{ENVIRONMENT}/rollouts": (moves.RolloutStarted, moves.Planned),
    f"{ENVIRONMENT}/rollouts/{{name}}/-/moves": (moves.RolloutChanged, moves.RolloutsDecided),
    "/api/v1/experiments/{name}/moves": (moves.ExperimentChanged, moves.ExperimentsAdvanced),
    "/api/v1/feedback": (moves.FeedbackKept,),
    "/api/v1/events": (moves.EventsKept,),
}
