"""What a change of prompts means for those who call them: class, versions, the contract's facts, and broken calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository, read_lock
from promptctl.core.lint.finding import Finding
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.contract import ContractChange, change_class
from promptctl.core.releases.lockfile import Lockfile
from promptctl.errors import PromptctlError, UsageError
from promptctl.workflows.changed import ChangedPrompt
from promptctl.workflows.ci_unjudged import Unjudged
from promptctl.workflows.lock_base import Base, TagsByName, base_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """One changed prompt. ``kind`` as in ``ChangedPrompt``; ``before`` and ``after`` are the versions that the base's
    lock and the lock here agree on, None where there is none.

    ``contract`` is None where there is nothing to compare: a prompt that is new or removed. ``calls`` are the uses in
    code of this repository that fail once the change is served.
    """

    name: str
    kind: str
    before: str | None = None
    after: str | None = None
    contract: ContractChange | None = None
    calls: tuple[Finding, ...] = ()

    def data(self) -> dict[str, Any]:
        """What is printed of it as JSON."""
        contract = self.contract
        return {
            "prompt": self.name,
            "kind": self.kind,
            "class": contract.change if contract else None,
            "before": self.before,
            "after": self.after,
            "reasons": [
                {"field": it.field, "message": it.message, "class": it.change}
                for it in (contract.reasons if contract else ())
            ],
            "calls": [it.to_dict() for it in self.calls],
        }


def impacts_of(
    repository: Repository, commit: str | None, changed: Iterable[ChangedPrompt]
) -> tuple[tuple[Impact, ...], tuple[Unjudged, ...]]:
    """The impact of each changed prompt on those who call the version that the base's commit agreed on, and what could
    not be read for it."""
    base = _base(repository, commit)
    unjudged: list[Unjudged] = []
    changed = tuple(changed)
    calls = _calls(repository, changed, unjudged)
    impacts = tuple(_impact(repository, base, change, calls, unjudged) for change in changed)
    return impacts, tuple(unjudged)


def name_before(base: Project, closure: Closure) -> str | None:
    """What a base calls a prompt; None where it does not have it."""
    return next((name for name in (closure.prompt.name, *closure.prompt.formerly) if base.has(name)), None)


def _base(repository: Repository, commit: str | None) -> Base:
    if commit is None:
        return Base()
    project = repository.at(commit)
    lock = read_lock(project)
    return Base(commit=commit, project=project, lock=lock, tip=lock, tags=TagsByName(repository))


def _impact(
    repository: Repository,
    base: Base,
    change: ChangedPrompt,
    calls: Mapping[str, tuple[Finding, ...]],
    unjudged: list[Unjudged],
) -> Impact:
    work = repository.work
    closure = work.closure(change.name) if change.kind != "removed" else None
    called = change.name if closure is None else name_before(base.project, closure) if base.project else None
    contract = None
    if closure and called:
        try:
            before = _agreed(repository, base, called, closure)
            contract = change_class(before, closure) if before else None
        except PromptctlError as error:
            why = f"the contract: the base's version of it cannot be read: {error}"
            unjudged.append(Unjudged(kind="impact", prompt=change.name, why=why, command=error.hint))
    return Impact(
        name=change.name,
        kind=change.kind,
        before=_version(base.lock, called) if called else None,
        after=_version(read_lock(work), change.name, digest(closure)) if closure else None,
        contract=contract,
        calls=calls.get(change.name, ()),
    )


def _agreed(repository: Repository, base: Base, called: str, closure: Closure) -> Closure | None:
    """What the base's lock agreed on: its files, unless some were committed since without a lock.

    Raises StateError with the fetch line where only tags or history tell.
    """
    entry, project = base.lock.prompts.get(called), base.project
    if project and (entry is None or entry.digest == project.digest(called)):
        return project.closure(called)
    return base_of(repository, base, closure.prompt.name, closure.prompt.formerly)[1]


def _version(lock: Lockfile, name: str, wanted: str | None = None) -> str | None:
    """The version that a lock has of a prompt; None where it has it otherwise than ``wanted``."""
    entry = lock.prompts.get(name)
    return str(entry.version) if entry and wanted in (None, entry.digest) else None


def _calls(
    repository: Repository, changed: Iterable[ChangedPrompt], unjudged: list[Unjudged]
) -> Mapping[str, tuple[Finding, ...]]:
    code = repository.work.settings.code
    if not code:
        return {}
    from promptctl.workflows.code import broken_calls

    prompts = [repository.work.prompt(it.name) for it in changed if it.kind in ("new", "changed")]
    gone = [it.name for it in changed if it.kind == "removed"]
    try:
        return broken_calls(repository.root, code, prompts, gone)
    except UsageError as error:
        unjudged.append(Unjudged(kind="impact", why=f"calls in code: {error}", command=error.hint))
        return {}
