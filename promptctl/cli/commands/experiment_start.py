"""``promptctl experiment start``."""

from __future__ import annotations

from promptctl.cli.context import Context
from promptctl.cli.experiment_options import ExperimentArgument, SuiteChangeOption, starting
from promptctl.cli.experiment_view import changed_answer, headline, refused_answer
from promptctl.cli.options import BranchOption, NoPushOption, sending
from promptctl.cli.output import Answer
from promptctl.cli.reporting import StoreOption


def command(
    context: Context,
    name: ExperimentArgument,
    accept_suite_change: SuiteChangeOption = None,
    store: StoreOption = None,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """Start a draft: its arms share the traffic from now on, each let in by the environment's rules."""
    from promptctl.workflows.admission import GateRefused
    from promptctl.workflows.experiment_start import start_experiment

    context.output.progress(f"starting {name} …")
    try:
        with starting(context, store, accept_suite_change, sending=sending(no_push, branch)) as outside:
            result = start_experiment(context.repository, name, outside)
    except GateRefused as no:
        return refused_answer(name, no.refused)
    counting, design = result.experiment.counting, result.experiment.plan.design
    assert counting
    planned = f"{counting.sample:,} units planned, {design.looks} looks"
    until = f", decided after {design.ends} at the latest" if design.ends else ""
    said = f"{headline(result.experiment)}\n{planned}{until}"
    return changed_answer(result, said, f"promptctl experiment advance {name}")
