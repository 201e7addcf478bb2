"""``promptctl experiment resume``."""

from __future__ import annotations

from typing import Annotated

from promptctl.cli.context import Context
from promptctl.cli.experiment_options import ExperimentArgument, OptionalReasonOption, SuiteChangeOption, starting
from promptctl.cli.experiment_view import changed_answer, headline, refused_answer
from promptctl.cli.options import BranchOption, NoPushOption, sending
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.reporting import StoreOption
from promptctl.core.counting import count


def command(
    context: Context,
    name: ExperimentArgument,
    edited: Annotated[bool, Option("--edited", help="Go on by the plan in the work tree.")] = False,
    reason: OptionalReasonOption = None,
    accept_suite_change: SuiteChangeOption = None,
    store: StoreOption = None,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """Go on with a paused experiment. Other arms, shares, units or another primary metric: counting begins anew."""
    from promptctl.workflows.admission import GateRefused
    from promptctl.workflows.experiment_resume import resume_experiment

    try:
        with starting(context, store, accept_suite_change, sending=sending(no_push, branch)) as outside:
            resumed = resume_experiment(context.repository, name, outside, edited=edited, reason=reason)
    except GateRefused as no:
        return refused_answer(name, no.refused)
    looks = len(resumed.result.experiment.looks)
    how = "counting begins anew: who is in which arm is drawn again" if resumed.anew else None
    if resumed.changed and not resumed.anew:
        spent = f"; what {count(looks, 'look')} spent stays spent" if looks else ""
        how = f"it goes on by another design{spent}"
    said = headline(resumed.result.experiment) + (f"\n{how}" if how else "")
    return changed_answer(resumed.result, said, f"promptctl experiment advance {name}")
