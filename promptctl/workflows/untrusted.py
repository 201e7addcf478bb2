"""``--untrusted``: a change by somebody who is not trusted, judged by what the base holds; nothing of it is run.

The base's settings, providers, judges, functions, replies and evidence count, its cases under its gate decide. Cases
that only the change has inform, as far as they can be scored without running anything of the change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from promptctl.adapters.git.refs import commit_of
from promptctl.adapters.git.remote import fetch_commit
from promptctl.adapters.github import GithubEvent
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.adapters.suites import LoadedSuite, load_suite
from promptctl.core.counting import count
from promptctl.core.evals.gate import Gate
from promptctl.core.evals.suite import Suite, case_form
from promptctl.core.models.request import compact_json
from promptctl.core.scorers.graded import KINDS as JUDGED
from promptctl.errors import OutsideError, PromptctlError, StateError, UsageError
from promptctl.workflows.changed import changed_prompts
from promptctl.workflows.ci_base import CiBase
from promptctl.workflows.eval import EvalResult, EvalWish, evaluate_suite
from promptctl.workflows.eval_plan import Planned
from promptctl.workflows.evaluation import own_model
from promptctl.workflows.evidence import Subject
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.judged import Judged
from promptctl.workflows.resolve import Resolved, resolve
from promptctl.workflows.untrusted_suite import NOTHING, OwnSuite, own_suite

NO_BASE, NOT_HERE = "PC190", "PC133"
RUNS = {"python", "command", *JUDGED}
"""Kinds of expectations that run something of the repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UntrustedEval:
    """One prompt of a change, ``judged`` by the base's cases.

    ``decides`` is False where the base has no suite for the prompt. ``informing`` are the change's new cases,
    ``own`` is what to say of its suite.
    """

    judged: Judged
    decides: bool = True
    informing: EvalResult | None = None
    notes: tuple[str, ...] = ()
    own: OwnSuite = NOTHING


def trusted_base(repository: Repository, wanted: str | None, event: GithubEvent, *, fetch: bool = False) -> CiBase:
    """The commit whose rules count: the one asked for, else what a pull request's event says it goes to.

    Nothing in the change may choose it: neither its settings nor whom its commits call their parents.
    Raises UsageError when nobody says it, StateError when it is not in this clone.
    """
    named = wanted or (event.text("pull_request", "base", "sha") if event.name == "pull_request" else "")
    if not named:
        raise UsageError(NO_BASE, "--untrusted needs the commit whose rules count", hint="--base origin/main")
    commit = commit_of(repository.git, named)
    if commit is None and fetch:
        try:
            fetch_commit(repository.git, "origin", named.removeprefix("origin/"))
        except OutsideError as error:
            raise StateError(NOT_HERE, f"the base {named} is not in this clone: {error}") from None
        commit = commit_of(repository.git, named)
    if commit is None:
        raise StateError(NOT_HERE, f"the base {named} is not in this clone", hint=f"git fetch --depth=1 origin {named}")
    return CiBase(label=commit[:7] if commit.startswith(named) else f"{named} at {commit[:7]}", commit=commit)


def ruled_by(repository: Repository, base: str) -> Repository:
    """The same repository under the settings of a commit."""
    return Repository(repository.root, rule=base)


def judge_changes(
    repository: Repository, base: str, names: Sequence[str], wish: EvalWish, context: GateContext
) -> tuple[UntrustedEval, ...]:
    """Judges prompts of the work tree, without names those that differ from the base."""
    ruled = ruled_by(repository, base)
    if not names:
        names = [found.name for found in changed_prompts(ruled, base) if found.kind != "removed"]
    return tuple(judge_change(ruled, ruled.at(base), name, wish, context) for name in dict.fromkeys(names))


def judge_change(
    repository: Repository,
    base: Project,
    name: str,
    wish: EvalWish,
    context: GateContext,
    run: Callable[[Planned], Judged] | None = None,
) -> UntrustedEval:
    """Judges one prompt of the work tree by the base's suite; what stops that is an answer that is not ok.

    ``run`` judges the base's suite in another way than by ``wish``, which then is for the change's own cases.
    """
    try:
        resolved = resolve(repository, name)
        before = _name_in_base(base, resolved)
        trusted = load_suite(base, before) if before else None
    except PromptctlError as error:
        return UntrustedEval(judged=Judged.without(name, error))
    informing, notes = _informing(repository, base, resolved, trusted, wish, context)
    own = own_suite(repository.work, resolved.name, trusted)
    if before is None or trusted is None:
        sentence = f"the base has no suite for {name}: nothing here decides about it"
        undecided = Judged(prompt=name, ok=True, outcome="none", sentence=sentence)
        return UntrustedEval(judged=undecided, decides=False, informing=informing, notes=notes, own=own)
    try:
        planned = _planned(base, resolved, before, trusted)
        judged = run(planned) if run else _judged(name, evaluate_suite(repository, planned, wish, context))
    except PromptctlError as error:
        judged = Judged.without(name, error)
    return UntrustedEval(judged=judged, informing=informing, notes=notes, own=own)


def _judged(name: str, result: EvalResult) -> Judged:
    """By the verdict; what had to be compared and was not is no pass."""
    judged = Judged.by(name, result)
    return replace(judged, ok=False, outcome="none", sentence=result.note) if result.note else judged


def untrusted_notes(found: UntrustedEval) -> tuple[str, ...]:
    """What only informs, in words."""
    informing = found.informing
    if informing is None:
        said: tuple[str, ...] = ()
    else:
        passed = sum(sample.passed for sample in informing.results)
        said = (f"for information, {passed} of {count(len(informing.results), 'answer')} to new cases pass",)
    return (*(() if found.decides else (found.judged.sentence,)), *said, *found.notes)


def _name_in_base(base: Project, resolved: Resolved) -> str | None:
    """What the base calls a prompt."""
    return next((name for name in (resolved.name, *resolved.closure.prompt.formerly) if base.has(name)), None)


def _planned(base: Project, resolved: Resolved, name: str, loaded: LoadedSuite) -> Planned:
    """The work tree's prompt under a suite; its evidence and replies are looked for below the base's name of it."""
    own_model(resolved.closure, loaded.suite)
    subject = Subject(
        name=name,
        reference=resolved.name,
        released=False,
        closure=resolved.closure,
        digest=resolved.digest,
        loaded=loaded,
    )
    return Planned(resolved=resolved, subject=subject, cases=loaded.suite.cases, trusted=base)


def _informing(
    repository: Repository,
    base: Project,
    resolved: Resolved,
    trusted: LoadedSuite | None,
    wish: EvalWish,
    context: GateContext,
) -> tuple[EvalResult | None, tuple[str, ...]]:
    """What the cases say that only the change has, and which of them were not run."""
    notes: tuple[str, ...] = ()
    try:
        own = load_suite(repository.work, resolved.name)
        if own is None:
            return None, ()
        known = {compact_json(case_form(case)) for case in trusted.suite.cases} if trusted else set()
        new = [case for case in own.suite.cases if compact_json(case_form(case)) not in known]
        harmless = tuple(case for case in new if not any(found.kind in RUNS for found in case.expect))
        notes = _left_out(len(new) - len(harmless))
        if not harmless:
            return None, notes
        suite = Suite(cases=harmless, gate=Gate(min_pass=own.suite.repeat), repeat=own.suite.repeat)
        loaded = LoadedSuite(suite=suite, digest=own.digest, sources={})
        planned = _planned(base, resolved, resolved.name, loaded)
        return evaluate_suite(repository, planned, replace(wish, against=None), context), notes
    except PromptctlError as error:
        return None, (f"the change's own cases were not run: {error}", *notes)


def _left_out(cases: int) -> tuple[str, ...]:
    if not cases:
        return ()
    verb = "runs" if cases == 1 else "run"
    return (f"{count(cases, 'new case')} not run: what would score it {verb} something of the change",)
