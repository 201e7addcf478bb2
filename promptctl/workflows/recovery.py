"""What a killed write left behind is finished or undone, and said, before the next one begins."""

from __future__ import annotations

from promptctl.adapters.git.checkout import Checkout
from promptctl.adapters.git.failure import GitFailure
from promptctl.adapters.git.journal import Entry, Journal
from promptctl.adapters.git.refs import commit_of, is_ancestor
from promptctl.adapters.git.remote import fetch_objects, remote_refs
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import UNSENT


def recover(repository: Repository, journal: Journal) -> str | None:
    """Settles the journal; a sentence about what was found, None when nothing was. Called with the lock held."""
    entry = journal.read()
    if entry is None:
        journal.clear()
        return None
    taken = journal.free_refs(entry)
    outcome = _settle(repository, entry) if entry.new else "it is finished by running it again"
    journal.clear()
    repository.forget()
    locks = f"; took away {', '.join(taken)}" if taken else ""
    return f"an interrupted `{entry.operation}` was found: {outcome}{locks}"


def recovered(repository: Repository, operation: str) -> str | None:
    """The same for a command that may find nothing to write; who is writing at this moment is not waited for."""
    journal = Journal(repository.git)
    if not journal.path.exists() or journal.holder() is not None:
        return None
    with journal.writing(operation):
        return recover(repository, journal)


def _settle(repository: Repository, entry: Entry) -> str:
    assert entry.new
    branch = entry.refs[0].removeprefix("refs/heads/")
    if entry.remote:
        landed = _landed(repository, entry.remote, entry.refs[0], entry.new)
        if landed is None:
            if UNSENT + branch not in entry.refs:
                return f"nobody can tell whether {entry.remote} has {branch}; run it again"
            repository.git.run("update-ref", UNSENT + branch, entry.new)
            return f"nobody can tell whether {entry.remote} has it; it is kept here and sent with the next write"
        if not landed:
            return "it had not happened"
        tracking = f"refs/remotes/{entry.remote}/{branch}"
        seen = commit_of(repository.git, tracking)
        # Whoever fetched meanwhile may have seen what others put on top of it: that stays.
        if seen is None or not is_ancestor(repository.git, entry.new, seen):
            repository.git.run("update-ref", tracking, entry.new)
        for ref in (ref for ref in entry.refs if ref.startswith(UNSENT)):
            kept = commit_of(repository.git, ref)
            if kept and is_ancestor(repository.git, kept, entry.new):
                repository.git.run("update-ref", "-d", ref)
    local = commit_of(repository.git, entry.refs[0])
    if local is None or not is_ancestor(repository.git, entry.new, local):
        return "it is done" if entry.remote else "it had not happened"
    if entry.base and local == entry.new:
        Checkout(repository.git, branch).finish(entry.base, entry.new)
    return "it is done"


def _landed(repository: Repository, remote: str, ref: str, commit: str) -> bool | None:
    """Whether the remote has a commit on a branch; None when it cannot be asked."""
    try:
        there = remote_refs(repository.git, remote, ref).get(ref)
    except GitFailure:
        return None
    if there is None or there == commit:
        return there == commit
    try:
        fetch_objects(repository.git, remote, ref)
    except GitFailure:
        return None
    return is_ancestor(repository.git, commit, there)
