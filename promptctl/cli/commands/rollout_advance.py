"""``promptctl rollout advance``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.answers.rollout import looked_data
from promptctl.cli.context import Context, in_ci
from promptctl.cli.options import BranchOption, NoPushOption, sending
from promptctl.cli.output import Answer, problem_data, problem_text
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.reporting import StoreOption, opened
from promptctl.cli.rollout_view import looked_text
from promptctl.cli.sent import joined_notes, next_step
from promptctl.errors import PromptctlError

if TYPE_CHECKING:
    from promptctl.adapters.repository import Repository
    from promptctl.adapters.warehouse.warehouse import Warehouse
    from promptctl.workflows.rollout import Rollout
    from promptctl.workflows.rollout_advance import Looked
    from promptctl.workflows.sending import Sending

_HELD = 3


def command(
    context: Context,
    targets: Annotated[list[str], Argument(metavar="[NAME]… ENV", help="Prompts, or all; then the environment.")],
    dry_run: Annotated[bool, Option("--dry-run", help="Decide, and record nothing.")] = False,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
    store: StoreOption = None,
) -> Answer:
    """Decide about rollouts by the calls of both versions: hold, advance, finish or roll back; a rollback exits 1."""
    *names, environment = targets
    faults: dict[str, PromptctlError] = {}
    repository, found = chosen(context, names, environment, fetch=not no_push, faults=faults)
    if not found and not faults:
        return _nothing(repository, environment, dry_run=dry_run, sending=sending(no_push, branch))
    with opened(context, store).warehouse as warehouse:
        looks = decided(
            repository, found, warehouse, sending=sending(no_push, branch), record=not dry_run, faults=faults
        )
    codes = [*map(_code, looks), *(fault.exit_code for fault in faults.values())]
    note = joined_notes(*(joined_notes(it.published.note if it.published else None, it.note) for it in looks))
    rows = [*map(looked_data, looks), *(_fault_data(name, fault) for name, fault in faults.items())]
    text = [*map(looked_text, looks), *(f"{name}: {problem_text(it.problem)}" for name, it in faults.items())]
    return Answer(
        data={"environment": environment, "dry_run": dry_run, "rollouts": rows},
        view=lambda: "\n".join(text),
        ok=not any(codes),
        code=max(codes, default=0),
        note=note,
        next=None if faults else _next(looks, environment, dry_run=dry_run),
    )


def _nothing(repository: Repository, environment: str, *, dry_run: bool, sending: Sending) -> Answer:
    from promptctl.workflows.rollout_advance import settle

    settled = None if dry_run else settle(repository, environment, sending=sending)
    return Answer(
        data={"environment": environment, "dry_run": dry_run, "rollouts": []},
        view=lambda: f"no rollout is under way in {environment}",
        note=settled.note if settled else None,
        next=f"promptctl rollout start NAME@VERSION {environment}",
    )


def chosen(
    context: Context,
    names: list[str],
    environment: str,
    *,
    fetch: bool,
    faults: dict[str, PromptctlError] | None = None,
) -> tuple[Repository, tuple[Rollout, ...]]:
    """The rollouts that are meant, of those under way. A repository keeps what it read; each look opens a new one."""
    from promptctl.adapters.repository import Repository
    from promptctl.adapters.state import read_state
    from promptctl.workflows.rollout import rollouts

    repository = Repository(context.repository.root)
    repository.settings.environment(environment)
    if fetch:
        repository.fetch(names)
    return repository, rollouts(repository, read_state(repository), environment, names, faults)


def decided(
    repository: Repository,
    found: Sequence[Rollout],
    warehouse: Warehouse,
    *,
    sending: Sending | None = None,
    record: bool,
    faults: dict[str, PromptctlError] | None = None,
) -> list[Looked]:
    """Each rollout decided by itself. Of several, what stands in the way of one goes into ``faults``, where it is
    given."""
    from promptctl.adapters.state import read_state
    from promptctl.workflows.rollout_advance import advance, look
    from promptctl.workflows.sending import AT_ONCE

    looks = []
    for it in found:
        try:
            if record:
                looks.append(advance(repository, it, warehouse, _clock, in_ci=in_ci(), sending=sending or AT_ONCE))
            else:
                looks.append(look(repository, read_state(repository), it.name, it.environment, warehouse, _clock()))
        except PromptctlError as error:
            if faults is None or len(found) == 1:
                raise
            faults[it.name] = error
    return looks


def _clock() -> datetime:
    return datetime.now(UTC)


def _code(row: Looked) -> int:
    if row.held_back:
        return _HELD
    return 1 if row.decision.action == "roll back" and not row.lost else 0


def _fault_data(name: str, fault: PromptctlError) -> dict[str, Any]:
    return {"prompt": name, "action": None, "error": problem_data(fault.problem)}


def _next(looks: list[Looked], environment: str, *, dry_run: bool) -> str | None:
    """What one would do after that."""
    if proposed := next((it.published for it in looks if it.published and it.published.into), None):
        return next_step(proposed, None)
    if dry_run:
        names = [it.rollout.name for it in looks if it.decision.action != "hold"]
        return f"promptctl rollout advance {' '.join(names)} {environment}" if names else None
    if any(it.barred and "frozen" in it.barred for it in looks if it.held_back):
        return f"promptctl unfreeze {environment} --reason …"
    over = [it.rollout.name for it in looks if it.over]
    return f"promptctl history {over[0]} --env {environment}" if over else None
