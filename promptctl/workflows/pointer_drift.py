"""Where pointers disagree with releases, with their own moves, or with what the state branch once had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promptctl.adapters.bounded import alive
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.core.moves.drift import Drift
from promptctl.core.moves.moves import Moves
from promptctl.core.moves.pointer import FOLDER, Pointer, Served, moves_path, pointer_path
from promptctl.core.moves.pointer_drift import pointer_faults
from promptctl.core.name import name_fault
from promptctl.errors import UsageError
from promptctl.workflows.release_tags import known_tags
from promptctl.workflows.releases import check_tag, witnesses
from promptctl.workflows.serials import earlier_tips, history_is_cut, known_serials
from promptctl.workflows.unsent import touched


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerReport:
    """Findings, and the pointers that could be read by environment and prompt.

    ``cut``: earlier serials could not be judged, since this clone lacks the history.
    """

    findings: tuple[Drift, ...]
    pointers: Mapping[tuple[str, str], Pointer]
    cut: bool = False


def pointer_report(repository: Repository, state: State) -> PointerReport:
    """Checks every pointer that the state has, that moves speak of, or that history knows."""
    cut = state.commit is not None and history_is_cut(repository, state.commit)
    serials = known_serials(repository, state, FOLDER)
    findings: list[Drift] = []
    pointers: dict[tuple[str, str], Pointer] = {}
    for environment, name in _places(state, serials):
        alive()
        found, pointer = _own_faults(repository, state, environment, name, serials)
        findings += found
        if pointer:
            pointers[environment, name] = pointer
    findings += _release_faults(repository, pointers)
    return PointerReport(findings=tuple(findings), pointers=pointers, cut=cut)


def _places(state: State, serials: Mapping[str, int]) -> list[tuple[str, str]]:
    """Environment and prompt of every pointer there is or was, sorted."""
    known = (path.removeprefix(f"{FOLDER}/").removesuffix(".yaml").partition("/") for path in serials)
    found = {(environment, name) for environment, _, name in known if name_fault(name) is None}
    found |= {(environment, name) for environment, names in state.environments.items() for name in names}
    return sorted(found | set(state.moved))


def _own_faults(
    repository: Repository, state: State, environment: str, name: str, serials: Mapping[str, int]
) -> tuple[list[Drift], Pointer | None]:
    """What is wrong with a pointer by itself, and the pointer where it can be read."""

    def undo(path: str) -> str:
        return _undo_line(repository, state, path) or _put_back_line(repository, state, environment, name)

    try:
        moves = state.moves(environment, name)
    except UsageError as error:
        repair = undo(moves_path(environment, name))
        return [_broken(environment, name, error, repair)], state.readable_pointer(environment, name)
    try:
        pointer = state.pointer(environment, name)
    except UsageError as error:
        return [_broken(environment, name, error, _rewrite(environment, name, moves))], None
    known = serials.get(pointer_path(environment, name), 0)
    return list(pointer_faults(environment, name, pointer, moves, known, undo)), pointer


def _rewrite(environment: str, name: str, moves: Moves) -> str:
    live = moves.stack()[-1] if moves.entries else None
    return f"promptctl rollback {name}{f'@{live.version}' if live else ''} {environment} --reason …"


def _undo_line(repository: Repository, state: State, path: str) -> str | None:
    """The command that takes back the last change of a file of the state branch; None where it never had the file."""
    found = repository.git.text("log", "-1", "--full-history", "--format=%h %P", str(state.commit), "--", path)
    if not found:
        return None
    commit, *parents = found.split()
    side = "-m 1 " if len(parents) > 1 else ""
    push = f" && git push {repository.remote} {state.branch}" if repository.remote else ""
    return f"git switch {state.branch} && git revert --no-edit {side}{commit}{push}"


def _put_back_line(repository: Repository, state: State, environment: str, name: str) -> str:
    """The command that brings a pointer and its moves from what the remote's branch was before it was pushed back by
    force; where they never were anywhere, the one that takes away a pointer that no move made."""
    moves, tips = moves_path(environment, name), [str(state.commit), *earlier_tips(repository, state.branch)]
    lost = repository.git.text("log", "-1", "--full-history", "--diff-filter=AM", "--format=%h", *tips, "--", moves)
    if not lost:
        return f"promptctl remove {name} {environment} --reason …"
    there = touched(repository, lost, (pointer_path(environment, name), moves))
    files, remote = " ".join(path for path, blob in there.items() if blob), repository.remote
    steps = (
        f"git switch --detach {remote}/{state.branch}",
        f"git restore --source={lost} --staged --worktree -- {files}",
        f"git commit -m 'Put back {name} in {environment}' -- {files}",
        f"git push {remote} HEAD:{state.branch}",
        "git switch -",
    )
    return " && ".join(steps)


def _release_faults(repository: Repository, pointers: Mapping[tuple[str, str], Pointer]) -> Iterator[Drift]:
    """Pointers whose release is not known, cannot be trusted, or has another digest."""
    locks = witnesses(repository, work=False)
    tags = {(tag.name, tag.version): tag for tag in known_tags(repository)}
    served_here = ((place, served) for place, pointer in pointers.items() for served in pointer.live)
    for (environment, name), served in served_here:
        tag = tags.get((name, served.version))
        back = f"promptctl rollback {name} {environment} --reason …"
        if tag is None:
            locked = any(lock.release_digest(name, served.version) for lock in locks.values())
            repair = _tags_line(repository) if locked else back
            message = f"{name} {served.version} has no tag, neither here nor on the remote as last fetched"
            yield _finding("pointer-dangling", environment, name, served, message, repair, served.digest)
            continue
        check = check_tag(repository, tag, locks)
        for fault in check.faults:
            message = f"{name} {served.version}: {fault.message}"
            yield _finding("pointer-digest", environment, name, served, message, back, fault.expected, fault.actual)
        if check.release and check.release.digest != served.digest:
            actual = check.release.digest
            message = f"{environment} serves {served.digest}, the release {name} {served.version} is {actual}"
            yield _finding("pointer-digest", environment, name, served, message, back, served.digest, actual)


def _tags_line(repository: Repository) -> str:
    fetch = f"git fetch {repository.remote} '+refs/tags/prompts/*:refs/tags/prompts/*'"
    return fetch if repository.remote else "promptctl release"


def _broken(environment: str, name: str, error: UsageError, repair: str) -> Drift:
    place = f" ({error.problem.place})" if error.problem.place else ""
    return Drift(kind="pointer-broken", prompt=name, environment=environment, message=f"{error}{place}", repair=repair)


def _finding(
    kind: str,
    environment: str,
    name: str,
    served: Served,
    message: str,
    repair: str,
    expected: str | None = None,
    actual: str | None = None,
) -> Drift:
    return Drift(
        kind=kind,
        prompt=name,
        environment=environment,
        version=served.version,
        message=message,
        repair=repair,
        expected=expected,
        actual=actual,
    )
