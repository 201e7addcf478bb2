"""A rollout: a canary beside what is served, step by step to everybody, or back; one pure decision at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from promptctl.core.experiments.counted import ArmUnits
from promptctl.core.metrics import measured
from promptctl.core.moves.pointer import Served
from promptctl.core.splits.health import DEFAULT_RULES, Finding, Rule, overall
from promptctl.core.splits.ranges import shared
from promptctl.core.splits.rollout_health import held_against
from promptctl.core.splits.split import Arm, Split
from promptctl.core.timestamp import timestamp
from promptctl.errors import UsageError

BAD_STEPS = "PC247"
STABLE, CANARY = "stable", "canary"
WHOLE = Decimal(100)
MOST_REQUESTS, MOST_MINUTES = 1_000_000_000, 5_256_000
"""What a step may need: more calls than anybody has, ten years."""
_EARLY = 0.1
"""Of the units of a step: where the bounds of harm are tightest. The sooner it shows the better, and ten times later
they are wider by a twentieth only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPlan:
    """How a rollout goes on. ``steps`` are the canary's shares in per cent, the last is 100; a step needs so many
    ``requests`` of the canary and ``minutes`` before it counts as seen; ``rules`` say what must not get worse."""

    steps: tuple[Decimal, ...] = (Decimal(5), Decimal(25), Decimal(50), WHOLE)
    requests: int = 500
    minutes: float = 30
    rules: tuple[Rule, ...] = DEFAULT_RULES
    unit: str = "user"
    when: str | None = None
    shadow: float = 0

    def to_rules(self) -> dict[str, Any]:
        """As a split has it."""
        return {
            "steps": [_number(step) for step in self.steps],
            "minimum": {"requests": self.requests, "minutes": self.minutes},
            "health": {rule.metric: {_worse(rule.metric): rule.allowed} for rule in self.rules},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the calls of both arms say since the present step began."""

    canary: ArmUnits = field(default_factory=ArmUnits)
    stable: ArmUnits = field(default_factory=ArmUnits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``action`` is "hold", "advance", "finish" or "roll back"; ``percent`` is the canary's share after it."""

    action: str
    because: str
    percent: Decimal
    findings: tuple[Finding, ...] = ()


def parse_steps(text: str) -> tuple[Decimal, ...]:
    """The steps that ``5,25,50,100`` names. Raises UsageError."""
    try:
        return checked_steps([Decimal(part.strip().removesuffix("%")) for part in text.split(",")])
    except InvalidOperation:
        raise _bad_steps(text) from None


def checked_steps(steps: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Steps that grow to 100, with two decimals at most. Raises UsageError."""
    shown = ", ".join(f"{step:f}" if step.is_finite() else str(step) for step in steps)
    known = all(step.is_finite() and 0 < step <= WHOLE and step * 100 % 1 == 0 for step in steps)
    grow = known and all(one < other for one, other in pairwise(steps))
    if not grow or len(steps) < 2 or steps[-1] != WHOLE:
        raise _bad_steps(shown)
    return tuple(steps)


def _bad_steps(shown: str) -> UsageError:
    message = f"the steps {shown[:60]} are none: shares of the canary that grow to 100, with two decimals at most"
    return UsageError(BAD_STEPS, message, hint="--steps 5,25,50,100")


def plan_of(split: Split) -> RolloutPlan:
    """What a rollout's split says; what it leaves out is as usual."""
    usual, minimum = RolloutPlan(), split.rules.get("minimum", {})
    steps = tuple(Decimal(str(step)) for step in split.rules.get("steps", ()))
    return RolloutPlan(
        steps=steps or usual.steps,
        requests=minimum.get("requests", usual.requests),
        minutes=minimum.get("minutes", usual.minutes),
        rules=health_rules(split.rules.get("health", {})) or usual.rules,
        unit=split.unit,
        when=split.when,
        shadow=split.shadow,
    )


def health_rules(health: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rules of ``health`` as a split has them."""
    return tuple(Rule(metric=metric, allowed=rule[_worse(metric)]) for metric, rule in health.items())


def begun(plan: RolloutPlan, id: str, salt: str, stable: Served, canary: Served, now: datetime) -> Split:
    """The split of a rollout's first step."""
    arms = (Arm(name=STABLE, served=stable, ranges=()), Arm(name=CANARY, served=canary, ranges=()))
    split = Split(
        kind="rollout",
        id=id,
        salt=salt,
        unit=plan.unit,
        state="running",
        arms=arms,
        when=plan.when,
        shadow=plan.shadow,
        rules=plan.to_rules() | {"began": timestamp(now)},
    )
    return stepped(split, plan.steps[0], now)


def stepped(split: Split, percent: Decimal, now: datetime) -> Split:
    """The split with another share for the canary, from now on."""
    had = [(arm.name, arm.ranges) for arm in split.arms if arm.ranges]
    ranges = shared(had, {STABLE: WHOLE - percent, CANARY: percent})
    arms = tuple(replace(arm, ranges=ranges[arm.name]) for arm in split.arms)
    return replace(split, arms=arms, rules={**split.rules, "since": timestamp(now)})


def is_followed(split: Split) -> bool:
    """Whether a split has what a rollout goes on by: its two arms, growing steps, and when the present one began."""
    try:
        checked_steps(plan_of(split).steps)
    except UsageError:
        return False
    return "since" in split.rules and {arm.name for arm in split.arms} == {STABLE, CANARY}


def arm_named(split: Split, name: str) -> Arm:
    """An arm of a rollout: "stable" or "canary"."""
    return next(arm for arm in split.arms if arm.name == name)


def percent_of(split: Split) -> Decimal:
    """The canary's present share."""
    return Decimal(str(arm_named(split, CANARY).percent))


def since_of(split: Split) -> datetime:
    """When the present step began."""
    return datetime.fromisoformat(split.rules["since"])


def next_step(split: Split) -> Decimal:
    """The share after the present one."""
    present = percent_of(split)
    return next((step for step in plan_of(split).steps if step > present), WHOLE)


def decide(
    split: Split, seen: Seen, now: datetime, *, retired: str | None = None, barred: str | None = None
) -> Decision:
    """What is to be done now. ``retired`` is why the canary was withdrawn, ``barred`` why nothing goes
    forward: a freeze, or a place that may not promote.

    A canary that is worse is rolled back before anything was waited for, and while nothing goes forward; while
    the rollout is paused nothing is decided but the end of a withdrawn canary.
    """
    plan, present = plan_of(split), percent_of(split)
    planned = float(max(plan.requests, 1) * WHOLE / present) * _EARLY
    findings = held_against(seen.canary, seen.stable, plan.rules, planned)

    def decided(action: str, because: str, percent: Decimal = present) -> Decision:
        return Decision(action=action, because=because, percent=percent, findings=findings)

    outcome = overall(findings)
    worse = ", ".join(_spelled(finding) for finding in findings if finding.outcome == "worse")
    if retired:
        return decided("roll back", f"{arm_named(split, CANARY).served.version} is retired: {retired}", Decimal(0))
    if split.state == "paused":
        return decided("hold", f"paused{f', though worse in {worse}' if worse else ''}")
    if outcome == "worse":
        return decided("roll back", f"worse in {worse}", Decimal(0))
    if barred:
        return decided("hold", barred)
    if waits := _waits(plan, seen, now - since_of(split)):
        return decided("hold", waits)
    if outcome == "open":
        unsure = ", ".join(finding.metric for finding in findings if finding.outcome == "open")
        return decided("hold", f"nothing is shown yet in {unsure}")
    step = next_step(split)
    fine = f"not worse in {', '.join(finding.metric for finding in findings)}"
    return decided("finish" if step == WHOLE else "advance", fine, step)


def _spelled(finding: Finding) -> str:
    """A finding in words: by how much at least it is worse, and how much is allowed."""
    least = finding.change.low if finding.change else 0.0
    metric = measured(finding.metric)
    unit = "" if metric.absolute else " of what it was"
    direction = "lower" if metric.rises else "more"
    return f"{finding.metric} (by {least:.3g} {direction}{unit} at least, {finding.allowed:g} is allowed)"


def _waits(plan: RolloutPlan, seen: Seen, elapsed: timedelta) -> str | None:
    """What the step still waits for."""
    minutes = elapsed / timedelta(minutes=1)
    missing = []
    if seen.canary.calls < plan.requests:
        missing.append(f"{seen.canary.calls:,} of {plan.requests:,} requests")
    if minutes < plan.minutes:
        missing.append(f"{max(0, int(minutes))} of {plan.minutes:g} minutes")
    return ", ".join(missing) or None


def _worse(metric: str) -> str:
    """How a split spells what is allowed."""
    return "max_drop" if measured(metric).rises else "max_rise"


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)
