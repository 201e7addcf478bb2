"""``promptctl experiment list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptctl.answers.experiment import data
from promptctl.cli.context import Context
from promptctl.cli.experiment_view import arms_line
from promptctl.cli.output import Answer
from promptctl.cli.reporting import EnvOption

if TYPE_CHECKING:
    from promptctl.workflows.experiment_list import Listed


def command(context: Context, env: EnvOption = None) -> Answer:
    """List experiments: those that run, drafts, and what became of earlier ones."""
    from promptctl.workflows.experiment_list import list_experiments

    found = list_experiments(context.repository, env)
    following = None if found else "promptctl experiment new NAME PROMPT@VERSION ENV"
    return Answer(data=lambda: data(found), view=lambda: _view(found), next=following)


def _view(found: tuple[Listed, ...]) -> str:
    from promptctl.cli.tables import table

    if not found:
        return "no experiments"
    return table(("experiment", "prompt", "env", "state", "arms", "looks", "outcome"), [_cells(it) for it in found])


def _cells(it: Listed) -> tuple[str, ...]:
    if it.experiment is None:
        return it.name, "", "", "unreadable", "", "", it.fault.message if it.fault else ""
    experiment, plan = it.experiment, it.experiment.plan
    looks = f"{len(experiment.looks)} of {plan.design.looks}" if experiment.counting else ""
    outcome = ""
    if experiment.result:
        outcome = f"ship {experiment.result.arm}" if experiment.result.verdict == "ship" else experiment.result.verdict
    if it.lost:
        outcome = f"its split is gone: promptctl experiment abort {plan.name} --reason …"
    return plan.name, plan.prompt, plan.environment, experiment.state, arms_line(experiment), looks, outcome
