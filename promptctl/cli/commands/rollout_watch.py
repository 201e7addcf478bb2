"""``promptctl rollout watch``."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from promptctl.answers.rollout import looked_data
from promptctl.cli.commands.rollout_advance import chosen, decided
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.reporting import StoreOption, opened
from promptctl.cli.rollout_painting import painting
from promptctl.cli.sent import recover_first

if TYPE_CHECKING:
    from promptctl.adapters.repository import Repository
    from promptctl.workflows.rollout import Rollout
    from promptctl.workflows.rollout_advance import Looked


def command(
    context: Context,
    targets: Annotated[list[str], Argument(metavar="[NAME]… ENV", help="Prompts, or all; then the environment.")],
    every: Annotated[float, Option("--every", metavar="SECONDS", help="Between two looks.", min=1)] = 30.0,
    advance: Annotated[bool, Option("--advance", help="Also record what is decided, as rollout advance does.")] = False,
    store: StoreOption = None,
) -> Answer:
    """Watch rollouts in one live table until they are over; one that did not finish exits 1."""

    *names, environment = targets
    seen: dict[str, Looked] = {}
    if advance:
        recover_first(context, "rollout watch")
    with painting(context) as paint:
        while chosen := _chosen(context, names, environment, seen):
            with opened(context, store).warehouse as warehouse:
                looks = decided(*chosen, warehouse, record=advance)
            seen |= {look.rollout.name: look for look in looks}
            paint(looks)
            if all(look.published and look.over for look in looks):
                break
            time.sleep(every)
    return _answer(context, environment, list(seen.values()))


def _chosen(
    context: Context, names: list[str], environment: str, seen: Mapping[str, Looked]
) -> tuple[Repository, list[Rollout]] | None:
    """The rollouts that are still under way, of those that were at first; None when there are none."""
    repository, found = chosen(context, [] if seen else names, environment, fetch=True)
    going = [it for it in found if not seen or (it.name in seen and it.split.id == seen[it.name].rollout.split.id)]
    return (repository, going) if going else None


def _answer(context: Context, environment: str, looks: Sequence[Looked]) -> Answer:
    from promptctl.adapters.repository import Repository
    from promptctl.adapters.state import read_state
    from promptctl.workflows.rollout_ended import end_data, end_of

    state = read_state(Repository(context.repository.root))
    ends = [(look, end_of(state, look.rollout)) for look in looks]
    rows = [{**looked_data(look), "end": end_data(end)} for look, end in ends]
    lines = [f"{look.rollout.name} in {environment}: {end.sentence}" for look, end in ends]
    return Answer(
        data={"environment": environment, "rollouts": rows},
        view=lambda: "\n".join(lines) or f"no rollout is under way in {environment}",
        ok=all(end.finished for _, end in ends),
        next=f"promptctl history {looks[0].rollout.name} --env {environment}" if looks else None,
    )
