"""``retire``: withdraws a version in the lock, so that nothing promotes it from then on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.writing import write_file
from promptctl.core.releases import lockfile
from promptctl.core.releases.reference import parse_reference
from promptctl.core.releases.version import Version
from promptctl.errors import StateError, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireResult:
    """``written`` is False when the version was retired for this reason already."""

    name: str
    version: Version
    reason: str
    written: bool


def retire(repository: Repository, text: str, reason: str) -> RetireResult:
    """Writes the reason into the work tree's lock. Raises UsageError without a version, StateError for unknown ones."""
    reference = parse_reference(text)
    if reference.version is None:
        raise UsageError(
            "PC003", f"{text} names no version", hint=f"promptctl retire {reference.name}@1.0.0 --reason …"
        )
    if not reason.strip():
        raise UsageError("PC001", "a reason is needed", hint="--reason 'leaks addresses'")
    if not reason.isprintable():
        raise UsageError("PC001", "a reason is one line of printable characters")
    lock = read_lock(repository.work)
    entry = lock.prompts.get(reference.name)
    if entry is None:
        repository.work.find(reference.name)
    if entry is None or reference.version not in entry.releases:
        raise StateError(
            "PC096",
            f"the lock knows no release {reference.name} {reference.version}",
            hint=f"promptctl history {reference.name}",
        )
    written = entry.retired.get(reference.version) != reason
    if written:
        changed = replace(entry, retired={**entry.retired, reference.version: reason})
        text_after = lock.with_entry(reference.name, changed).to_text()
        write_file(repository.root / lockfile.PATH, text_after.encode(), lockfile.PATH)
    return RetireResult(name=reference.name, version=reference.version, reason=reason, written=written)
