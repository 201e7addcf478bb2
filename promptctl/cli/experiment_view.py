"""What commands on experiments show: the experiment, what became of it, and what was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptctl.answers.experiment import changed, refused_arms
from promptctl.cli.output import Answer
from promptctl.cli.sent import joined_notes, next_step, published_text

if TYPE_CHECKING:
    from promptctl.core.experiments.experiment import Experiment
    from promptctl.workflows.experiment_moves import ExperimentResult
    from promptctl.workflows.gate import GateOutcome


def arms_line(experiment: Experiment) -> str:
    """``control 1.2.0 50 %, friendly 1.3.0 50 %``."""
    return ", ".join(f"{arm.name} {arm.version} {arm.percent:f} %" for arm in experiment.plan.arms)


def headline(experiment: Experiment, already: str = "") -> str:
    """One line: what it is and how it stands."""
    plan = experiment.plan
    said = f"{plan.name} is {experiment.state}{already}"
    if experiment.result:
        return f"{said}: {experiment.result.because}"
    return f"{said}: {plan.prompt} in {plan.environment}, {arms_line(experiment)}"


def changed_answer(result: ExperimentResult, said: str, following: str | None, *notes: str | None) -> Answer:
    """The answer of a command that changes an experiment: what it did, or that it was so already."""
    experiment = result.experiment
    lines = [said if result.changed or result.published.resent else headline(experiment, " already")]
    lines.append(published_text(result.published))
    return Answer(
        data=changed(result),
        view=lambda: "\n".join(lines),
        note=joined_notes(*notes, result.published.note, result.note),
        next=next_step(result.published, following),
    )


def refused_answer(name: str, refused: tuple[tuple[str, GateOutcome], ...]) -> Answer:
    """The answer where gates said no to an arm."""
    lines = [f"{prompt}: refused by the gate: {gate.sentence}" for prompt, gate in refused]
    return Answer(
        data=refused_arms(name, refused),
        view=lambda: "\n".join([*lines, "nothing was changed"]),
        ok=False,
        next=f"promptctl eval {refused[0][0]}",
    )
