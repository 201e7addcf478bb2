"""A lock of which earlier commands know entries: one prompt's versions need not wait for those of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from promptctl.adapters.known import KnownFiles
from promptctl.core.lockfile import PATH, LockEntry, lock_entry

_MOST_KEPT = 10
"""Entries that one command notes: one that asks for more reads the lock anyway."""


class KnownEntries(Mapping[str, LockEntry]):
    """The entries of a lock without a fault; the lock is read only for more than commands before asked for."""

    def __init__(self, known: KnownFiles, read: Callable[[], Mapping[str, LockEntry]]) -> None:
        self._known, self._read = known, read
        self._kept = 0

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
        fact = self._known.get("entries", PATH, name) if "_entries" not in self.__dict__ else None
        if isinstance(fact, dict):
            return lock_entry(fact) if fact else default
        found = self._entries.get(name)
        if self._kept < _MOST_KEPT:
            self._known.keep("entries", PATH, found.to_dict() if found else {}, name)
            self._kept += 1
        return found or default

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
