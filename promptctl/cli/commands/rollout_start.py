"""``promptctl rollout start``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from promptctl.answers.rollout import plan_data, started
from promptctl.cli.context import Context, in_ci
from promptctl.cli.evaluating import gate_context
from promptctl.cli.options import BranchOption, EnvironmentArgument, NoPushOption, sending
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.rollout_view import plan_lines
from promptctl.cli.sent import joined_notes, next_step, published_text
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.core.splits.rollout import RolloutPlan
    from promptctl.workflows.gate import GateWish
    from promptctl.workflows.rollout_start import RolloutStarted


ReferenceArgument = Annotated[str, Argument(metavar="NAME[@VERSION]", help="A prompt at a released version.")]
StepsOption = Annotated[
    str | None, Option("--steps", metavar="PERCENTS", help="Its shares, growing to 100: 5,25,50,100.")
]
RequestsOption = Annotated[
    int | None, Option("--minimum-requests", metavar="N", help="Calls of it in each step.", min=0)
]
MinutesOption = Annotated[float | None, Option("--minimum-minutes", metavar="N", help="That each step lasts.", min=0)]
HealthOption = Annotated[
    list[str] | None,
    Option("--health", metavar="METRIC=AMOUNT", help="How much worse it may be; error_rate=0.01, cost=0.2, …"),
]
UnitOption = Annotated[str | None, Option("--unit", metavar="NAME", help="What is assigned: user.")]
WhenOption = Annotated[
    str | None, Option("--when", metavar="EXPRESSION", help="Only units whose attributes match: plan == 'pro'.")
]
ShadowOption = Annotated[
    float | None,
    Option("--shadow", metavar="PERCENT", help="Of units whose calls are also made with it, unserved.", min=0, max=100),
]
SuiteOption = Annotated[
    str | None, Option("--accept-suite-change", metavar="REASON", help="Let a weaker suite pass, for a reason.")
]


def command(
    context: Context,
    reference: ReferenceArgument,
    environment: EnvironmentArgument,
    steps: StepsOption = None,
    minimum_requests: RequestsOption = None,
    minimum_minutes: MinutesOption = None,
    health: HealthOption = None,
    unit: UnitOption = None,
    when: WhenOption = None,
    shadow: ShadowOption = None,
    reason: Annotated[str | None, Option("--reason", help="Why, for the record.")] = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Print the plan only.")] = False,
    accept_suite_change: SuiteOption = None,
    no_baseline: Annotated[bool, Option("--no-baseline", help="Judge without the baseline, for the --reason.")] = False,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """Give a released version a share of an environment's traffic, once its gate and rules say yes."""
    from promptctl.core.splits.rollout import parse_steps
    from promptctl.core.splits.rollout_settings import rollout_plan, told_otherwise
    from promptctl.core.splits.targeting import condition
    from promptctl.workflows.admission import Asked
    from promptctl.workflows.gate import GateWish
    from promptctl.workflows.rollout_start import RolloutStart, start

    if no_baseline and not reason:
        raise UsageError("PC001", "--no-baseline needs a --reason")
    if when:
        condition(when)
    plan = told_otherwise(
        rollout_plan(context.repository.settings.environment(environment).rollout),
        steps=parse_steps(steps) if steps else None,
        requests=minimum_requests,
        minutes=minimum_minutes,
        health=health or (),
        unit=unit,
        when=when,
        shadow=shadow,
    )
    wish = GateWish(accept_suite_change=accept_suite_change, no_baseline=reason if no_baseline else None)
    if dry_run:
        return _planned(context, reference, environment, plan, wish)
    context.output.progress(f"starting in {environment} …")
    asked = Asked(in_ci=in_ci(), sending=sending(no_push, branch), wish=wish)
    wanted = RolloutStart(reference=reference, environment=environment, plan=plan, reason=reason, asked=asked)
    with gate_context(context) as gate:
        return _answer(start(context.repository, wanted, gate))


def _planned(context: Context, reference: str, environment: str, plan: RolloutPlan, wish: GateWish) -> Answer:
    """What a promotion would be told, and how the rollout would go on."""
    from dataclasses import replace

    from promptctl.cli.commands.plan import planned

    answer = planned(context, [reference, environment], wish)
    lines = "\n".join(f"  {line}" for line in plan_lines(plan))
    data = {**answer.data, "rollout": plan_data(plan)}
    if answer.next is None:
        return replace(answer, data=data, ok=False)
    view = lambda: f"{answer.view()}\nthe rollout would go so:\n{lines}"  # noqa: E731
    return replace(answer, data=data, view=view, next="the same without --dry-run")


def _answer(result: RolloutStarted) -> Answer:
    following = f"promptctl rollout watch {result.name} {result.environment}"
    following = f"promptctl eval {result.name}" if result.refused else following
    note = joined_notes(result.published.note if result.published else None, result.note)
    return Answer(
        data=started(result),
        view=lambda: _text(result),
        ok=result.ok,
        note=note,
        next=next_step(result.published, following),
    )


def _text(result: RolloutStarted) -> str:
    from promptctl.core.splits.rollout import CANARY, arm_named, plan_of

    if result.refused:
        where = f"{result.name}: refused by the gate of {result.environment}"
        return f"{where}: {result.refused.sentence}\nnothing was changed"
    assert result.split
    assert result.served
    assert result.published
    from promptctl.cli.rollout_view import percent

    canary = arm_named(result.split, CANARY).served.version
    head = f"{result.name} in {result.environment}: {percent(result.split)} of {canary} beside {result.served.version}"
    head += "  DOWNGRADE" if canary < result.served.version else ""
    notes = result.gate.notes if result.gate else ()
    lines = [head, *(f"  {line}" for line in plan_lines(plan_of(result.split)))]
    lines += [f"  gate: {result.gate.sentence if result.gate else 'none in this environment'}"]
    lines += [f"  note: {note}" for note in notes]
    return "\n".join([*lines, published_text(result.published)])
