"""``remove``: an environment stops serving a prompt; its moves stay."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.core.moves.moves import Move
from promptctl.core.moves.pointer import Served
from promptctl.core.name import check_name
from promptctl.core.timestamp import timestamp
from promptctl.errors import StateError
from promptctl.workflows.moving import as_recorded, check_reason, move_files, next_serial, require_known
from promptctl.workflows.publish import Edit, Published, publish
from promptctl.workflows.sending import AT_ONCE, Sending


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveResult:
    """``before`` is what was served until now."""

    name: str
    environment: str
    before: Served | None
    published: Published
    note: str | None = None


def remove(
    repository: Repository, name: str, environment: str, reason: str, now: datetime, *, sending: Sending = AT_ONCE
) -> RemoveResult:
    """Takes the pointer away. Raises StateError when the environment does not serve the prompt."""
    check_name(name)
    check_reason(reason)
    repository.settings.environment(environment)
    before: list[Served] = []

    def build(state: State) -> Edit | None:
        live = state.pointer(environment, name)
        if live is None:
            require_known(repository, name)
            raise StateError("PC098", f"{environment} does not serve {name}", hint="promptctl status")
        before[:] = [live.served]
        move = Move(
            serial=next_serial(state.moves(environment, name), live),
            at=timestamp(now),
            kind="remove",
            served=None,
            by=committer(repository.git).person,
            source=str(live.served.version),
            reason=reason,
        )
        files = move_files(state, environment, name, live, move, now)
        return Edit(files=files, message=f"remove {name} from {environment}\n\n{reason}")

    published = publish(repository, shlex.join(["remove", name, environment]), build, sending=sending)
    recorded = before[0] if before else as_recorded(repository, published, environment, name)[0]
    return RemoveResult(
        name=name, environment=environment, before=recorded, published=published, note=repository.policy_note
    )
