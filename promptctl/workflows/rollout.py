"""What the commands of rollouts share: which ones are under way, and the one place where their changes are recorded."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.core.moves.pointer import Pointer
from promptctl.core.name import check_name
from promptctl.core.splits.rollout import is_followed
from promptctl.core.splits.split import Split
from promptctl.errors import PromptctlError, StateError
from promptctl.workflows.moving import require_known
from promptctl.workflows.publish import Edit
from promptctl.workflows.serials import require_newest
from promptctl.workflows.splitting import SplitMove, require_served, require_split, split_files

KIND = "rollout"
FOREIGN = "PC268"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A rollout under way."""

    pointer: Pointer
    environment: str
    split: Split

    @property
    def name(self) -> str:
        return self.pointer.prompt


def rollouts(
    repository: Repository,
    state: State,
    environment: str,
    names: Sequence[str] = (),
    faults: dict[str, PromptctlError] | None = None,
) -> tuple[Rollout, ...]:
    """The rollouts of an environment, or those of some prompts there, by name.

    Pointers that cannot be trusted go into ``faults``, where it is given, so that they are in no other rollout's way.
    Raises UsageError for unknown names, StateError for a prompt that has none.
    """
    repository.settings.environment(environment)
    if names:
        return tuple(rollout_of(repository, state, name, environment) for name in names)
    found = []
    for name in state.environments.get(environment, ()):
        try:
            pointer = state.live(environment, name)
            if pointer and pointer.split and pointer.split.kind == KIND:
                found.append(_followed(pointer, environment, pointer.split))
        except PromptctlError as error:
            if faults is None:
                raise
            faults[name] = error
    return tuple(found)


def rollout_of(repository: Repository, state: State, name: str, environment: str) -> Rollout:
    """The rollout of a prompt. Raises UsageError for an unknown name, StateError where it has none or is not served."""
    repository.settings.environment(environment)
    check_name(name)
    require_newest(repository, state, [(environment, name)])
    pointer = state.live(environment, name)
    if pointer is None:
        require_known(repository, name)
    pointer = require_served(pointer, name, environment)
    return _followed(pointer, environment, require_split(pointer, name, environment, KIND))


def _followed(pointer: Pointer, environment: str, split: Split) -> Rollout:
    """The rollout of a split that has what rollouts go on by. Raises StateError for one that was written by hand."""
    if not is_followed(split):
        said = f"the rollout {split.id} of {pointer.prompt} in {environment} was not begun by promptctl"
        hint = f"promptctl rollback {pointer.prompt} {environment} --reason 'no rollout can go on from there'"
        raise StateError(FOREIGN, said, hint=hint)
    return Rollout(pointer=pointer, environment=environment, split=split)


def rollout_edit(
    repository: Repository, state: State, name: str, environment: str, live: Pointer, move: SplitMove, now: datetime
) -> Edit:
    """The commit of one change of a rollout."""
    files = split_files(state, environment, name, live, move, committer(repository.git).person, now)
    subject = f"rollout {move.change['action']}: {name} in {environment}, {move.change['id']}"
    return Edit(files=files, message=f"{subject}\n\n{move.reason or ''}".rstrip())


def spelled(verb: str, name: str, environment: str) -> str:
    """The command; the same spelling is the same command."""
    return shlex.join(["rollout", verb, name, environment])
