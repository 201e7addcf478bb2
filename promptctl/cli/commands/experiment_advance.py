"""``promptctl experiment advance``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.answers.experiment import advanced_data
from promptctl.cli.context import Context, in_ci
from promptctl.cli.options import BranchOption, NoPushOption, sending
from promptctl.cli.output import Answer, problem_data, problem_text
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.reporting import StoreOption, opened
from promptctl.cli.sent import joined_notes, next_step, published_text, recover_first
from promptctl.errors import PromptctlError

if TYPE_CHECKING:
    from promptctl.core.experiments.counted import Counted
    from promptctl.core.experiments.experiment import Experiment
    from promptctl.workflows.experiment_advance import Advanced


def command(
    context: Context,
    names: Annotated[
        list[str] | None, Argument(metavar="[NAME]…", help="Experiments; all that run without one.")
    ] = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    store: StoreOption = None,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """Do what the plan says by now: take the look that is due, end what is decided. For a schedule: run it at any time.

    Exits 1 where an arm does harm, and where the arms do not have their shares of the units.
    """
    from promptctl.workflows.experiment_advance import advance_experiment, foresee, running_experiments
    from promptctl.workflows.experiment_reading import decisive_units

    repository = context.repository
    if not dry_run:
        recover_first(context, "experiment advance")
    chosen = tuple(names or ()) or running_experiments(repository, fetch=not (dry_run or no_push))
    with opened(context, store).warehouse if chosen else nullcontext() as warehouse:

        def count(experiment: Experiment) -> Counted:
            assert warehouse
            context.output.progress(f"counting the units of {experiment.name} …")
            return decisive_units(warehouse, experiment, context.now)

        def step(name: str) -> Advanced:
            if dry_run:
                return foresee(repository, name, count, context.now)
            sent = sending(no_push, branch)
            return advance_experiment(repository, name, count, context.now, in_ci=in_ci(), sending=sent)

        done, faults = _each(chosen, step)
    codes = [*(int(not it.ok) for it in done), *(fault.exit_code for fault in faults.values())]
    text = [
        *(_text(it, dry_run=dry_run) for it in done),
        *(f"{it}: {problem_text(fault.problem)}" for it, fault in faults.items()),
    ]
    notes = [it.result.published.note for it in done if it.result]
    proposed = next((it.result.published for it in done if it.result and it.result.published.into), None)
    return Answer(
        data={"experiments": [*map(advanced_data, done), *(_fault(*it) for it in faults.items())], "dry_run": dry_run},
        view=lambda: "\n".join(text) or "no experiment is running",
        ok=not any(codes),
        code=max(codes, default=0),
        note=joined_notes(*notes, repository.policy_note, warehouse.note if warehouse else None),
        next=next_step(proposed, f"promptctl experiment report {chosen[0]}" if len(chosen) == 1 else None),
    )


def _each(
    names: Sequence[str], step: Callable[[str], Advanced]
) -> tuple[Sequence[Advanced], Mapping[str, PromptctlError]]:
    """What became of each: what stands in the way of one does not keep the others from ending."""
    done: list[Advanced] = []
    faults: dict[str, PromptctlError] = {}
    for name in names:
        try:
            done.append(step(name))
        except PromptctlError as error:
            if len(names) == 1:
                raise
            faults[name] = error
    return done, faults


def _fault(name: str, fault: PromptctlError) -> dict[str, Any]:
    return {"experiment": name, "decision": None, "error": problem_data(fault.problem)}


def _text(it: Advanced, *, dry_run: bool) -> str:
    plan, decision = it.experiment.plan, it.decision
    if decision is None:
        ended = it.experiment.result
        how = f", {ended.verdict}: {ended.because}" if ended else ": promptctl experiment resume"
        return f"{plan.name}: {it.experiment.state}{how}"
    lines = [f"{plan.name}: {decision.verdict}: {decision.because}"]
    if decision.ends:
        arm = next(arm for arm in plan.arms if arm.name == decision.arm)
        verb = "would serve" if dry_run else "serves"
        lines.append(f"  {plan.environment} {verb} {plan.prompt} {arm.version} ({arm.name}) to everybody")
    elif decision.look:
        number = len(it.experiment.looks) + 1
        lines.append(f"  look {number} {'would be' if dry_run else 'is'} taken, at {decision.look.fraction:.0%}")
    if it.result:
        lines.append(f"  {published_text(it.result.published)}")
    return "\n".join(lines)
