"""Two locks that grew from one, brought together prompt by prompt; where both changed one, nobody guesses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from promptctl.core.releases.lockfile import LockEntry, Lockfile, entry_block, lock_text
from promptctl.core.releases.version import Version

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedLock:
    """``text`` is the lock, with conflict markers around the entries of the prompts in ``conflicts``."""

    text: str
    conflicts: tuple[str, ...]


def merge_locks(base: Lockfile, ours: Lockfile, theirs: Lockfile) -> MergedLock:
    """The lock with what both sides did. Law: swapping the sides changes neither the conflicts nor a text without."""
    blocks, conflicts = [], []
    for name in sorted(base.prompts.keys() | ours.prompts.keys() | theirs.prompts.keys()):
        one, other = ours.prompts.get(name), theirs.prompts.get(name)
        entry, settled = _entry(base.prompts.get(name), one, other)
        if not settled:
            conflicts.append(name)
            blocks.append(_conflict(name, one, other))
        elif entry:
            blocks.append(entry_block(name, entry))
    return MergedLock(text=lock_text(blocks), conflicts=tuple(conflicts))


def _entry(base: LockEntry | None, ours: LockEntry | None, theirs: LockEntry | None) -> tuple[LockEntry | None, bool]:
    """The entry of one prompt (None: it has none any more), and whether the sides agree on it."""
    if ours == theirs or theirs == base:
        return ours, True
    if ours == base:
        return theirs, True
    if ours is None or theirs is None:
        return None, False
    agreed = _agreed(base, ours, theirs)
    releases = _union(ours.releases, theirs.releases)
    retired = _union(ours.retired, theirs.retired)
    if agreed is None or releases is None or retired is None:
        return None, False
    return replace(agreed, releases=releases, retired=retired), True


def _agreed(base: LockEntry | None, ours: LockEntry, theirs: LockEntry) -> LockEntry | None:
    """The side whose version and digest hold: the one that changed them, or either where both say the same."""
    if _proposal(ours) == _proposal(theirs) or (base and _proposal(theirs) == _proposal(base)):
        return ours
    return theirs if base and _proposal(ours) == _proposal(base) else None


def _proposal(entry: LockEntry) -> tuple[Version, str, Mapping[str, str], bool]:
    return entry.version, entry.digest, entry.parts, entry.breaking


def _union(ours: Mapping[Version, Value], theirs: Mapping[Version, Value]) -> dict[Version, Value] | None:
    """What either side knows; None where they say different things of one version. Nobody takes a release away."""
    if any(ours[version] != theirs[version] for version in ours.keys() & theirs.keys()):
        return None
    return {**theirs, **ours}


def _conflict(name: str, ours: LockEntry | None, theirs: LockEntry | None) -> str:
    sides = [entry_block(name, entry) if entry else f"  {name} has no entry" for entry in (ours, theirs)]
    return f"<<<<<<< ours\n{sides[0]}\n=======\n{sides[1]}\n>>>>>>> theirs\n"
