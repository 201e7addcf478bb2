"""What earlier commands know of a lock: entries, so that one prompt's versions need not wait for those of all, and what
commands that look at every prompt ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from promptctl.adapters.known import KnownFiles
from promptctl.core.releases.lockfile import PATH, LockEntry, lock_entry

if TYPE_CHECKING:
    from promptctl.adapters.project import Project

_MOST_KEPT = 10
"""Names that a command asks for first, whose entries it notes: one that asks for more reads the lock anyway."""


Agreed = tuple[str, str, bool]
"""Version and digest of a prompt in a lock, and whether that version is among its releases with that digest."""


def agreed(project: Project) -> Mapping[str, Agreed]:
    """What the lock of a tree says of every prompt. Raises DocumentError when it is malformed."""
    found: Mapping[str, Agreed] = project.known.noted(
        "agreed", PATH, lambda: {name: entry.agreed for name, entry in project.lock.prompts.items()}
    )
    return found


def retired(project: Project) -> Mapping[str, Mapping[str, str]]:
    """The withdrawn versions of prompts, with the reasons. Raises DocumentError when the lock is malformed."""

    def find() -> dict[str, dict[str, str]]:
        entries = ((name, entry.to_dict()) for name, entry in project.lock.prompts.items())
        return {name: written["retired"] for name, written in entries if "retired" in written}

    found: Mapping[str, Mapping[str, str]] = project.known.noted("retired", PATH, find)
    return found


class KnownEntries(Mapping[str, LockEntry]):
    """The entries of a lock without a fault; the lock is read only for more than commands before asked for."""

    def __init__(self, known: KnownFiles, read: Callable[[], Mapping[str, LockEntry]]) -> None:
        self._known, self._read = known, read
        self._asked = 0

    @cached_property
    def _entries(self) -> Mapping[str, LockEntry]:
        return self._read()

    def __getitem__(self, name: str) -> LockEntry:
        found: LockEntry | None = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """The entry of a prompt, ``default`` when it has none."""
        self._asked += 1
        fact = self._known.get("entries", PATH, name) if "_entries" not in self.__dict__ else None
        if isinstance(fact, dict):
            return lock_entry(fact) if fact else default
        found = self._entries.get(name)
        if self._asked <= _MOST_KEPT:
            self._known.keep("entries", PATH, found.to_dict() if found else {}, name)
        return found or default

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
