"""Splits: rollouts under way, experiments, and what experiments say."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from promptctl.server.asked import KEPT, Viewed, json_response
from promptctl.server.store import Stored

router = APIRouter(prefix="/api/v1", tags=["splits"])
Environment = Annotated[str | None, Query(description="In this environment only.", max_length=200)]


@router.get("/rollouts", summary="Rollouts under way", dependencies=[KEPT])
def rollouts(view: Viewed, env: Environment = None) -> Response:
    """Versions, share, step, and since when."""
    from promptctl.adapters.pinned import PinnedRepository
    from promptctl.adapters.state import read_state
    from promptctl.answers.rollout import data
    from promptctl.workflows.rollout import rollouts

    def found(repository: PinnedRepository) -> dict[str, object]:
        state, environments = read_state(repository), [env] if env else list(repository.settings.environments)
        return data([it for where in environments for it in rollouts(repository, state, where)], state.label)

    return json_response(view.once(("rollouts", env), found))


@router.get("/experiments", summary="Experiments", dependencies=[KEPT])
def experiments(view: Viewed, env: Environment = None) -> Response:
    """Those that run, and what became of earlier ones."""
    from promptctl.answers.experiment import data
    from promptctl.workflows.experiment_list import list_experiments

    return json_response(view.once(("experiments", env), lambda repository: data(list_experiments(repository, env))))


@router.get("/experiments/{name}/report", summary="What an experiment says")
def report(view: Viewed, store: Stored, name: str) -> Response:
    """The verdict, effects with intervals, looks, and what does not count. Looking changes nothing."""
    from promptctl.reports.experiment_data import experiment_data
    from promptctl.workflows.experiment_report import experiment_report

    with store.opened() as warehouse:
        found = view.using(lambda repository: experiment_report(repository, warehouse, name, store.now))
    return json_response(experiment_data(found.report))
