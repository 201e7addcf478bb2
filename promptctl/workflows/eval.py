"""``eval``: runs a prompt's suite, judges it, and keeps the evidence with its replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from promptctl.adapters.files import write_file
from promptctl.adapters.repository import Repository
from promptctl.adapters.suites import load_suite
from promptctl.core.case import Case
from promptctl.core.comparison import Baseline
from promptctl.core.provider_table import parse_providers
from promptctl.core.tally import CaseResult
from promptctl.core.verdict import Verdict, decide
from promptctl.errors import StateError, UsageError
from promptctl.workflows.baseline import Compared, run_baseline
from promptctl.workflows.evaluation import own_model
from promptctl.workflows.evidence import Gathered, Sources, Subject, gather
from promptctl.workflows.gate import NO_SUITE, GateContext
from promptctl.workflows.resolve import NOT_SERVED, Resolved, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalWish:
    """``mode`` as in ``Replies``; ``only`` is a glob over case names, and then nothing is kept."""

    mode: str = "auto"
    provider: str | None = None
    only: str | None = None
    against: str | None = None
    concurrency: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalResult:
    """One prompt's verdict. ``written`` are the files that changed; ``flipped`` cases passed before and fail now."""

    name: str
    reference: str
    subject: str
    suite: str
    verdict: Verdict
    results: tuple[CaseResult, ...]
    explanations: Mapping[tuple[str, str, int], tuple[str, ...]]
    written: tuple[str, ...] = ()
    asked: int = 0
    note: str | None = None
    partial: bool = False
    flipped: tuple[str, ...] = field(default_factory=tuple)

    @property
    def ok(self) -> bool:
        return self.verdict.ok

    @property
    def cost(self) -> float | None:
        """The price of all answers in US dollars; None when one of them has no known price."""
        costs = [result.cost for result in self.results]
        return None if None in costs else sum(cost for cost in costs if cost is not None)


def suites_of(repository: Repository) -> tuple[str, ...]:
    """The prompts of the work tree that have a suite. Raises StateError when none has."""
    files = repository.work.tree.files()
    names = tuple(name for name in repository.work.names if f"prompts/{name}/eval.yaml" in files)
    if not names:
        raise StateError(NO_SUITE, "no prompt has a suite", hint="promptctl new --suite NAME")
    return names


def evaluate_prompt(repository: Repository, reference: str, wish: EvalWish, context: GateContext) -> EvalResult:
    """Runs one suite and judges it; evidence and replies are written into the work tree.

    Raises UsageError for what is malformed, StateError: no suite, nothing recorded and nothing to ask, no key.
    """
    resolved = resolve(repository, reference)
    subject = _subject(resolved)
    sources = _sources(repository, resolved, wish, context)
    cases = _chosen(subject, wish.only)
    found = gather(subject, sources, context.now, cases, context.watch)
    compared, note = _compared(repository, subject, wish, sources, context)
    verdict = decide(
        suite=subject.loaded.suite,
        model=own_model(subject.closure),
        results=found.results,
        baseline=compared.baseline if compared else None,
        weakened=compared.weakened if compared else (),
    )
    files = {} if wish.only else {**(compared.files if compared else {}), **found.files}
    return EvalResult(
        name=resolved.name,
        reference=reference,
        subject=subject.digest,
        suite=subject.loaded.digest,
        verdict=verdict,
        results=found.results,
        explanations=found.explanations,
        written=_write(repository, files),
        asked=found.asked + (compared.asked if compared else 0),
        note=note,
        partial=wish.only is not None,
        flipped=_flipped(found, compared),
    )


def _subject(resolved: Resolved) -> Subject:
    loaded = load_suite(resolved.project, resolved.name)
    if loaded is None:
        message = f"{resolved.reference} has no suite"
        raise StateError(NO_SUITE, message, hint=f"promptctl new --suite {resolved.name}")
    return Subject(name=resolved.name, closure=resolved.closure, digest=resolved.digest, loaded=loaded)


def _sources(repository: Repository, resolved: Resolved, wish: EvalWish, context: GateContext) -> Sources:
    settings = repository.work.settings
    return Sources(
        trees=[repository.work.tree, resolved.project.tree],
        cache=context.cache,
        providers=parse_providers(settings.providers, settings.document),
        environment=context.environment,
        mode=wish.mode,
        fresh=wish.provider is not None,
        override=wish.provider,
        concurrency=wish.concurrency,
    )


def _chosen(subject: Subject, only: str | None) -> Sequence[Case] | None:
    if only is None:
        return None
    cases = [case for case in subject.loaded.suite.cases if fnmatchcase(case.name, only)]
    if not cases:
        raise UsageError("PC069", f"no case of {subject.name} matches `{only}`", hint=f"promptctl eval {subject.name}")
    return cases


def _compared(
    repository: Repository, subject: Subject, wish: EvalWish, sources: Sources, context: GateContext
) -> tuple[Compared | None, str | None]:
    """The baseline; one that cannot be read is said, and the rest is judged without it."""
    against = wish.against or subject.loaded.suite.gate.against
    if against is None:
        return None, None
    try:
        before = resolve(repository, f"{subject.name}@{against}")
    except StateError as error:
        if error.code == NOT_SERVED:
            absent = f"{against} does not serve {subject.name} yet"
            return Compared(baseline=Baseline(label=against, absent=absent)), None
        note = f"not compared with {against}: {error}" + (f"; {error.hint}" if error.hint else "")
        return Compared(baseline=Baseline(label=against, absent=f"not compared: {error}")), note
    label = f"{against} ({before.version})" if before.version else against
    return run_baseline(label, before.closure, before.project, subject, sources, context.now, context.watch), None


def _flipped(found: Gathered, compared: Compared | None) -> tuple[str, ...]:
    before = {result.case for result in compared.baseline.results if result.passed} if compared else set()
    now = {result.case for result in found.results if result.outcome == "fail"}
    return tuple(sorted(before & now))


def _write(repository: Repository, files: Mapping[str, bytes]) -> tuple[str, ...]:
    changed = [path for path, data in files.items() if _differs(repository, path, data)]
    for path in changed:
        write_file(repository.root / path, files[path])
    return tuple(sorted(changed))


def _differs(repository: Repository, path: str, data: bytes) -> bool:
    return path not in repository.work.tree.files() or repository.work.tree.read(path) != data
