"""``eval``: runs a prompt's suite, judges it, and keeps the evidence with its replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from promptctl.adapters.repository import Repository
from promptctl.adapters.writing import CANNOT_WRITE, write_file
from promptctl.core.evals.case import Case
from promptctl.core.evals.comparison import Baseline, results_of, side
from promptctl.core.evals.packed import in_order, those
from promptctl.core.evals.provider_side import ProviderSide
from promptctl.core.evals.rows import Answers
from promptctl.core.evals.suite import Suite
from promptctl.core.evals.tally import CaseResult, tally
from promptctl.core.evals.verdict import Verdict, decide
from promptctl.core.models.provider import ProviderSettings, choose
from promptctl.core.models.provider_table import providers_of
from promptctl.core.statistics.repeats import Tries, tries_of
from promptctl.errors import OutsideError, StateError, UsageError
from promptctl.workflows.eval_plan import Planned
from promptctl.workflows.evaluation import own_model
from promptctl.workflows.evidence import NOT_REPRODUCED, Gathered, Sources, Subject
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.gather import gather, models_of
from promptctl.workflows.scoring import SampleName

if TYPE_CHECKING:
    from promptctl.workflows.baseline import Compared


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalWish:
    """``mode`` as in ``Replies``; ``provider`` is asked instead of the model's own, ``against`` compared with.

    ``maxfail`` and ``max_cost`` as in ``Stopping``. Not ``forgiving``: a baseline that cannot run is no failure but is
    said in the result's note.
    """

    mode: str = "auto"
    provider: str | None = None
    against: str | None = None
    concurrency: int | None = None
    maxfail: int | None = None
    max_cost: float | None = None
    forgiving: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalResult:
    """One prompt's verdict. ``written`` are the files that changed; ``flipped`` cases passed before and fail now.

    ``note`` says what was not compared, ``remedy`` is the command at its end, ``unkept`` says why nothing is kept;
    ``partial``: only some cases were run; ``stopped``: it ended early.
    ``tries`` is there where cases are asked more than once.
    ``provider`` was asked instead of the model's own, ``providers`` are the sides of all that were compared.
    ``judged`` is the suite as far as it was run, ``now`` and ``before`` the two sides with their answers.
    """

    name: str
    reference: str
    subject: str
    suite: str
    verdict: Verdict
    results: Sequence[CaseResult]
    reasons: Mapping[SampleName, tuple[str, ...]]
    judged: Suite
    now: Answers
    before: Answers | None = None
    baseline: str | None = None
    written: tuple[str, ...] = ()
    asked: int = 0
    note: str | None = None
    remedy: str | None = None
    unkept: str | None = None
    partial: bool = False
    stopped: bool = False
    tries: Tries | None = None
    provider: str | None = None
    providers: tuple[ProviderSide, ...] = ()
    flipped: tuple[str, ...] = field(default_factory=tuple)

    @property
    def ok(self) -> bool:
        return self.verdict.ok

    @property
    def errors(self) -> int:
        """How many samples have no answer that could be scored."""
        return sum(result.error is not None for result in self.results)

    @property
    def cost(self) -> float | None:
        """The price of all answers in US dollars; None when one of them has no known price."""
        costs = [result.cost for result in self.results]
        return None if None in costs else sum(cost for cost in costs if cost is not None)

    @property
    def judge_cost(self) -> float | None:
        """The price of what judges replied, as far as it is known; None where no judge was asked."""
        costs = [result.judge_cost or 0.0 for result in self.results if result.graded]
        return sum(costs) if costs else None


def evaluate_suite(repository: Repository, planned: Planned, wish: EvalWish, context: GateContext) -> EvalResult:
    """Runs one suite and judges it; evidence and replies are written into the work tree.

    Raises UsageError for a case that does not fit, StateError: nothing recorded and nobody to ask, evidence that its
    replies contradict; OutsideError when a file cannot be written.
    """
    subject = planned.subject
    sources = sources_for(repository, planned, wish, context)
    found = gather(subject, sources, planned.cases)
    results = _in_order(found.results, planned.cases)
    if not found.complete:
        return _stopped(planned, found, results, sources)
    compared, note, remedy = _compared(repository, planned, replace(found, results=results), sources, wish)
    if compared and compared.found and not compared.found.complete:
        return _stopped(planned, found, results, sources)
    judged, model = replace(subject.loaded.suite, cases=planned.cases), own_model(subject.closure, subject.loaded.suite)
    now = Answers(model=model, results=results, replies=found.replies, reasons=found.reasons)
    before = _before(compared)
    verdict = decide(
        suite=judged,
        model=model,
        results=results,
        baseline=compared.baseline if compared else None,
        weakened=compared.weakened if compared else (),
    )
    unkept = _unkept(planned, sources, wish)
    files = {} if unkept else {**(compared.files if compared else {}), **found.files}
    return EvalResult(
        name=subject.name,
        reference=subject.reference,
        subject=subject.digest,
        suite=subject.loaded.digest,
        verdict=verdict,
        results=results,
        reasons=found.reasons,
        judged=judged,
        now=now,
        before=before,
        baseline=compared.baseline.label if compared and before else None,
        written=_write(repository, files),
        asked=found.asked + (compared.asked if compared else 0),
        note=note,
        remedy=remedy,
        unkept=unkept,
        provider=wish.provider,
        partial=planned.partial,
        tries=_tries(subject, results),
        flipped=_flipped(judged, now, before),
    )


def _stopped(planned: Planned, found: Gathered, results: Sequence[CaseResult], sources: Sources) -> EvalResult:
    """What there is of a run that ended early: no verdict, and nothing is kept."""
    subject, asked = planned.subject, {result.case for result in results}
    suite, model = subject.loaded.suite, own_model(subject.closure, subject.loaded.suite)
    wanted = len(planned.cases) * len(models_of(subject)) * suite.repeat
    why = sources.stopping.reason if sources.stopping else None
    sentence = f"{why}; {len(results)} of {wanted} answers are there, which is no verdict"
    return EvalResult(
        name=subject.name,
        reference=subject.reference,
        subject=subject.digest,
        suite=subject.loaded.digest,
        verdict=Verdict(outcome="inconclusive", ok=False, sentence=sentence, comparison="not compared"),
        results=results,
        reasons=found.reasons,
        judged=replace(suite, cases=those(planned.cases, lambda case: case.name in asked)),
        now=Answers(model=model, results=results, replies=found.replies, reasons=found.reasons),
        asked=found.asked,
        partial=True,
        stopped=True,
    )


def _tries(subject: Subject, results: Sequence[CaseResult]) -> Tries | None:
    own, repeat = own_model(subject.closure, subject.loaded.suite), subject.loaded.suite.repeat
    if repeat == 1:
        return None
    tallies = tally(results_of(results, own)).values()
    counts = [(found.samples, found.passes) for found in tallies if found.judged]
    return tries_of(counts, repeat)


def _in_order(results: Sequence[CaseResult], cases: Sequence[Case]) -> Sequence[CaseResult]:
    """The results of some cases, as the suite orders them."""
    places = {case.name: place for place, case in enumerate(cases)}
    chosen = those(results, lambda result: result.case in places)
    return in_order(chosen, lambda result: (places[result.case], result.model, result.sample))


def sources_for(repository: Repository, planned: Planned, wish: EvalWish, context: GateContext) -> Sources:
    """Where a suite's evidence and replies may come from."""
    settings, trusted = repository.work.settings, planned.trusted
    return Sources(
        trees=[trusted.tree] if trusted else [repository.work.tree, planned.resolved.project.tree],
        home=trusted.tree if trusted else repository.work.tree,
        cache=context.cache,
        providers=providers_of(settings),
        environment=context.environment,
        now=context.now,
        watch=context.watch,
        mode=wish.mode,
        fresh=wish.provider is not None,
        override=wish.provider,
        concurrency=wish.concurrency,
        patience=context.patience,
        fallback=settings.fallback,
        journal=context.journal,
        stopping=context.stopping,
        spending=context.spending,
    )


def _unkept(planned: Planned, sources: Sources, wish: EvalWish) -> str | None:
    """Why nothing is kept of a run: it is a part, or its answers are an echo that stands for another model's."""
    if planned.trusted:
        return "judged by the base: nothing was kept"
    if planned.partial:
        return "only some cases were run: nothing was kept, and this is no verdict on the suite"
    provider = sources.providers.get(wish.provider or "")
    if provider and provider.kind == "echo" and not _serves(provider, planned.subject, sources):
        return f"{provider.name} stood in for the model: nothing was kept, and this is no verdict on the prompt"
    return None


def _serves(provider: ProviderSettings, subject: Subject, sources: Sources) -> bool:
    try:
        return choose(own_model(subject.closure, subject.loaded.suite), sources.providers)[0] == provider
    except UsageError:
        return False


def _compared(
    repository: Repository, planned: Planned, found: Gathered, sources: Sources, wish: EvalWish
) -> tuple[Compared | None, str | None, str | None]:
    """The baseline; one that cannot be read is said, with the command that helps, and the rest is judged without."""
    subject = planned.subject
    against = wish.against or subject.loaded.suite.gate.against
    if against is None:
        return None, None, None
    from promptctl.adapters.state import read_state
    from promptctl.workflows.baseline import Compared, compare_with
    from promptctl.workflows.releases import RELEASE_BROKEN

    # A baseline is asked for what it never answered; what was recorded for it stays as it is.
    kept = replace(sources, mode="auto" if sources.mode in ("live", "refresh") else sources.mode)
    try:
        state = read_state(repository)
        cases, forgiving = planned.cases, wish.forgiving
        return compare_with(repository, state, against, subject, found, kept, cases, forgiving=forgiving), None, None
    except StateError as error:
        if error.code in (RELEASE_BROKEN, NOT_REPRODUCED):
            raise
        note = f"not compared with {against}: {error}" + (f"; {error.hint}" if error.hint else "")
        return Compared(baseline=Baseline(label=against, absent=str(error))), note, error.hint


def _before(compared: Compared | None) -> Answers | None:
    """The baseline's side; None where there is nothing to compare with."""
    if compared is None or not compared.baseline.results:
        return None
    found, baseline = compared.found, compared.baseline
    return Answers(
        model=baseline.model,
        results=baseline.results,
        replies=found.replies if found else {},
        reasons=found.reasons if found else {},
    )


def _flipped(judged: Suite, now: Answers, before: Answers | None) -> tuple[str, ...]:
    """The cases that passed before and fail now, by the models that decide and by what is enough of their answers."""
    if before is None:
        return ()
    then, here = (side(judged, it.results, it.model).passed for it in (before, now))
    return tuple(sorted(case for case, passes in here.items() if then.get(case) and not passes))


def _write(repository: Repository, files: Mapping[str, bytes]) -> tuple[str, ...]:
    changed = [path for path, data in files.items() if _differs(repository, path, data)]
    for path in changed:
        target = repository.root / path
        if target.parent.is_symlink():
            raise OutsideError(CANNOT_WRITE, f"{path} cannot be written: its folder is a symbolic link")
        write_file(target, files[path], path)
    return tuple(sorted(changed))


def _differs(repository: Repository, path: str, data: bytes) -> bool:
    return path not in repository.work.tree.files() or repository.work.tree.read(path) != data
