"""Which suites a run is about, and which of their cases: everything that can be wrong before anybody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.adapters.suites import load_suite
from promptctl.core.evals.case import Case
from promptctl.core.evals.packed import those
from promptctl.core.evals.selection import EVERYTHING, Selection
from promptctl.errors import StateError, UsageError
from promptctl.workflows.evaluation import own_model
from promptctl.workflows.evidence import Subject
from promptctl.workflows.gate_context import NO_SUITE
from promptctl.workflows.resolve import Resolved, resolve

NO_SUCH_CASE = "PC069"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A suite that will run: everything that can be wrong about it without asking anybody was checked.

    ``partial``: cases were chosen, so that nothing is kept, even if all of them were. ``trusted`` is the only state
    whose evidence and replies count, where those in the files do not.
    """

    resolved: Resolved
    subject: Subject
    cases: Sequence[Case]
    partial: bool = False
    trusted: Project | None = None


def suites_of(repository: Repository) -> tuple[str, ...]:
    """The prompts of the work tree that have a suite. Raises StateError when none has."""
    files = repository.work.tree.files()
    names = tuple(name for name in repository.work.names if f"prompts/{name}/eval.yaml" in files)
    if not names:
        hint = "promptctl new --suite NAME" if repository.work.names else "promptctl new NAME"
        raise StateError(NO_SUITE, "no prompt has a suite", hint=hint)
    return names


def plan_suites(
    repository: Repository, names: Sequence[str] | None = None, selection: Selection = EVERYTHING
) -> tuple[Planned, ...]:
    """Reads suites and chooses their cases; without names those of all suites that have such cases.

    Raises UsageError for what is malformed and where no case is chosen, StateError without a suite.
    """
    planned = [_planned(repository, name, selection) for name in dict.fromkeys(names or suites_of(repository))]
    empty = [it for it in planned if not it.cases]
    if selection.shard or not empty:
        return tuple(planned)
    if names or len(empty) == len(planned):
        raise _no_case(empty[0].subject, selection)
    return tuple(it for it in planned if it.cases)


def plan_suite(repository: Repository, reference: str, selection: Selection = EVERYTHING) -> Planned:
    """One suite, as ``plan_suites`` plans it."""
    return plan_suites(repository, [reference], selection)[0]


def _planned(repository: Repository, reference: str, selection: Selection) -> Planned:
    resolved = resolve(repository, reference)
    loaded = load_suite(resolved.project, resolved.name)
    if loaded is None:
        message = f"{reference} has no suite"
        raise StateError(NO_SUITE, message, hint=f"promptctl new --suite {resolved.name}")
    subject = Subject(
        name=resolved.name,
        reference=reference,
        released=resolved.version is not None,
        closure=resolved.closure,
        digest=resolved.digest,
        loaded=loaded,
    )
    own_model(subject.closure, subject.loaded.suite)
    cases = those(loaded.suite.cases, selection.takes)
    return Planned(resolved=resolved, subject=subject, cases=cases, partial=selection.narrows)


def _no_case(subject: Subject, selection: Selection) -> UsageError:
    cases = subject.loaded.suite.cases
    names = ", ".join(case.name for case in cases[:5]) + (", …" if len(cases) > 5 else "")
    return UsageError(NO_SUCH_CASE, f"no case of {subject.reference} matches `{selection}`", hint=f"cases: {names}")
