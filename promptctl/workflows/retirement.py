"""Which versions of a prompt nobody may promote any more."""

from __future__ import annotations

from collections.abc import Mapping

from promptctl.adapters.repository import Repository, read_lock, require_full_history
from promptctl.core.releases.version import Version
from promptctl.workflows.brought import last_that_had, lock_at


def retired_versions(repository: Repository, name: str) -> Mapping[Version, str]:
    """The versions that the default branch's lock retired, with the reasons; of a prompt that it has no more, since it
    was renamed or removed, those of the last lock that had it.

    Raises DocumentError when the lock is malformed, StateError where only missing history could tell.
    """
    entry = read_lock(repository.policy).prompts.get(name)
    if entry is None and (head := repository.default_commit):
        last = last_that_had(repository, head, name)
        if last is None:
            require_full_history(repository, f"which versions of {name} are retired")
        entry = lock_at(repository, last).prompts[name] if last else None
    return entry.retired if entry else {}
