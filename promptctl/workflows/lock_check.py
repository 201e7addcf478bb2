"""``lock --check``: judges the lock in the work tree by the files and, where that can be read, by its base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from promptctl.adapters.repository import Repository, read_lock
from promptctl.core.moves.drift import Drift, rewritten
from promptctl.core.releases.lockfile import LockEntry, Lockfile
from promptctl.core.releases.proposal import PromptBase, high_enough
from promptctl.core.releases.version import Change
from promptctl.errors import DocumentError, StateError
from promptctl.workflows.file_drift import file_drift
from promptctl.workflows.lock_base import Base, base_of, read_base


@dataclass(frozen=True, slots=True, kw_only=True)
class LockCheck:
    """Findings of ``lock --check``; ``note`` says what could not be judged."""

    findings: tuple[Drift, ...]
    prompts: int
    note: str | None = None

    @property
    def ok(self) -> bool:
        return not self.findings


def check_lock(repository: Repository, *, base: Base | None = None) -> LockCheck:
    """Judges the lock in the work tree by the files alone, and by the base where that can be read.

    ``base`` counts instead of the one that history gives. Raises DocumentError when the lock or a prompt is malformed.
    """
    # Listing the work tree comes first: it says of the lock, too, which content it has.
    names = repository.work.names
    found = read_lock(repository.work)
    digests = readable_digests(repository)
    findings = list(file_drift(repository.work, digests))
    note = None
    try:
        found_base = base or (read_base(repository) if (repository.root / ".git").exists() else Base())
        findings += _against_base(repository, found_base, found, digests)
    except StateError as error:
        note = f"not judged against the base: {error}" + (f"; {error.hint}" if error.hint else "")
    return LockCheck(findings=tuple(findings), prompts=len(names), note=note)


def readable_digests(repository: Repository) -> dict[str, str]:
    """The digest of every prompt. Raises DocumentError with the problems of all that cannot be read."""
    digests, errors = repository.work.digests()
    problems = [*repository.work.misplaced(), *(problem for error in errors for problem in error.problems)]
    if problems:
        raise DocumentError(tuple(dict.fromkeys(problems)))
    return digests


def _against_base(repository: Repository, base: Base, here: Lockfile, digests: Mapping[str, str]) -> Iterator[Drift]:
    if here is base.lock and not base.own:
        return
    from promptctl.core.prompts.contract import change_class

    yield from rewritten(base.lock, here)
    for name, content in digests.items():
        entry, before = here.prompts.get(name), base.lock.prompts.get(name)
        if entry is None or entry.digest != content or (_agree(entry, before) and name not in base.own):
            continue
        closure = repository.work.closure(name)
        start, closure_before = base_of(repository, base, name, closure.prompt.formerly)
        if name in base.own:
            yield from rewritten(Lockfile({name: replace(entry, releases=start.releases)}), here)
        change: Change = change_class(closure_before, closure).change if closure_before else "minor"
        if _too_low(start, entry, "minor" if entry.breaking and change == "major" else change):
            message = f"{name} {entry.version} is too low for a {change} change since {start.version}"
            yield Drift(
                kind="version-low", prompt=name, version=entry.version, message=message, repair="promptctl lock"
            )


def _agree(entry: LockEntry, before: LockEntry | None) -> bool:
    return before is not None and (entry.version, entry.digest) == (before.version, before.digest)


def _too_low(start: PromptBase, entry: LockEntry, change: Change) -> bool:
    """Unchanged files may keep their version; changed ones need a later one, high enough for the class."""
    if start.version is None or (change == "none" and not entry.version < start.version):
        return False
    return not high_enough(start.version, entry.version, change)
