"""``promptctl experiment conclude``."""

from __future__ import annotations

from typing import Annotated

from promptctl.cli.context import Context, in_ci
from promptctl.cli.experiment_options import ExperimentArgument
from promptctl.cli.experiment_view import changed_answer
from promptctl.cli.options import BranchOption, NoPushOption, ReasonOption, sending
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.errors import UsageError


def command(
    context: Context,
    name: ExperimentArgument,
    reason: ReasonOption,
    ship: Annotated[str | None, Option("--ship", metavar="ARM", help="Serve this arm to everybody.")] = None,
    control: Annotated[bool, Option("--control", help="Stay with control.")] = False,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """End an experiment by hand, with the arm that you choose; it is recorded as your decision."""
    from promptctl.workflows.experiment_conclude import conclude_experiment

    if (ship is None) == (not control):
        hint = f"promptctl experiment conclude {name} --ship ARM --reason …, or --control"
        raise UsageError("PC001", "either --ship ARM or --control", hint=hint)
    result = conclude_experiment(
        context.repository, name, ship, reason, context.now, in_ci=in_ci(), sending=sending(no_push, branch)
    )
    plan, ended = result.experiment.plan, result.experiment.result
    assert ended
    arm = next(arm for arm in plan.arms if arm.name == ended.arm)
    said = f"{name}: {ended.verdict}: {ended.because}"
    said += f"\n{plan.environment} serves {plan.prompt} {arm.version} ({arm.name}) to everybody"
    return changed_answer(result, said, f"promptctl history {plan.prompt} --env {plan.environment}")
