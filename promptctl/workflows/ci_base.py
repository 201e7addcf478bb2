"""What a change is compared with in CI, where a checkout is shallow, detached and knows few branches."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.git.refs import commit_of, merge_base
from promptctl.adapters.git.remote import fetch_commit, fetch_commit_line
from promptctl.adapters.github import GithubEvent
from promptctl.adapters.repository import Repository
from promptctl.errors import OutsideError, StateError
from promptctl.workflows.lock_base import read_base


@dataclass(frozen=True, slots=True, kw_only=True)
class CiBase:
    """``commit`` is None where nothing is there to compare with, or, with a ``fault``, where it is missing here.

    ``fetch`` is the command that brings it.
    """

    label: str = ""
    commit: str | None = None
    fault: str | None = None
    fetch: str | None = None


def find_base(
    repository: Repository, wanted: str | None, event: GithubEvent, *, fetch: bool, pipeline: bool = False
) -> CiBase:
    """The base: the one asked for, else what the event says, else where this branch left the default branch.

    With ``fetch`` one that is missing here is asked for. In a ``pipeline`` what is checked out does not say which
    branch is the default one.
    """
    if not wanted and _is_first_push(repository, event):
        return CiBase()
    named = wanted or _by_event(repository, event)
    if named is None:
        untold = pipeline and repository.remote and not repository.told_default
        return _untold() if untold else _by_history(repository)
    commit = commit_of(repository.git, named)
    if commit is None and fetch and repository.remote:
        try:
            fetch_commit(repository.git, repository.remote, _on_remote(repository, named))
        except OutsideError:
            return _missing(repository, named)
        commit = commit_of(repository.git, named)
    if commit is None:
        return _missing(repository, named)
    return CiBase(label=_label(named, commit), commit=_where_left(repository, commit))


def _label(named: str, commit: str) -> str:
    return commit[:7] if commit.startswith(named) else f"{named} at {commit[:7]}"


def _where_left(repository: Repository, commit: str) -> str:
    """Where this branch left the base, when history says so: what came to the base since is not this change's."""
    head = commit_of(repository.git, "HEAD")
    found = merge_base(repository.git, commit, head) if head else None
    return found or commit


def _missing(repository: Repository, named: str) -> CiBase:
    remote = repository.remote or "origin"
    line = fetch_commit_line(remote, _on_remote(repository, named), shallow=repository.git.shallow)
    return CiBase(label=named, fault=f"the base {named} is not in this clone", fetch=line)


def _on_remote(repository: Repository, named: str) -> str:
    return named.removeprefix("refs/remotes/").removeprefix(f"{repository.remote}/")


def _by_event(repository: Repository, event: GithubEvent) -> str | None:
    """What an event compares with: a pull request's first parent, what a push found, or a queue's base.

    A push that makes a branch is compared with the default one.
    """
    if event.name == "pull_request":
        parents = _parents(repository)
        return parents[0] if len(parents) > 1 else f"{repository.remote or 'origin'}/{event.base}"
    if event.name == "merge_group":
        return event.text("merge_group", "base_sha") or None
    before = event.text("before") if event.name == "push" else ""
    if before and not before.strip("0"):
        told = repository.told_default
        return f"{repository.remote}/{told}" if told else None
    return before or None


def _is_first_push(repository: Repository, event: GithubEvent) -> bool:
    """Whether a push made the default branch: all of it is new, and it must not be compared with itself."""
    before = event.text("before") if event.name == "push" else ""
    made = bool(before) and not before.strip("0")
    return made and event.text("ref") == f"refs/heads/{repository.told_default}"


def _parents(repository: Repository) -> tuple[str, ...]:
    """The parents that HEAD's commit names, those that a shallow clone does not have among them."""
    found = repository.objects.read("HEAD")
    lines = found[1].decode("utf-8", "replace").partition("\n\n")[0].split("\n") if found else []
    return tuple(line.removeprefix("parent ") for line in lines if line.startswith("parent "))


def _untold() -> CiBase:
    """Nobody says which branch is the default one but the change, which is not to choose what it is compared with."""
    return CiBase(fault="only the change itself says which branch is the default one", fetch="promptctl ci --base REV")


def _by_history(repository: Repository) -> CiBase:
    try:
        commit = read_base(repository).commit
    except StateError as error:
        return CiBase(fault=str(error), fetch=error.hint)
    return CiBase(label=commit[:7] if commit else "", commit=commit)
