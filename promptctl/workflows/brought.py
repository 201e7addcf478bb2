"""Which commit brought a release into the lock: the one that ``release`` tags, and the files an entry describes."""

from __future__ import annotations

from collections.abc import Mapping

from promptctl.adapters.repository import Repository, read_lock
from promptctl.core.releases import lockfile
from promptctl.core.releases.lockfile import Lockfile
from promptctl.core.releases.version import Version
from promptctl.errors import UsageError


def commits_that_brought(
    repository: Repository, head: str, wanted: Mapping[tuple[str, Version], str]
) -> dict[tuple[str, Version], str]:
    """The first-parent commit up to ``head`` that brought each release, with its digest, into the lock."""
    found: dict[tuple[str, Version], str] = {}
    missing = set(wanted)
    if not missing:
        return found
    log = repository.git.text("log", "--first-parent", "--format=%H", head, "--", lockfile.PATH)
    for commit in log.split():
        lock = lock_at(repository, commit)
        missing -= {key for key in missing if lock.release_digest(*key) != wanted[key]}
        if not missing:
            break
        found |= dict.fromkeys(missing, commit)
    return found


def last_that_had(repository: Repository, head: str, name: str) -> str | None:
    """The last first-parent commit up to ``head`` whose lock has a prompt, of those that changed the lock; or None."""
    log = repository.git.text("log", "--first-parent", "--format=%H", head, "--", lockfile.PATH)
    return next((commit for commit in log.split() if name in lock_at(repository, commit).prompts), None)


def lock_at(repository: Repository, commit: str) -> Lockfile:
    """The lock of a commit; empty where it cannot be read, since then it agrees on nothing."""
    try:
        return read_lock(repository.at(commit))
    except UsageError:
        return Lockfile()
