"""``lock``: writes what versions and digests the team agrees on; ``lock --check`` judges what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.adapters.files import decode, write_file
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import read_state
from promptctl.core import lockfile
from promptctl.core.canonical import digest, parts
from promptctl.core.closure import Closure
from promptctl.core.contract import ContractChange, change_class
from promptctl.core.drift import Drift, lock_drift, rewritten
from promptctl.core.lockfile import LockEntry, Lockfile, parse_lock
from promptctl.core.proposal import Wish, high_enough, propose
from promptctl.core.version import Change, Version
from promptctl.errors import DocumentError, StateError, UsageError
from promptctl.workflows.lock_base import Base, base_of, read_base


@dataclass(frozen=True, slots=True, kw_only=True)
class LockChange:
    """One prompt's entry: the base's version, the proposed one, and why. ``after`` is None for a dropped entry."""

    name: str
    before: Version | None
    after: Version | None
    change: Change
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockResult:
    """``changes`` lists the prompts that differ from the base; ``written`` tells whether the file changed."""

    changes: tuple[LockChange, ...]
    written: bool
    base: str | None
    prompts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LockCheck:
    """Findings of ``lock --check``; ``note`` says what could not be judged."""

    findings: tuple[Drift, ...]
    prompts: int
    note: str | None = None

    @property
    def ok(self) -> bool:
        return not self.findings


def lock(repository: Repository, names: Sequence[str] = (), wish: Wish | None = None) -> LockResult:
    """Writes the lock for all prompts, or for some. Raises UsageError or StateError and then writes nothing."""
    wish = wish or Wish()
    base = read_base(repository)
    standing = _standing(repository)
    chosen = [repository.work.find(name) for name in names] or list(repository.work.names)
    closures = _readable(repository, chosen)
    entries: dict[str, LockEntry] = {}
    changes: list[LockChange] = []
    for name in repository.work.names:
        now = standing.prompts.get(name)
        if name in closures:
            entries[name], change = _entry(repository, base, closures[name], now, wish)
            changes += [change] if change else []
        elif now:
            entries[name] = now
    changes += _dropped(repository, base, standing)
    text = Lockfile(entries).to_text()
    written = text != standing_text(repository)
    if written:
        write_file(repository.root / lockfile.PATH, text.encode())
    label = base.commit[:7] if base.commit else None
    return LockResult(changes=tuple(changes), written=written, base=label, prompts=len(entries))


def _entry(
    repository: Repository, base: Base, closure: Closure, now: LockEntry | None, wish: Wish
) -> tuple[LockEntry, LockChange | None]:
    prompt = closure.prompt
    start, before = base_of(repository, base, prompt.name, prompt.formerly)
    found = change_class(before, closure) if before else None
    change: Change = found.change if found else "minor"
    entry = propose(prompt.name, digest(closure), parts(closure), start, change, now, wish)
    previous = start.entry.version if start.entry else None
    if entry.version == previous and not start.hotfixes:
        return entry, None
    change = change if start.entry else "none"
    return entry, LockChange(
        name=prompt.name, before=previous, after=entry.version, change=change, reasons=_reasons(found)
    )


def _reasons(found: ContractChange | None) -> tuple[str, ...]:
    return tuple(f"{reason.field}: {reason.message}" for reason in found.reasons) if found else ()


def _readable(repository: Repository, names: Sequence[str]) -> dict[str, Closure]:
    """The closures of the chosen prompts. Raises DocumentError with the problems of all that cannot be read."""
    problems = list(repository.work.misplaced())
    closures: dict[str, Closure] = {}
    for name in names:
        try:
            closures[name] = repository.work.closure(name)
        except UsageError as error:
            problems += error.problems
    if problems:
        raise DocumentError(tuple(dict.fromkeys(problems)))
    return closures


def standing_text(repository: Repository) -> str | None:
    """The lock's text in the work tree, or None when there is none."""
    if lockfile.PATH not in repository.work.tree.files():
        return None
    return decode(repository.work.tree.read(lockfile.PATH), lockfile.PATH)


def _standing(repository: Repository) -> Lockfile:
    """The lock that is there now; one in conflict counts as empty, since only its prompts are needed."""
    try:
        return parse_lock(standing_text(repository) or '{"format": 1, "prompts": {}}')
    except DocumentError:
        return Lockfile()


def _dropped(repository: Repository, base: Base, standing: Lockfile) -> list[LockChange]:
    """Entries whose prompt is gone. Raises StateError when an environment still serves one."""
    gone = sorted((standing.prompts.keys() | base.lock.prompts.keys()) - set(repository.work.names))
    served = read_state(repository).environments if gone else {}
    for name in gone:
        environments = [environment for environment, names in served.items() if name in names]
        if environments:
            message = f"{name} is gone from the files, but {', '.join(environments)} still serves it"
            raise StateError("PC028", message, hint=f"promptctl remove {name} {environments[0]} --reason …")
    entries = {name: standing.prompts.get(name) or base.lock.prompts[name] for name in gone}
    return [LockChange(name=name, before=entry.version, after=None, change="major") for name, entry in entries.items()]


def check_lock(repository: Repository, *, allow_breaking: bool = False) -> LockCheck:
    """Judges the lock in the work tree by the files alone, and by the base where that can be read.

    Raises DocumentError when the lock or a prompt is malformed.
    """
    found = read_lock(repository.work)
    closures = _readable(repository, repository.work.names)
    digests = {name: digest(closure) for name, closure in closures.items()}
    findings = list(lock_drift(found, digests, {name: parts(closure) for name, closure in closures.items()}))
    note = None
    try:
        base = read_base(repository) if (repository.root / ".git").exists() else Base()
        findings += _against_base(repository, base, found, closures, allow_breaking=allow_breaking)
    except StateError as error:
        note = f"not judged against the base: {error}" + (f"; {error.hint}" if error.hint else "")
    return LockCheck(findings=tuple(findings), prompts=len(closures), note=note)


def _against_base(
    repository: Repository, base: Base, lock_here: Lockfile, closures: dict[str, Closure], *, allow_breaking: bool
) -> list[Drift]:
    findings = list(rewritten(base.lock, lock_here))
    for name, closure in closures.items():
        entry = lock_here.prompts.get(name)
        if entry is None or entry.digest != digest(closure):
            continue
        start, before = base_of(repository, base, name, closure.prompt.formerly)
        if before is None or start.entry is None or start.content == entry.digest:
            continue
        change: Change = "minor" if allow_breaking else change_class(before, closure).change
        if not high_enough(start.entry.version, entry.version, change):
            message = f"{name} {entry.version} is too low for a {change} change since {start.entry.version}"
            findings.append(Drift(kind="version-low", prompt=name, message=message, repair="promptctl lock"))
    return findings
