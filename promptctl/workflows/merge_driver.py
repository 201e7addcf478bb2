"""``merge-driver``: what Git asks where two branches changed the lock or a pointer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.files import decode, read_bytes
from promptctl.adapters.writing import write_file
from promptctl.core.releases.lock_merge import merge_locks
from promptctl.core.releases.lockfile import EMPTY, PATH, parse_lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """One file: ``conflicts`` are the prompts of the lock that people have to settle, or the pointer itself."""

    path: str
    conflicts: tuple[str, ...]

    @property
    def is_lock(self) -> bool:
        return self.path == PATH

    @property
    def ok(self) -> bool:
        return not self.conflicts


def drive_merge(base: Path, ours: Path, theirs: Path, path: str) -> Driven:
    """Merges the file called ``path`` into ``ours``, where Git wants the result.

    A lock is merged prompt by prompt. Of a pointer and its moves nothing is ever mixed: ours stays, in conflict. Raises
    UsageError for a lock that cannot be read; then ours stays too.
    """
    if path != PATH:
        return Driven(path=path, conflicts=(path,))
    sides = (parse_lock(decode(read_bytes(file, path), path) or EMPTY, path) for file in (base, ours, theirs))
    merged = merge_locks(*sides)
    write_file(ours, merged.text.encode(), path)
    return Driven(path=path, conflicts=merged.conflicts)
