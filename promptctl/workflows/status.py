"""``status``: prompts against environments, as last fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from promptctl.adapters.known_lock import Agreed, agreed, retired
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, read_state
from promptctl.core.moves.pointer import Pointer
from promptctl.core.releases.version import Version, version
from promptctl.errors import UsageError
from promptctl.workflows.unsent import operation, unsent_commits


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One prompt: how its files stand to the lock, the locked version, and what each environment serves.

    ``files`` is "locked", "modified", "unlocked", "unreadable" or "gone"; ``retired`` has the withdrawn versions with
    the reasons; ``rolled_back`` by environment the version, or the split, that the last move there went back from.
    """

    name: str
    files: str
    locked: Version | None
    served: Mapping[str, Pointer]
    retired: Mapping[str, str] = field(default_factory=dict)
    rolled_back: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusResult:
    """Rows by name; ``unsent`` lists commands recorded here only; ``frozen`` maps environments to reasons."""

    rows: tuple[StatusRow, ...]
    environments: tuple[str, ...]
    read: str
    frozen: Mapping[str, str]
    unsent: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    note: str | None = None


def status(repository: Repository) -> StatusResult:
    """The matrix. Raises StateError when the state branch was not fetched."""
    state = read_state(repository)
    environments = tuple(dict.fromkeys([*repository.settings.environments, *state.environments]))
    pointers, broken = _pointers(state, environments)
    locked, withdrawn, faults = _agreed(repository)
    broken += faults
    # What waits for the listing of the work tree comes last: Git is at it meanwhile.
    digests, _ = repository.work.digests()
    here, nowhere = repository.work.names, dict[str, Pointer]()
    rows = [
        StatusRow(
            name=name,
            files=_files(name in here, digests.get(name), locked.get(name)),
            locked=version(locked[name][0]) if name in locked else None,
            served=pointers.get(name, nowhere),
            retired=withdrawn.get(name, {}),
            rolled_back=_rolled_back(state, pointers.get(name, nowhere)),
        )
        for name in sorted({*here, *locked, *pointers})
    ]
    frozen, faults = _frozen(state, environments)
    broken += faults
    return StatusResult(
        rows=tuple(rows),
        environments=environments,
        read=state.label,
        frozen=frozen,
        unsent=tuple(operation(repository, commit) for commit in unsent_commits(repository, state.commit)),
        broken=broken,
        note=repository.policy_note,
    )


def _agreed(
    repository: Repository,
) -> tuple[Mapping[str, Agreed], Mapping[str, Mapping[str, str]], tuple[str, ...]]:
    """Locked versions, withdrawn ones, and what is wrong with the lock."""
    try:
        return agreed(repository.work), retired(repository.work), ()
    except UsageError as error:
        return {}, {}, (_placed(error),)


def _rolled_back(state: State, served: Mapping[str, Pointer]) -> dict[str, str]:
    found = {}
    for environment, pointer in served.items():
        try:
            back = state.rolled_back(environment, pointer.prompt)
        except UsageError:
            continue
        if back and back != str(pointer.served.version):
            found[environment] = back
    return found


def _pointers(state: State, environments: Sequence[str]) -> tuple[dict[str, dict[str, Pointer]], tuple[str, ...]]:
    """What environments serve, by prompt, and what is wrong with the files that say so."""
    found: dict[str, dict[str, Pointer]] = {}
    broken: list[str] = []
    for environment in environments:
        # A pointer that is gone is told as well, unless a move took it away.
        for name in sorted({*state.environments.get(environment, ()), *state.moved_in(environment)}):
            try:
                pointer = state.pointer(environment, name)
                if pointer:
                    found.setdefault(name, {})[environment] = pointer
                if fault := state.fault(environment, name, pointer):
                    broken.append(f"{name} in {environment}: {fault}")
            except UsageError as error:
                broken.append(_placed(error))
    return found, tuple(broken)


def _frozen(state: State, environments: tuple[str, ...]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Why environments are frozen, and what is wrong with the files that say so; such a file freezes all the same."""
    found: dict[str, str] = {}
    broken: list[str] = []
    for environment in environments:
        try:
            reason = state.freeze_reason(environment)
        except UsageError as error:
            broken.append(_placed(error))
            reason = "its freeze cannot be read"
        if reason is not None:
            found[environment] = reason
    return found, tuple(broken)


def _placed(error: UsageError) -> str:
    return f"{error.problem.place}: {error}"


def _files(here: bool, content: str | None, locked: Agreed | None) -> str:
    if not here:
        return "gone"
    if content is None:
        return "unreadable"
    if locked is None:
        return "unlocked"
    return "locked" if locked[1] == content else "modified"
