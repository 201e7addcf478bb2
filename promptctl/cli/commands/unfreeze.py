"""``promptctl unfreeze``."""

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
    """Allow promotions to an environment again."""
    return set_frozen(context, environment, reason, frozen=False, sending=sending(no_push, branch))
