"""``lock``: writes what versions and digests the team agrees on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from promptctl.adapters.files import decode
from promptctl.adapters.former_names import contested
from promptctl.adapters.git.refs import commit_of
from promptctl.adapters.git.stored import stored_otherwise
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import read_state
from promptctl.adapters.writing import write_file
from promptctl.core.prompts.canonical import digest, parts
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.contract import ContractChange, change_class
from promptctl.core.prompts.prompt import Prompt
from promptctl.core.releases import lockfile
from promptctl.core.releases.lockfile import EMPTY, LockEntry, Lockfile, ordered, parse_lock
from promptctl.core.releases.proposal import PromptBase, Wish, propose
from promptctl.core.releases.version import Change, Version
from promptctl.errors import DocumentError, Place, StateError, UsageError
from promptctl.workflows.lock_base import Base, base_of, read_base

CONVERTED = "PC269"


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


def lock(repository: Repository, names: Sequence[str] = (), wish: Wish | None = None) -> LockResult:
    """Writes the lock for all prompts, or for some. Raises UsageError or StateError and then writes nothing.

    A wish without names is for the prompts that changed; one with names also raises what did not change.
    """
    if problems := tuple(contested(repository.work)):
        raise DocumentError(problems)
    base = read_base(repository)
    standing, readable = _standing(repository)
    named = frozenset(repository.work.find(name) for name in names)
    lost = base.lock.prompts.keys() - standing.prompts.keys()
    everything = frozenset(repository.work.names)
    chosen = (named | lost) & everything if named and readable else everything
    closures = readable_closures(repository, sorted(chosen))
    entries: dict[str, LockEntry] = {}
    changes: list[LockChange] = []
    for name in repository.work.names:
        now = standing.prompts.get(name)
        if name in closures:
            asked = wish or Wish() if not named or name in named else Wish()
            entries[name], change = _entry(repository, base, closures[name], now, asked, named=name in named)
            changes += [change] if change else []
        elif now:
            entries[name] = now
    changes += _dropped(repository, base, standing)
    text = Lockfile(entries).to_text()
    written = text != standing_text(repository)
    if written:
        _require_stored_so(repository, closures)
        write_file(repository.root / lockfile.PATH, text.encode(), lockfile.PATH)
    label = base.commit[:7] if base.commit else None
    return LockResult(changes=tuple(changes), written=written, base=label, prompts=len(entries))


def _require_stored_so(repository: Repository, names: Iterable[str]) -> None:
    """Raises StateError where commits hold other bytes than those that lie here: no lock could hold for both."""
    paths = {path for name in names for path in repository.work.files_of(name)}
    if found := stored_otherwise(repository.git, paths):
        message = f"Git stores {found[0]} otherwise than it lies here, so that its commit would have another digest"
        hint = f"echo '{found[0]} -filter -ident -working-tree-encoding' >> .gitattributes"
        raise StateError(CONVERTED, message, place=Place(found[0]), hint=hint)


def _entry(
    repository: Repository, base: Base, closure: Closure, now: LockEntry | None, wish: Wish, *, named: bool
) -> tuple[LockEntry, LockChange | None]:
    prompt = closure.prompt
    start, before = base_of(repository, base, prompt.name, prompt.formerly)
    found = change_class(before, closure) if before else None
    change: Change = found.change if found else "minor"
    asked = wish if named or change != "none" else Wish()
    entry = propose(prompt.name, digest(closure), parts(closure), start, change, now, asked)
    told = (*_base_reasons(base, start, prompt), *_reasons(found))
    if entry.version == start.version and not told:
        return entry, None
    shown: Change = change if start.version else "none"
    return entry, LockChange(name=prompt.name, before=start.version, after=entry.version, change=shown, reasons=told)


def _base_reasons(base: Base, start: PromptBase, prompt: Prompt) -> Iterator[str]:
    """What an entry takes over besides the change of the files."""
    for version in sorted(start.withdrawn, key=lambda found: found.precedence):
        yield f"{version} was never released and cannot be any more"
    for version in ordered(start.hotfixes):
        yield f"copies the release {version} from its tag"
    old = next((name for name in prompt.formerly if name in base.lock.prompts), None)
    if old and prompt.name not in base.lock.prompts:
        yield f"was {old}"


def _reasons(found: ContractChange | None) -> tuple[str, ...]:
    return tuple(f"{reason.field}: {reason.message}" for reason in found.reasons) if found else ()


def readable_closures(repository: Repository, names: Sequence[str]) -> dict[str, Closure]:
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


def _standing(repository: Repository) -> tuple[Lockfile, bool]:
    """The lock that is there now, and whether it could be read.

    One in conflict counts as HEAD's with all that the other side has or withdrew: only its prompts are needed.
    """
    try:
        return parse_lock(standing_text(repository) or EMPTY), True
    except DocumentError:
        found = Lockfile()
    for side in ("HEAD", "MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD"):
        commit = commit_of(repository.git, side)
        try:
            found = found.joined(read_lock(repository.at(commit))) if commit else found
        except UsageError:
            continue
    return found, False


def _dropped(repository: Repository, base: Base, standing: Lockfile) -> list[LockChange]:
    """Entries whose prompt is gone, not renamed. Raises StateError when an environment still serves one."""
    kept = {*repository.work.names, *repository.work.former}
    gone = sorted((standing.prompts.keys() | base.lock.prompts.keys()) - kept)
    served = read_state(repository).environments if gone else {}
    for name in gone:
        environments = [environment for environment, names in served.items() if name in names]
        if environments:
            message = f"{name} is gone from the files, but {', '.join(environments)} still serves it"
            raise StateError("PC028", message, hint=f"promptctl remove {name} {environments[0]} --reason …")
    entries = {name: base.lock.prompts.get(name) or standing.prompts[name] for name in gone}
    return [LockChange(name=name, before=entry.version, after=None, change="major") for name, entry in entries.items()]
