"""The gate of a promotion: evidence for a release against its baseline, judged by the release's own suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from promptctl.adapters.reply_cache import ReplyCache
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.adapters.suites import LoadedSuite, load_suite
from promptctl.core.comparison import Baseline
from promptctl.core.provider_table import parse_providers
from promptctl.core.verdict import Verdict, decide
from promptctl.errors import StateError
from promptctl.workflows.baseline import Compared, run_baseline
from promptctl.workflows.evaluation import Progress, own_model
from promptctl.workflows.evidence import Gathered, Sources, Subject, find_evidence, gather
from promptctl.workflows.promotion import PlannedMove
from promptctl.workflows.releases import Release
from promptctl.workflows.resolve import NOT_SERVED, resolve

NO_SUITE = "PC068"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateWish:
    """What the user allows, each for a reason: a weaker suite, or no comparison with the baseline."""

    accept_suite_change: str | None = None
    no_baseline: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOutcome:
    """``sentence`` is the verdict in words, ``files`` new evidence for the commit, ``summary`` what the move keeps."""

    ok: bool
    sentence: str
    summary: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateForecast:
    """What the gate says by the evidence there is; no model is called to find out."""

    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateContext:
    """What a gate may use: the cache, the environment's keys, the clock, and who watches."""

    cache: ReplyCache
    environment: Mapping[str, str]
    now: datetime
    watch: Callable[[Progress], None] = lambda _: None


def judge(
    repository: Repository, state: State, move: PlannedMove, wish: GateWish, context: GateContext
) -> GateOutcome | None:
    """The gate's answer for one planned move; None where the environment has no gate.

    Raises StateError: no suite, replies missing, a baseline that cannot be read.
    """
    if move.environment.gate is None:
        return None
    subject = _subject(move.release)
    sources = _sources(repository, state, move, context)
    found = gather(subject, sources, context.now, None, context.watch)
    compared = _compared(repository, subject, wish, sources, context)
    return _outcome(subject, found, compared, wish)


def forecast(
    repository: Repository, state: State, move: PlannedMove, wish: GateWish, context: GateContext
) -> GateForecast | None:
    """The gate's answer as far as recorded replies give it; None where the environment has no gate."""
    if move.environment.gate is None:
        return None
    try:
        subject = _subject(move.release)
        sources = replace(_sources(repository, state, move, context), mode="recorded")
        if sources.fresh or find_evidence(subject, sources.trees) is None:
            cases = len(subject.loaded.suite.cases) * subject.loaded.suite.repeat
            return GateForecast(ok=True, sentence=f"no evidence yet: promote runs {cases} samples")
        found = gather(subject, sources, context.now)
        verdict = _verdict(subject, found, _compared(repository, subject, wish, sources, context), wish)
    except StateError as error:
        return GateForecast(ok=error.code == "PC065", sentence=f"{error}; {error.hint}")
    return GateForecast(ok=verdict.ok, sentence=verdict.sentence)


def _subject(release: Release) -> Subject:
    loaded = require_suite(release)
    return Subject(name=release.name, closure=release.closure, digest=release.digest, loaded=loaded)


def require_suite(release: Release) -> LoadedSuite:
    """The suite in the release's own commit. Raises StateError with the line that writes one."""
    loaded = load_suite(release.project, release.name)
    if loaded is None:
        message = f"{release.name} {release.version} has no suite, so there is no evidence for it"
        raise StateError(NO_SUITE, message, hint=f"promptctl new --suite {release.name}, then lock and release again")
    return loaded


def _sources(repository: Repository, state: State, move: PlannedMove, context: GateContext) -> Sources:
    """Evidence is looked for in the work tree, the release's commit, the default branch and the state branch."""
    trees = [repository.work.tree, move.release.project.tree, repository.policy.tree]
    trees += [repository.at(state.commit).tree] if state.commit else []
    rerun = move.environment.gate == "rerun"
    return Sources(
        trees=trees,
        cache=context.cache,
        providers=parse_providers(repository.settings.providers, repository.settings.document),
        environment=context.environment,
        mode="refresh" if rerun else "auto",
        fresh=rerun,
    )


def _compared(
    repository: Repository, subject: Subject, wish: GateWish, sources: Sources, context: GateContext
) -> Compared | None:
    against = subject.loaded.suite.gate.against
    if against is None:
        return None
    if wish.no_baseline:
        return Compared(baseline=Baseline(label=against, absent=f"left out: {wish.no_baseline}"))
    try:
        before = resolve(repository, f"{subject.name}@{against}")
    except StateError as error:
        if error.code != NOT_SERVED:
            raise
        return Compared(baseline=Baseline(label=against, absent=f"{against} does not serve {subject.name} yet"))
    label = f"{against} ({before.version})" if before.version else against
    return run_baseline(label, before.closure, before.project, subject, sources, context.now, context.watch)


def _verdict(subject: Subject, found: Gathered, compared: Compared | None, wish: GateWish) -> Verdict:
    return decide(
        suite=subject.loaded.suite,
        model=own_model(subject.closure),
        results=found.results,
        baseline=compared.baseline if compared else None,
        weakened=compared.weakened if compared and not wish.accept_suite_change else (),
    )


def _outcome(subject: Subject, found: Gathered, compared: Compared | None, wish: GateWish) -> GateOutcome:
    verdict = _verdict(subject, found, compared, wish)
    notes = []
    if compared and compared.baseline.absent:
        notes.append(f"no baseline: {compared.baseline.absent}")
    if compared and compared.weakened and wish.accept_suite_change:
        notes.append(f"suite change accepted: {wish.accept_suite_change}")
    summary = {
        "outcome": verdict.outcome,
        "subject": subject.digest,
        "suite": subject.loaded.digest,
        "file": subject.evidence_file,
        "baseline": compared.baseline.label if compared and not compared.baseline.absent else None,
    }
    files = {**(compared.files if compared else {}), **found.files}
    return GateOutcome(ok=verdict.ok, sentence=verdict.sentence, summary=summary, files=files, notes=tuple(notes))
