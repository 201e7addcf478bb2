"""``promptctl status``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from promptctl.answers.status import data
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.reporting import StoreOption, opened
from promptctl.cli.tables import table

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.live import Seen
    from promptctl.workflows.status import StatusResult, StatusRow


def command(
    context: Context,
    traffic: Annotated[bool, Option("--traffic", help="Also how many calls each environment had.")] = False,
    since: Annotated[str, Option("--since", metavar="TIME", help="With --traffic: calls from then on.")] = "24h",
    store: StoreOption = None,
) -> Answer:
    """Show every prompt, how its files stand to the lock, and what each environment serves."""
    context.repository.expect_files()
    from promptctl.workflows.status import status

    result = status(context.repository)
    seen = _seen(context, since, store) if traffic else None
    following = None if result.rows else "promptctl new NAME"
    return Answer(data=lambda: data(result, seen), view=lambda: _text(result, seen), note=result.note, next=following)


def _seen(context: Context, since: str, store: str | None) -> list[Seen]:
    from promptctl.adapters.bounded import unhurried
    from promptctl.adapters.warehouse.live import seen_since
    from promptctl.core.reporting.window import parse_moment

    with unhurried(), opened(context, store).warehouse as warehouse:
        return seen_since(warehouse, parse_moment(since, context.now))


def _text(result: StatusResult, seen: Sequence[Seen] | None) -> str:
    if not result.rows:
        return "no prompts yet"
    rows = [_cells(row, result.environments, seen) for row in result.rows]
    lines = [table(("prompt", "files", "lock", *result.environments), rows), f"read {result.read}"]
    lines += [f"frozen: {environment}: {reason}" for environment, reason in result.frozen.items()]
    lines += [f"here only: {moved}; the next write sends it" for moved in result.unsent]
    lines += [f"broken: {broken}; promptctl drift" for broken in result.broken]
    return "\n".join(lines)


def _cells(row: StatusRow, environments: tuple[str, ...], seen: Sequence[Seen] | None) -> tuple[str, ...]:
    served = [_served(row, where, seen) for where in environments]
    return (row.name, row.files, str(row.locked) if row.locked else "-", *served)


def _served(row: StatusRow, environment: str, seen: Sequence[Seen] | None) -> str:
    """The version and its stage, and the calls that it and any other had there."""
    version = str(row.served[environment].served.version) if environment in row.served else "-"
    stage = _stage(row, environment)
    if seen is None:
        return f"{version}{stage}"
    here = [found for found in seen if (found.prompt, found.environment) == (row.name, environment)]
    parts = [
        f"{found.calls:,}{'' if found.version == version else f' of {found.version or chr(63)}'}"
        + (f", {found.errors:,} failed" if found.errors else "")
        for found in here
    ]
    return f"{version}{stage} ({'; '.join(parts) or 'no calls'})" if parts or version != "-" else version


def _stage(row: StatusRow, environment: str) -> str:
    """What else is to be known of what is served: versions beside it, that it was withdrawn, what it followed upon."""
    pointer = row.served.get(environment)
    if pointer is None:
        return ""
    said = ["retired"] if str(pointer.served.version) in row.retired else []
    if pointer.split:
        beside = [arm for arm in pointer.split.arms if arm.served != pointer.served]
        said += [f"{arm.name} {arm.served.version} {arm.percent:g} %" for arm in beside]
        said += ["paused"] if pointer.split.state == "paused" else []
    if environment in row.rolled_back:
        said.append(f"{row.rolled_back[environment]} rolled back")
    return f", {', '.join(said)}" if said else ""
