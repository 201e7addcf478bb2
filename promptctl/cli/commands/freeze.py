"""``promptctl freeze``."""

from __future__ import annotations

from promptctl.cli.context import Context
from promptctl.cli.freezing import set_frozen
from promptctl.cli.options import BranchOption, EnvironmentArgument, NoPushOption, ReasonOption, sending
from promptctl.cli.output import Answer


def command(
    context: Context,
    environment: EnvironmentArgument,
    reason: ReasonOption,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """Stop promotions to an environment; rollbacks still work."""
    return set_frozen(context, environment, reason, frozen=True, sending=sending(no_push, branch))
