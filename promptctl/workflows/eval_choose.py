"""Which suites and cases a run is about: those that were named, that failed last time, or that a change touches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from promptctl.adapters.repository import Repository
from promptctl.adapters.run_failures import failed_cases
from promptctl.adapters.run_journal import runs_folder
from promptctl.core.counting import count
from promptctl.core.evals.packed import those
from promptctl.core.evals.selection import EVERYTHING, Selection
from promptctl.core.suggestion import suggest
from promptctl.errors import StateError, UsageError
from promptctl.workflows.eval_plan import Planned, plan_suite, plan_suites, suites_of
from promptctl.workflows.gate_context import GateContext

USAGE = "PC001"
NO_RUN, NO_BASE = "PC179", "PC180"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """``failed``: only cases that failed when their suite last ran. ``changed``: only suites that a change touches,
    compared with ``base`` or where this branch left the default one."""

    selection: Selection = EVERYTHING
    failed: bool = False
    changed: bool = False
    base: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The suites with their cases, and for each prompt that was looked at why it is among them, or is not."""

    planned: tuple[Planned, ...] = ()
    why: tuple[tuple[str, str], ...] = ()


def choose(repository: Repository, names: Sequence[str] | None, choice: Choice, context: GateContext) -> Chosen:
    """Plans the suites of some prompts, all without a name.

    Raises what ``plan_suites`` raises, StateError where no run is known, or the base is missing in this clone.
    """
    why: dict[str, str] = {}
    if choice.changed:
        _require_here(repository, names or ())
        why = dict(_changes(repository, choice.base, context))
        files = repository.work.tree.files()
        suited = [name for name in why if f"prompts/{name}/eval.yaml" in files]
        names = [name for name in suited if not names or name in names]
        why = {name: why[name] for name in names}
    if choice.changed and not names:
        return Chosen()
    if not choice.failed:
        return Chosen(planned=plan_suites(repository, names, choice.selection), why=tuple(why.items()))
    planned = []
    for name in dict.fromkeys(names or suites_of(repository)):
        found = _failed(repository, name, context)
        why[name] = f"{count(len(found), 'case')} failed last time" if found else "no case failed last time"
        planned += [_of(repository, name, replace(choice.selection, names=found))] if found else []
    return Chosen(planned=tuple(it for it in planned if it.cases), why=tuple(why.items()))


def _of(repository: Repository, name: str, selection: Selection) -> Planned:
    planned = plan_suite(repository, name)
    return replace(planned, cases=those(planned.cases, selection.takes), partial=True)


def _require_here(repository: Repository, names: Sequence[str]) -> None:
    """Raises UsageError for what is no prompt of the work tree, which is what is compared."""
    for name in names:
        if name not in repository.work.names:
            message = f"--changed compares the files here with a base, and {name} is no prompt of theirs"
            raise UsageError(USAGE, message, hint=suggest(name, repository.work.names) or "promptctl list")


def _changes(repository: Repository, wanted: str | None, context: GateContext) -> Iterator[tuple[str, str]]:
    """The prompts that differ from the base, or whose suite or judges do, with the parts that differ."""
    from promptctl.adapters.github import read_event
    from promptctl.workflows.changed import changed_prompts
    from promptctl.workflows.ci_base import find_base

    base = find_base(repository, wanted, read_event(context.environment), fetch=False)
    if base.fault:
        raise StateError(NO_BASE, f"which prompts changed is not known: {base.fault}", hint=base.fetch)
    if base.commit is None:
        yield from ((name, "new: there is nothing to compare with") for name in repository.work.names)
        return
    since = f"since {base.label}" if base.label else "since the base"
    for change in changed_prompts(repository, base.commit):
        if change.kind != "removed":
            parts = f": {', '.join(change.reasons)}" if change.reasons else ""
            yield change.name, f"{'new' if change.kind == 'new' else 'changed'} {since}{parts}"


def _failed(repository: Repository, name: str, context: GateContext) -> frozenset[str]:
    """What failed in the last run on this machine, else by the newest evidence that is kept for this suite."""
    known = failed_cases(runs_folder(context.cache.path.parent, repository.root), name)
    if known is not None:
        # A case that was renamed or taken out since is none that could run.
        return known and known.intersection(case.name for case in plan_suite(repository, name).cases)
    from promptctl.workflows.kept_evidence import shelf_of

    planned = plan_suite(repository, name)
    kept = [it.evidence for it in shelf_of(repository, planned.subject.name).kept]
    last = next((it for it in reversed(kept) if it.suite == planned.subject.loaded.digest and not it.unlisted), None)
    if last is None:
        raise StateError(NO_RUN, f"no run of the suite of {name} is known here", hint=f"promptctl eval {name}")
    return frozenset(sample.case for sample in last.samples if not sample.passed)
