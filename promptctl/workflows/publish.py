"""Puts one commit on the state branch: built on what the branch has, moved by compare-and-swap, pushed, read back.

After any failure the outcome is known or called unknown. A commit that did not reach the remote is kept under
``refs/promptctl/unsent/`` and sent, first, by the next write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from promptctl.adapters.git.commits import Checkout, update_branch, write_commit
from promptctl.adapters.git.refs import commit_of
from promptctl.adapters.git.remote import Pushed, Update, fetch_shared, push
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import UNSENT, State, state_at, unsent_commit
from promptctl.errors import OutsideError, StateError
from promptctl.workflows.unsent import operation_of, replay, touched

RACED, NOT_LIVE, UNKNOWN_OUTCOME = "PC112", "PC113", "PC114"
_TRIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Files to set or remove (None) on the state branch, and the commit's subject and body."""

    files: Mapping[str, bytes | None]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """``commit`` is None when there was nothing to do; ``sent`` tells whether the remote has it."""

    commit: str | None
    branch: str
    remote: str | None
    sent: bool
    resent: bool = False
    note: str | None = None


Build = Callable[[State], Edit | None]


def publish(
    repository: Repository, operation: str, build: Build, *, send: bool = True, fetch: bool = True
) -> Published:
    """Builds an edit on the newest state and records it.

    ``operation`` spells the command, so that a repeated one only sends what is kept. ``build`` judges the state it is
    given and may raise; it runs again when another write came first and left the same files alone.

    Raises StateError for a lost race or work in the way, OutsideError when the commit is recorded here but not live, or
    when nobody can tell.
    """
    remote, branch = repository.remote, repository.state_branch
    if remote and send and fetch:
        fetch_shared(repository.git, remote, [repository.default_branch, branch])
        repository.forget()
    first: Mapping[str, str | None] | None = None
    for _ in range(_TRIES):
        tip = repository.commit_last_seen(branch)
        kept = _replayed(repository, tip)
        repeated = kept is not None and operation_of(repository, kept) == operation
        edit = None if repeated else build(state_at(repository, branch, kept or tip))
        if edit is None and kept is None:
            return Published(commit=None, branch=branch, remote=remote, sent=True)
        paths = tuple(edit.files) if edit else ()
        first = _unmoved(repository, branch, first, tip, paths)
        commit = _commit(repository, kept or tip, edit, operation) if edit else kept
        assert commit is not None
        published = _deliver(repository, tip, commit, operation, send=send, resent=edit is None)
        if published:
            return published
        fetch_shared(repository.git, remote, [branch]) if remote else None
        repository.forget()
    raise StateError(RACED, f"{branch} moved {_TRIES} times while this was tried", hint="try again")


def _commit(repository: Repository, base: str | None, edit: Edit, operation: str) -> str:
    return write_commit(repository.git, base, edit.files, f"{edit.message.rstrip()}\n\nPromptctl-Op: {operation}\n")


def _replayed(repository: Repository, tip: str | None) -> str | None:
    """What is kept unsent, on top of the tip. Raises StateError when others moved the same pointers."""
    kept = unsent_commit(repository)
    return replay(repository, kept, tip) if kept else None


def _unmoved(
    repository: Repository, branch: str, first: Mapping[str, str | None] | None, tip: str | None, paths: tuple[str, ...]
) -> Mapping[str, str | None]:
    """The state of the edit's files when it was first built. Raises StateError when they moved since."""
    now = touched(repository, tip, paths)
    if first is None:
        return now
    moved = [path for path in paths if path in first and first[path] != now[path]]
    if moved:
        raise StateError(
            RACED, f"lost a race: {describe_last(repository, branch, tip, moved[0])}", hint="look, then try again"
        )
    return {**now, **first}


def describe_last(repository: Repository, branch: str, tip: str | None, path: str) -> str:
    """Who last moved a file of the state branch, and what they did."""
    if tip is None:
        return f"{path} is gone from {branch}"
    said = repository.git.text("log", "-1", "--format=%an: %s (%h)", tip, "--", path)
    return said or f"{path} moved on {branch}"


def _deliver(
    repository: Repository, tip: str | None, commit: str, operation: str, *, send: bool, resent: bool
) -> Published | None:
    """Records the commit; None when another write came first."""
    git, remote, branch = repository.git, repository.remote, repository.state_branch
    if remote and not send:
        git.run("update-ref", "-m", f"promptctl: {operation}", UNSENT + branch, commit)
        later = f"recorded here only; the next write sends it ({UNSENT}{branch})"
        return Published(commit=commit, branch=branch, remote=remote, sent=False, note=later)
    local = commit_of(git, f"refs/heads/{branch}")
    follows = local == tip or (local is None and remote is None)
    checkout = Checkout(git, branch) if follows and local else None
    if checkout:
        checkout.require_free(tip, commit)
    if remote:
        done = _push(repository, remote, commit)
        if done.outcome == "raced":
            return None
        _require_landed(repository, done, commit, operation)
    followed = follows and (local is not None or remote is None) and update_branch(git, branch, commit, tip, operation)
    if not remote and not followed:
        return None
    if checkout and followed:
        checkout.follow(tip, commit)
    _forget_unsent(repository)
    note = None if followed or local is None else f"your branch {branch} has commits of its own: git pull --rebase"
    repository.forget()
    return Published(commit=commit, branch=branch, remote=remote, sent=True, resent=resent, note=note)


def _push(repository: Repository, remote: str, commit: str) -> Pushed:
    git, branch = repository.git, repository.state_branch
    tracking = f"refs/remotes/{remote}/{branch}"
    update = Update(ref=f"refs/heads/{branch}", new=commit, old=commit_of(git, tracking))
    done = push(git, remote, [update])
    if done.outcome == "done":
        git.run("update-ref", "-m", "promptctl: pushed", tracking, commit)
    return done


def _require_landed(repository: Repository, done: Pushed, commit: str, operation: str) -> None:
    """Keeps what did not land and raises OutsideError, saying whether it is known not to be live."""
    if done.outcome == "done":
        return
    branch = repository.state_branch
    repository.git.run("update-ref", "-m", f"promptctl: {operation}", UNSENT + branch, commit)
    hint = f"the next write sends it; to drop it: git update-ref -d {UNSENT}{branch}"
    if done.outcome == "unknown":
        message = f"nobody can tell whether {repository.remote} has it: {done.said}"
        raise OutsideError(UNKNOWN_OUTCOME, message, hint=hint)
    raise OutsideError(NOT_LIVE, f"recorded here, not live: {done.said}", hint=hint)


def _forget_unsent(repository: Repository) -> None:
    if unsent_commit(repository):
        repository.git.run("update-ref", "-d", UNSENT + repository.state_branch)
