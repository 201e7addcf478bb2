"""``promptctl experiment new``."""

from __future__ import annotations

from typing import Annotated

from promptctl.answers.experiment import experiment_data
from promptctl.cli.context import Context
from promptctl.cli.experiment_view import arms_line
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.errors import UsageError


def command(
    context: Context,
    targets: Annotated[
        list[str],
        Argument(metavar="NAME PROMPT[@VERSION]… ENV", help="Its name, the versions to try, and the environment."),
    ],
    metric: Annotated[
        str, Option("--metric", metavar="METRIC", help="What decides: quality:NAME, error_rate, latency, cost, …")
    ] = "quality:resolved",
    hypothesis: Annotated[str | None, Option("--hypothesis", help="What is expected, and why.")] = None,
) -> Answer:
    """Write the draft of an experiment: versions of a prompt beside what an environment serves."""
    from promptctl.core.experiments.plan import experiment_path
    from promptctl.workflows.experiment_new import Draft, new_experiment

    if len(targets) < 3:
        hint = "promptctl experiment new triage-tone support/triage@1.3.0 prod"
        raise UsageError("PC001", "name the experiment, a prompt and an environment", hint=hint)
    name, *references, environment = targets
    draft = Draft(
        name=name, references=tuple(references), environment=environment, metric=metric, hypothesis=hypothesis
    )
    drafted = new_experiment(context.repository, draft)
    path = experiment_path(name)
    lines = [f"wrote {path}" if drafted.written else f"nothing to do: {path} is as it was written"]
    lines.append(f"arms: {arms_line(drafted.experiment)}")
    data = {**experiment_data(drafted.experiment), "written": [path] if drafted.written else []}
    return Answer(
        data=data,
        view=lambda: "\n".join(lines),
        note="a draft: edit hypothesis, metrics and design, then see how long it takes" if drafted.written else None,
        next=f"promptctl experiment power {name}",
    )
