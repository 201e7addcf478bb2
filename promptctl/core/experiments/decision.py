"""What an experiment's numbers decide: ship, do not ship, keep running, or no verdict; with the reason in words.

Looks are judged by a group sequential boundary at the true share of the planned sample, guardrails by intervals that
hold at any time, so that deciding again and again, as a schedule does, keeps the chance of error that was planned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from promptctl.core.experiments.comparison import sample_ratio
from promptctl.core.experiments.counted import Counted
from promptctl.core.experiments.effect import Effect, effects
from promptctl.core.experiments.experiment import Experiment, Look
from promptctl.core.experiments.guardrail import Guarded, guarded
from promptctl.core.experiments.plan import Plan
from promptctl.core.experiments.progress import Progress, progress
from promptctl.core.statistics.group_sequential import boundary
from promptctl.core.timestamp import timestamp

FAULT_LEVEL = 0.001
"""Below this p-value the units of the arms are not in the shares that the plan says, and nothing is decided."""

Verdict = Literal["ship", "do not ship", "keep running", "no verdict"]
Cause = Literal["effect", "reverse", "harm", "end", "sample ratio", "waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``arm`` is what everybody gets where the verdict ends the experiment. ``look`` is the one that was taken, None
    where none was due. ``because`` is a clause that can stand alone, ``numbers`` what it rests on."""

    verdict: Verdict
    cause: Cause
    arm: str
    because: str
    look: Look | None = None
    guardrails: tuple[Guarded, ...] = ()
    effects: tuple[Effect, ...] = ()
    progress: Progress
    sample_ratio: float | None = None

    @property
    def ends(self) -> bool:
        """Whether the experiment is over."""
        return self.verdict in ("ship", "do not ship")

    @property
    def ok(self) -> bool:
        """False where somebody should look: harm, or units that are not in their shares."""
        return self.cause not in ("harm", "sample ratio")

    @property
    def numbers(self) -> dict[str, Any]:
        """What was seen, as files and moves keep it."""
        return {
            "units": dict(self.progress.units),
            "fraction": round(self.progress.fraction, 6),
            "sample_ratio": self.sample_ratio,
            "boundary": self.look.boundary if self.look else None,
            "primary": [effect.to_dict() for effect in self.effects],
            "guardrails": [rail.to_dict() for rail in self.guardrails],
        }


def decide(experiment: Experiment, counted: Counted, now: datetime) -> Decision:
    """What the numbers of an experiment that was started say now. The same numbers decide the same, whoever asks."""
    plan, here = experiment.plan, progress(experiment, counted, now)
    shares = [float(arm.percent) / 100 for arm in plan.arms]
    chance = sample_ratio([here.units[arm.name] for arm in plan.arms], shares) if here.total else None
    rails = guarded(plan, here.sample, counted)
    waiting = Decision(
        verdict="keep running",
        cause="waiting",
        arm=plan.control.name,
        because=here.waiting,
        guardrails=rails,
        effects=effects(plan, counted),
        progress=here,
        sample_ratio=chance,
    )
    if chance is not None and chance < FAULT_LEVEL:
        return replace(waiting, verdict="no verdict", cause="sample ratio", because=_fault(plan, here, chance))
    if broken := [rail for rail in rails if rail.outcome == "worse"]:
        harm = "; ".join(rail.sentence for rail in broken)
        return replace(waiting, verdict="do not ship", cause="harm", because=harm)
    return _looked(experiment, waiting, now) if here.due else waiting


def _looked(experiment: Experiment, found: Decision, now: datetime) -> Decision:
    """The decision of a look that is due. At the end without new units, or with too few, there is nothing to see."""
    here, taken = found.progress, [look.fraction for look in experiment.looks]
    if here.total == 0 or here.fraction <= max(taken, default=0.0) or _too_few(experiment.plan, here):
        return replace(found, verdict="do not ship", cause="end", because=_ended(experiment.plan, found, None))
    limit = boundary([*taken, here.fraction], experiment.plan.alpha)[-1]
    decided = _judged(experiment.plan, found, limit)
    look = Look(
        at=timestamp(now.astimezone(UTC)),
        units=here.total,
        fraction=here.fraction,
        z={effect.arm: effect.z if effect.z is None else round(effect.z, 6) for effect in found.effects},
        boundary=round(limit, 6),
        decision=decided.verdict,
    )
    return replace(decided, look=look)


def _too_few(plan: Plan, here: Progress) -> bool:
    return min(here.units.values()) < plan.design.minimum_units


def _judged(plan: Plan, found: Decision, limit: float) -> Decision:
    """Effects against the boundary: the best of those beyond it in the wanted direction is shipped."""
    good = [effect for effect in found.effects if effect.gain is not None and effect.gain >= limit]
    if good:
        best = max(good, key=lambda effect: effect.better)
        because = f"{best.sentence}, z {best.gain:.3g} beyond {limit:.3g}{_open(found, best.arm)}"
        return replace(found, verdict="ship", cause="effect", arm=best.arm, because=because)
    if all(effect.gain is not None and effect.gain <= -limit for effect in found.effects):
        because = "; ".join(f"{it.sentence}, z {it.gain:.3g} beyond {-limit:.3g}" for it in found.effects)
        return replace(found, verdict="do not ship", cause="reverse", because=because)
    if found.progress.last:
        return replace(found, verdict="do not ship", cause="end", because=_ended(plan, found, limit))
    seen = ", ".join(f"{it.arm} {'unknown' if it.gain is None else format(it.gain, '.3g')}" for it in found.effects)
    return replace(found, because=f"no effect is beyond the boundary yet: z {seen}, boundary {limit:.3g}")


def _open(found: Decision, arm: str) -> str:
    """What is not settled about an arm that is shipped."""
    names = [rail.metric.metric for rail in found.guardrails if rail.arm == arm and rail.outcome == "open"]
    return f"; guardrails that nothing shows yet: {', '.join(names)}" if names else ""


def _ended(plan: Plan, found: Decision, limit: float | None) -> str:
    """Why it ends without an effect, and what effect would have been seen."""
    here = found.progress
    why = "the day of its end is past" if here.fraction < 1 else "the planned sample is there"
    if limit is None:
        few = f"too few to judge ({here.total:,} of {here.sample:,} units)" if _too_few(plan, here) else "no new units"
        return f"{why}, with {few}"
    best = max(found.effects, key=lambda effect: effect.better)
    seen = best.visible(limit, plan.design.power)
    power = f"{100 * plan.design.power:g} %"
    visible = f"; one of {seen} would have shown in {power} of such experiments" if seen else ""
    return f"{why}, and no effect on {plan.primary.metric} shows ({best.sentence}){visible}"


def _fault(plan: Plan, here: Progress, chance: float) -> str:
    counts = ", ".join(f"{arm.name} {here.units[arm.name]:,} ({arm.percent:f} % planned)" for arm in plan.arms)
    return f"the arms do not have their shares of the units: {counts}; chance alone does this with p = {chance:.2g}"
