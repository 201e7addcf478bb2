"""``promptctl rollout pause``."""

from __future__ import annotations

from promptctl.cli.context import Context
from promptctl.cli.options import EnvironmentArgument, NoPushOption, PromptArgument, ReasonOption
from promptctl.cli.output import Answer
from promptctl.cli.rollout_changing import changed


def command(
    context: Context,
    name: PromptArgument,
    environment: EnvironmentArgument,
    reason: ReasonOption,
    no_push: NoPushOption = False,
) -> Answer:
    """Leave a rollout at its present share; calls go on to both versions."""
    return changed(context, "pause", name, environment, reason, send=not no_push)
