"""The prompts that differ from a base, each with the reason: by digests, never by the names of files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass

from promptctl.adapters.judges import written_judges
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.suites import named_files
from promptctl.core.prompts.canonical import digest, parts
from promptctl.core.prompts.closure import Closure
from promptctl.core.releases.lockfile import LockEntry, Lockfile
from promptctl.errors import UsageError

_NO_PART = ("prompt.yaml", "evidence", "replies")
_Files = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPrompt:
    """``kind`` is new, changed, suite (only what judges it) or removed; ``reasons`` name the parts that differ."""

    name: str
    kind: str
    reasons: tuple[str, ...] = ()


def changed_prompts(repository: Repository, base: str) -> tuple[ChangedPrompt, ...]:
    """What the work tree has otherwise than the commit ``base``, by its lock; prompts that cannot be read are left out.

    Raises DocumentError when the base's lock is malformed.
    """
    before = repository.at(base)
    lock = read_lock(before)
    closures, _ = repository.work.readable()
    beside = (_beside(repository.work), _beside(before))
    found = [change for closure in closures.values() if (change := _change(repository, before, lock, closure, beside))]
    kept = {*repository.work.names, *repository.work.former}
    found += [ChangedPrompt(name=name, kind="removed") for name in lock.prompts if name not in kept]
    found += list(_judged_by(repository.work, before, found))
    return tuple(sorted(found, key=lambda change: change.name))


def _change(
    repository: Repository, before: Project, lock: Lockfile, closure: Closure, beside: tuple[_Files, _Files]
) -> ChangedPrompt | None:
    prompt = closure.prompt
    old = next((name for name in (prompt.name, *prompt.formerly) if name in lock.prompts), None)
    if old is None:
        return ChangedPrompt(name=prompt.name, kind="new")
    if digest(closure) != lock.prompts[old].digest:
        reasons = tuple(_differing(lock.prompts[old], parts(closure)))
        return ChangedPrompt(name=prompt.name, kind="changed", reasons=reasons)
    here, there = beside[0].get(prompt.name, {}), beside[1].get(old, {})
    files = tuple(
        file
        for file in sorted(here.keys() | there.keys())
        if "eval.yaml" in here and _bytes(repository.work, here.get(file)) != _bytes(before, there.get(file))
    )
    return ChangedPrompt(name=prompt.name, kind="suite", reasons=files) if files else None


def _judged_by(project: Project, before: Project, found: Collection[ChangedPrompt]) -> Iterator[ChangedPrompt]:
    """Prompts that are as they were, under suites whose judges, or files outside of what is theirs alone, are not."""
    known = {change.name for change in found}
    judges = {change.name for change in found if change.kind != "suite"}
    files = {path for path in _for_others(project) | _for_others(before) if _differs(project, before, path)}
    for name in project.names if judges or files else ():
        reasons = _reasons(project, name, judges, files) if name not in known else ()
        if reasons:
            yield ChangedPrompt(name=name, kind="suite", reasons=tuple(reasons))


def _for_others(project: Project) -> set[str]:
    """Files that the suite of another prompt than theirs may name: modules, and what is in a folder inside its own."""
    names = frozenset(project.names)
    return {
        path
        for path in project.tree.files()
        if path.endswith(".py") or _owner(names, _owner(names, path.removeprefix("prompts/")).rpartition("/")[0])
    }


def _differs(project: Project, before: Project, path: str) -> bool:
    here, there = (path if path in each.tree.files() else None for each in (project, before))
    return _bytes(project, here) != _bytes(before, there)


def _reasons(project: Project, name: str, judges: Set[str], files: Set[str]) -> list[str]:
    """What judges a prompt and is otherwise."""
    try:
        document = project.document(f"prompts/{name}/eval.yaml")
    except UsageError:
        return []
    if document is None:
        return []
    called = sorted(judges & {*written_judges(document)})
    return [*(f"judge {judge}" for judge in called), *sorted(files & {*named_files(document, name)})]


def _differing(entry: LockEntry, now: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys([*now, *entry.parts]):
        if now.get(name) != entry.parts.get(name):
            state = "added" if name not in entry.parts else "removed" if name not in now else "changed"
            yield f"{name} {state}"


def _beside(project: Project) -> dict[str, dict[str, str]]:
    """Each prompt's own files, those it is judged by, as their names in its folder with their paths."""
    names, found = frozenset(project.names), dict[str, dict[str, str]]()
    for path in project.tree.files():
        owner = _owner(names, path.removeprefix("prompts/"))
        file = path.removeprefix(f"prompts/{owner}/")
        if owner and file.split("/")[0] not in _NO_PART:
            found.setdefault(owner, {})[file] = path
    return found


def _owner(names: Set[str], place: str) -> str:
    """The innermost prompt that a place below ``prompts/`` is in; empty where it is in none."""
    while place and place not in names:
        place = place.rpartition("/")[0]
    return place


def _bytes(project: Project, path: str | None) -> bytes | None:
    try:
        return project.tree.read(path).replace(b"\r\n", b"\n") if path else None
    except UsageError:
        return None
