"""How a gate judges: evidence for a release against its baseline, judged by the release's own suite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.adapters.suites import LoadedSuite, load_suite
from promptctl.core.evals.verdict import Verdict, decide
from promptctl.core.files.tree import Tree
from promptctl.core.models.provider_table import providers_of
from promptctl.errors import StateError
from promptctl.workflows.baseline import Compared, compare_with, find_baseline, weaker_than, without_baseline
from promptctl.workflows.evaluation import NOTHING_RECORDED, own_model
from promptctl.workflows.evidence import NOT_REPRODUCED, Gathered, Sources, Subject, find_evidence
from promptctl.workflows.gate import GateForecast, GateOutcome, GateWish
from promptctl.workflows.gate_context import NO_SUITE, GateContext
from promptctl.workflows.gather import gather, kept_files, models_of
from promptctl.workflows.promotion import PlannedMove
from promptctl.workflows.releases import Release

ASKS_ANEW = "PC328"


def judged(
    repository: Repository, state: State, move: PlannedMove, wish: GateWish, context: GateContext
) -> GateOutcome:
    """The gate's answer for one planned move. Raises StateError: no suite, replies missing, a baseline that cannot be
    read."""
    subject = _subject(move.release)
    sources = _sources(repository, state, move, context)
    found = gather(subject, sources)
    compared = _compared(repository, state, subject, found, sources, wish, move)
    weaker = _weaker(repository, state, subject, compared, move)
    verdict = _verdict(subject, found, compared, () if wish.accept_suite_change else weaker)
    work = repository.work.tree
    files = _landing(compared.subject, compared.found, sources, work) if compared else {}
    return GateOutcome(
        ok=verdict.ok,
        sentence=verdict.sentence,
        summary=_summary(subject, verdict, compared),
        files={**files, **_landing(subject, found, sources, work)},
        notes=tuple(_notes(compared, weaker, wish)),
    )


def foreseen(
    repository: Repository, state: State, move: PlannedMove, wish: GateWish, context: GateContext
) -> GateForecast:
    """The gate's answer as far as recorded replies give it. Raises StateError for a baseline that cannot be read."""
    asks = not context.recorded
    try:
        subject = _subject(move.release)
        sources = _sources(repository, state, move, context)
        if asks and (sources.fresh or next(find_evidence(subject, sources.trees), None) is None):
            return GateForecast(ok=True, sentence=_to_ask(subject, move, sources))
        sources = replace(sources, mode="recorded")
        found = gather(subject, sources)
        compared = _compared(repository, state, subject, found, sources, wish, move, forgiving=False)
    except StateError as error:
        if error.code not in (NOTHING_RECORDED, NO_SUITE, NOT_REPRODUCED):
            raise
        asked = asks and error.code == NOTHING_RECORDED
        return GateForecast(ok=asked, sentence=f"{error}; {'promote asks for them' if asked else error.hint}")
    weaker = () if wish.accept_suite_change else _weaker(repository, state, subject, compared, move)
    verdict = _verdict(subject, found, compared, weaker)
    return GateForecast(ok=verdict.ok, sentence=verdict.sentence)


def _to_ask(subject: Subject, move: PlannedMove, sources: Sources) -> str:
    suite = subject.loaded.suite
    count = len(suite.cases) * suite.repeat * len(models_of(subject))
    why = f"{move.environment.name} takes no recorded evidence" if sources.fresh else "there is no evidence yet"
    return f"{why}: promote asks for {count} answers"


def _subject(release: Release) -> Subject:
    return Subject(
        name=release.name,
        reference=f"{release.name}@{release.version}",
        released=True,
        closure=release.closure,
        digest=release.digest,
        loaded=require_suite(release),
    )


def require_suite(release: Release) -> LoadedSuite:
    """The suite in the release's own commit. Raises StateError with the line that writes one."""
    loaded = load_suite(release.project, release.name)
    if loaded is None:
        message = f"{release.name} {release.version} has no suite, so there is no evidence for it"
        raise StateError(NO_SUITE, message, hint=f"promptctl new --suite {release.name}, then lock and release again")
    return loaded


def _sources(repository: Repository, state: State, move: PlannedMove, context: GateContext) -> Sources:
    """Evidence is looked for in the work tree, the release's commit, the default branch and the state branch."""
    home = repository.at(state.commit).tree if state.commit else repository.policy.tree
    rerun = move.environment.gate == "rerun"
    if rerun and context.recorded:
        message = f"the gate of {move.environment.name} asks models anew, which is not done from here"
        raise StateError(ASKS_ANEW, message, hint=f"promptctl promote {move.release.reference} {move.environment.name}")
    return Sources(
        trees=[repository.work.tree, move.release.project.tree, repository.policy.tree, home],
        home=home,
        cache=context.cache,
        providers=providers_of(repository.settings),
        environment=context.environment,
        now=context.now,
        watch=context.watch,
        mode="refresh" if rerun else "recorded" if context.recorded else "auto",
        fresh=rerun,
        patience=context.patience,
        fallback=repository.settings.fallback,
        ran=context.ran,
    )


def _compared(
    repository: Repository,
    state: State,
    subject: Subject,
    found: Gathered,
    sources: Sources,
    wish: GateWish,
    move: PlannedMove,
    *,
    forgiving: bool = True,
) -> Compared | None:
    """The comparison that the suite asks for, None when it asks for none."""
    suite = subject.loaded.suite
    if suite.gate.against is None:
        return None
    if wish.no_baseline:
        return without_baseline(repository, state, suite.gate.against, subject, wish.no_baseline)
    return compare_with(
        repository,
        state,
        suite.gate.against,
        subject,
        found,
        sources,
        suite.cases,
        forgiving=forgiving,
        instead=move.environment.name,
    )


def _weaker(
    repository: Repository, state: State, subject: Subject, compared: Compared | None, move: PlannedMove
) -> tuple[str, ...]:
    """What the suite lost against its baseline's, and against that of what is live, which it may not name at all; where
    the prompt is live by a name that it had before only, against that."""
    formerly, environment = subject.closure.prompt.formerly, move.environment.name
    live = move.live_release or find_baseline(repository, state, subject.name, environment, formerly)
    lost = weaker_than(subject.loaded.suite, live.project, live.name) if live else ()
    return tuple(dict.fromkeys((*(compared.weakened if compared else ()), *lost)))


def _verdict(subject: Subject, found: Gathered, compared: Compared | None, weaker: tuple[str, ...]) -> Verdict:
    return decide(
        suite=subject.loaded.suite,
        model=own_model(subject.closure, subject.loaded.suite),
        results=found.results,
        baseline=compared.baseline if compared else None,
        weakened=weaker,
    )


def _landing(subject: Subject | None, found: Gathered | None, sources: Sources, work: Tree) -> dict[str, bytes]:
    """What the commit has to keep: new evidence, and what only this work tree has."""
    if subject is None or found is None:
        return {}
    if found.found_in is not work or work is sources.home:
        return dict(found.files)
    held = work.read(subject.evidence_file)
    others = (tree for tree in sources.trees if tree is not work and subject.evidence_file in tree.files())
    return (
        {} if any(tree.read(subject.evidence_file) == held for tree in others) else kept_files(subject, found, sources)
    )


def _summary(subject: Subject, verdict: Verdict, compared: Compared | None) -> dict[str, Any]:
    return {
        "outcome": verdict.outcome,
        "subject": subject.digest,
        "suite": subject.loaded.digest,
        "file": subject.evidence_file,
        "baseline": compared.baseline.label if compared and not compared.baseline.absent else None,
    }


def _notes(compared: Compared | None, weaker: tuple[str, ...], wish: GateWish) -> Iterator[str]:
    if compared and compared.baseline.absent:
        yield f"no baseline: {compared.baseline.absent}"
    if weaker and wish.accept_suite_change:
        yield f"suite change accepted: {wish.accept_suite_change} ({weaker[0]})"
