"""``promptctl experiment abort``."""

from __future__ import annotations

from promptctl.cli.context import Context
from promptctl.cli.experiment_options import ExperimentArgument
from promptctl.cli.experiment_view import changed_answer
from promptctl.cli.options import BranchOption, NoPushOption, ReasonOption, sending
from promptctl.cli.output import Answer


def command(
    context: Context,
    name: ExperimentArgument,
    reason: ReasonOption,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """End an experiment without a verdict: everybody gets control."""
    from promptctl.workflows.experiment_conclude import abort_experiment

    result = abort_experiment(context.repository, name, reason, context.now, sending=sending(no_push, branch))
    plan = result.experiment.plan
    said = f"{name} is aborted: {plan.environment} serves {plan.prompt} {plan.control.version} to everybody"
    return changed_answer(result, said, f"promptctl history {plan.prompt} --env {plan.environment}")
