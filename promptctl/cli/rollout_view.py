"""What commands of rollouts show: the step, what was decided and why, and what each rule found."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from promptctl.cli.sent import published_text
from promptctl.cli.tables import table
from promptctl.reports.health_spelling import allowed_text, finding_cells, finding_headers

if TYPE_CHECKING:
    from promptctl.core.splits.rollout import RolloutPlan
    from promptctl.core.splits.split import Split
    from promptctl.workflows.rollout import Rollout
    from promptctl.workflows.rollout_advance import Looked


def looked_text(looked: Looked) -> str:
    """A decision, a line a rule, and what was recorded."""
    lines = [looked_sentence(looked)]
    findings = looked.decision.findings
    if findings and not looked.lost:
        headers = finding_headers(str(looked.canary.version), str(looked.rollout.pointer.served.version))
        found = table(headers, [finding_cells(finding) for finding in findings])
        lines += [f"  {line}" for line in (traffic(looked), *found.split("\n"))]
    if looked.published and looked.published.commit:
        lines.append(published_text(looked.published))
    return "\n".join(lines)


def looked_sentence(looked: Looked) -> str:
    """What was decided, in one line."""
    found, decision = looked.rollout, looked.decision
    place, canary, stable = f"{found.name} in {found.environment}", looked.canary.version, found.pointer.served.version
    if looked.lost:
        return f"{place}: {looked.lost}; nothing is done here"
    would = "" if looked.published else "would be "
    share = f"{percent(found.split)} of {canary}"
    said = {
        "hold": f"{share} stays",
        "advance": f"{would or 'is '}moved from {percent(found.split)} to {_shown(decision.percent)} of {canary}",
        "finish": f"{would or 'is '}finished: {stable} -> {canary} for everybody",
        "roll back": f"{would or 'is '}rolled back: {share} -> {stable} for everybody",
    }[decision.action]
    return f"{place}: {said}; {decision.because}"


def traffic(looked: Looked) -> str:
    """The calls of both arms in the present step."""
    seen, found = looked.seen, looked.rollout
    canary, stable = looked.canary.version, found.pointer.served.version
    since = found.split.rules["since"]
    sides = [
        f"{arm.calls:,} calls of {version} ({arm.units:,} {found.split.unit}s)"
        for arm, version in ((seen.canary, canary), (seen.stable, stable))
    ]
    return f"{' and '.join(sides)} since {since}"


def step(split: Split) -> str:
    """Which step of how many, and the shares of all."""
    from promptctl.core.splits.rollout import percent_of, plan_of

    steps, present = plan_of(split).steps, percent_of(split)
    place = sum(share <= present for share in steps)
    return f"step {place} of {len(steps)} ({', '.join(f'{share:f}' for share in steps)} %)"


def percent(split: Split) -> str:
    """The canary's present share."""
    from promptctl.core.splits.rollout import percent_of

    return _shown(percent_of(split))


def plan_lines(plan: RolloutPlan) -> list[str]:
    """How a rollout goes on, for people."""
    rules = ", ".join(f"{rule.metric} {allowed_text(rule.metric, rule.allowed)}" for rule in plan.rules)
    lines = [
        f"steps {', '.join(f'{share:f}' for share in plan.steps)} % of {plan.unit}s"
        + (f" where {plan.when}" if plan.when else ""),
        f"each takes {plan.requests:,} requests and {plan.minutes:g} minutes at least",
        f"must not get worse than: {rules}",
    ]
    return lines + ([f"shadow: {plan.shadow:g} % of {plan.unit}s"] if plan.shadow else [])


def rollout_rows(found: list[Rollout]) -> str:
    """Rollouts under way, as last fetched."""
    headers = ("prompt", "env", "rollout", "state", "stable", "canary", "share", "step", "since")
    return table(headers, [_row(rollout) for rollout in found])


def _row(rollout: Rollout) -> tuple[str, ...]:
    from promptctl.core.splits.rollout import CANARY, arm_named

    split = rollout.split
    return (
        rollout.name,
        rollout.environment,
        split.id,
        split.state,
        str(rollout.pointer.served.version),
        str(arm_named(split, CANARY).served.version),
        percent(split),
        step(split).removeprefix("step "),
        split.rules.get("since", "-"),
    )


def _shown(share: Decimal) -> str:
    return f"{share.normalize():f} %"
