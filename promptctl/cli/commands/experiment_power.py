"""``promptctl experiment power``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.cli.context import Context
from promptctl.cli.experiment_options import ExperimentArgument
from promptctl.cli.output import Answer
from promptctl.cli.reporting import StoreOption, opened

if TYPE_CHECKING:
    from promptctl.core.experiments.plan import Plan
    from promptctl.workflows.experiment_power import Needed, PowerResult


def command(context: Context, name: ExperimentArgument, store: StoreOption = None) -> Answer:
    """Show how many units an experiment needs for which effect, and how long that takes at the traffic there is."""
    from promptctl.workflows.experiment_power import experiment_power

    found = experiment_power(context.repository, name, lambda: opened(context, store).warehouse, context.now)
    draft = found.experiment.state == "draft"
    following = f"promptctl experiment start {name}" if draft else f"promptctl experiment report {name}"
    return Answer(data=lambda: _data(found), view=lambda: _view(found), note=_note(found), next=following)


def _data(found: PowerResult) -> dict[str, Any]:
    plan = found.experiment.plan
    return {
        "experiment": plan.name,
        "metric": plan.primary.metric,
        "kind": plan.primary.kind,
        "baseline": found.baseline,
        "guessed": found.guessed,
        "alpha": plan.design.alpha,
        "power": plan.design.power,
        "looks": plan.design.looks,
        "needed": [{"effect": it.effect, "units": it.units, "days": it.days} for it in found.needed],
        "sample": _sample(found),
        "visible_effect": found.visible,
        "days": found.days,
        "traffic": {str(days): units for days, units in found.history.traffic.reach.items()},
        "missing": found.history.missing,
    }


def _sample(found: PowerResult) -> int | None:
    counting = found.experiment.counting
    return counting.sample if counting else found.experiment.plan.design.sample


def _view(found: PowerResult) -> str:
    from promptctl.cli.tables import table

    plan = found.experiment.plan
    design = plan.design
    looks = "one look" if design.looks == 1 else f"{design.looks} looks"
    head = (
        f"{plan.primary.metric} is {found.baseline:.4g} now; {looks}; "
        f"{100 * design.power:g} % of experiments find such an effect, {100 * design.alpha:g} % one that is not there"
    )
    rows = [_cells(plan, it) for it in found.needed]
    lines = [head, table(("effect", "units", "days"), rows)]
    if sample := _sample(found):
        takes = f" in {_days(found.days)}" if found.days is not None else ""
        shows = f"shows an effect of {_effect(plan, found.visible)}" if found.visible else "shows no effect at all"
        lines.append(f"the planned sample of {sample:,} {shows}{takes}")
    return "\n".join(lines)


def _cells(plan: Plan, it: Needed) -> tuple[str, ...]:
    mark = "  <- planned" if it.effect == plan.design.minimum_effect else ""
    units = f"{it.units:,}" if it.units is not None else "impossible"
    return _effect(plan, it.effect), units, (f"{it.days:,.1f}" if it.days is not None else "?") + mark


def _effect(plan: Plan, effect: float | None) -> str:
    if effect is None:
        return "?"
    return f"{100 * effect:.3g} %" if plan.primary.relative else f"{effect:.3g}"


def _days(days: float | None) -> str:
    return "1 day" if days is not None and round(days, 1) == 1 else f"{days:,.1f} days"


def _note(found: PowerResult) -> str | None:
    notes = [found.history.missing]
    if found.guessed:
        notes.append("each unit is taken for one yes or no: more calls of a unit say less than as many units")
    if found.experiment.plan.when and found.history.traffic.reach:
        notes.append("days are those of all units; `when` leaves some out")
    return "\n".join(note for note in notes if note) or None
