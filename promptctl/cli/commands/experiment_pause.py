"""``promptctl experiment pause``."""

from __future__ import annotations

from promptctl.cli.context import Context
from promptctl.cli.experiment_options import ExperimentArgument
from promptctl.cli.experiment_view import changed_answer, headline
from promptctl.cli.options import BranchOption, NoPushOption, ReasonOption, sending
from promptctl.cli.output import Answer


def command(
    context: Context,
    name: ExperimentArgument,
    reason: ReasonOption,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """Pause an experiment: units stay in their arms, nothing is decided, and its plan may be changed."""
    from promptctl.workflows.experiment_pause import pause_experiment

    result = pause_experiment(context.repository, name, reason, context.now, sending=sending(no_push, branch))
    return changed_answer(result, headline(result.experiment), f"promptctl experiment resume {name}")
