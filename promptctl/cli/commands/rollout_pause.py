"""``promptctl rollout pause``."""

from __future__ import annotations

from promptctl.cli.context import Context
from promptctl.cli.options import BranchOption, EnvironmentArgument, NoPushOption, PromptArgument, ReasonOption, sending
from promptctl.cli.output import Answer
from promptctl.cli.rollout_changing import changed


def command(
    context: Context,
    name: PromptArgument,
    environment: EnvironmentArgument,
    reason: ReasonOption,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """Leave a rollout at its present share; calls go on to both versions."""
    return changed(context, "pause", name, environment, reason, sending=sending(no_push, branch))
