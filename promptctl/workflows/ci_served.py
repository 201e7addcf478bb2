"""What environments serve, as far as the checkout of a pull request can tell, and the few refs that tell the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from promptctl.adapters.git.branches import NOT_FETCHED
from promptctl.adapters.git.refs import commit_of
from promptctl.adapters.git.remote import fetch_commit, fetch_commit_line, fetch_tags, fetch_tags_line
from promptctl.adapters.github import GithubEvent
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import State, read_state, state_at
from promptctl.core.moves.pointer import Pointer
from promptctl.core.prompts.closure import Closure
from promptctl.core.releases.tag import tag_ref
from promptctl.errors import OutsideError, PromptctlError, StateError
from promptctl.workflows.ci_unjudged import Unjudged
from promptctl.workflows.releases import read_release, witnesses


def state_for(
    repository: Repository, event: GithubEvent, base: str | None, *, fetch: bool
) -> tuple[State | None, Unjudged | None]:
    """The state as last fetched, else as the base has it where a pull request goes to the state branch itself.

    With ``fetch`` a state branch that is missing here is brought.
    """
    try:
        state = read_state(repository)
        # A clone that has no branch of the remote at all says nothing about what the remote has.
        if state.commit or not repository.remote or repository.default_commit:
            return state, None
    except StateError as error:
        if error.code != NOT_FETCHED:
            return None, _unread(str(error), error.hint)
    branch, remote = repository.state_branch, repository.remote or "origin"
    if base and event.base == branch:
        return state_at(repository, branch, base), None
    line = fetch_commit_line(remote, branch, shallow=repository.git.shallow)
    if not fetch:
        return None, _unread(f"the branch `{branch}` of {remote} is not in this clone", line)
    try:
        fetch_commit(repository.git, remote, branch)
        repository.forget()
        return read_state(repository), None
    except PromptctlError as error:
        return None, _unread(str(error), line)


def _unread(why: str, command: str | None) -> Unjudged:
    return Unjudged(kind="plan", why=f"what environments serve: {why}", command=command)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What one environment serves of a prompt; ``closure`` is None where its text is not in this clone, for which
    ``why`` says the reason and ``command`` brings it."""

    pointer: Pointer
    closure: Closure | None = None
    why: str | None = None
    command: str | None = None


def bring_tags(repository: Repository, base: Project | None, pointers: Iterable[tuple[str, Pointer]]) -> None:
    """Fetches the tags of what is served and cannot be read from the base; where that fails, reading says so."""
    wanted = {
        tag_ref(name, pointer.served.version)
        for name, pointer in pointers
        if _at_base(base, name, pointer) is None
        and not commit_of(repository.git, tag_ref(name, pointer.served.version))
    }
    if wanted and repository.remote:
        try:
            fetch_tags(repository.git, repository.remote, sorted(wanted))
        except OutsideError:
            return
        repository.forget()


def live_text(repository: Repository, base: Project | None, name: str, pointer: Pointer) -> Live:
    """What is served, read from the base where it is the same there, else from its tag."""
    if closure := _at_base(base, name, pointer):
        return Live(pointer=pointer, closure=closure)
    version = pointer.served.version
    try:
        release = read_release(repository, name, version, witnesses(repository, work=False))
        return Live(pointer=pointer, closure=release.closure)
    except PromptctlError as error:
        ref, git = tag_ref(name, version), repository.git
        missing = repository.remote and commit_of(git, ref) is None
        line = fetch_tags_line(repository.remote or "origin", [ref], shallow=git.shallow) if missing else error.hint
        why = f"the tag of {name} {version} is not in this clone" if missing else str(error)
        return Live(pointer=pointer, why=why, command=line)


def _at_base(base: Project | None, name: str, pointer: Pointer) -> Closure | None:
    """The base's files, where its lock and they are what is served."""
    if base is None or not base.has(name):
        return None
    try:
        entry = read_lock(base).prompts.get(name)
        same = entry is not None and entry.digest == pointer.served.digest == base.digest(name)
        return base.closure(name) if same else None
    except PromptctlError:
        return None
