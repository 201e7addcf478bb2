"""A run of suites, one after the other, with a journal of what was answered: a run that was cut short goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from promptctl.adapters.repository import Repository
from promptctl.adapters.run_failures import note_failures
from promptctl.adapters.run_journal import RunJournal, head_of, journals, runs_folder
from promptctl.core.counting import count
from promptctl.core.evals.packed import those
from promptctl.core.evals.run_head import RunHead, RunSuite
from promptctl.core.evals.selection import Shard
from promptctl.core.evals.stopping import Stopping
from promptctl.core.layers import Layers
from promptctl.core.models.request import Reply
from promptctl.errors import Interrupted, StateError, UsageError
from promptctl.runtime.gateway.spending import Forecast, Rehearsal, Spending
from promptctl.workflows.eval import EvalResult, EvalWish
from promptctl.workflows.eval_plan import Planned, plan_suite
from promptctl.workflows.eval_providers import evaluate_with
from promptctl.workflows.gate_context import GateContext

USAGE = "PC001"
NOTHING_TO_RESUME, CHANGED_SINCE = "PC173", "PC174"
RESUME = "promptctl eval --resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalRun:
    """What became of each suite, in their order, as far as they were run.

    ``stopped`` says which bound ended the run early, ``unfinished`` what a resumed run would still ask for. ``part`` is
    what a shard is merged by, None while answers are missing; ``shard`` says which of how many it is.
    """

    results: tuple[EvalResult, ...]
    stopped: str | None = None
    unfinished: str | None = None
    shard: Shard | None = None
    part: bytes | None = None

    @property
    def ok(self) -> bool:
        """The verdict; a shard judges nothing, it only has to be whole."""
        if self.shard:
            return self.part is not None
        return self.stopped is None and all(result.ok for result in self.results)


def run_suites(
    repository: Repository, planned: Sequence[Planned], wish: EvalWish, context: GateContext, shard: Shard | None = None
) -> EvalRun:
    """Runs suites and judges them; of a shard it has what ``merge`` takes.

    Raises what ``evaluate_suite`` raises, and Interrupted on Ctrl-C.
    """
    head = RunHead(
        suites=tuple(_named(it) for it in planned),
        mode=wish.mode,
        provider=wish.provider,
        against=wish.against,
        shard=shard,
    )
    if not planned:
        return EvalRun(results=(), shard=shard, part=RunJournal.unwritten(head).part({}) if shard else None)
    folder = _folder(repository, context)
    with closing(RunJournal.unwritten(head) if wish.mode == "recorded" else _begun(folder, head)) as journal:
        return run_journaled(repository, planned, wish, context, journal)


def resume(repository: Repository, wish: EvalWish, context: GateContext) -> EvalRun:
    """Goes on with the last run in this repository that was cut short, as it was asked for.

    Of ``wish`` only what changes no result counts. Raises StateError when there is none, or what it judges has changed.
    """
    journal = next(filter(None, map(RunJournal.reopen, journals(_folder(repository, context)))), None)
    if journal is None:
        raise StateError(NOTHING_TO_RESUME, "no run was cut short in this repository", hint="promptctl eval")
    with closing(journal):
        return run_journaled(repository, *_asked_for(repository, journal.head, wish), context, journal)


def _asked_for(repository: Repository, head: RunHead, wish: EvalWish) -> tuple[list[Planned], EvalWish]:
    """The suites of a run, and what it was asked to do with them."""
    if wish.provider not in (None, head.provider):
        message = f"the run that was cut short did not ask the provider {wish.provider}"
        raise UsageError(USAGE, message, hint="leave out --provider, or begin anew without --resume")
    planned = [planned_again(repository, it) for it in head.suites if it.cases != ()]
    return planned, replace(wish, mode=head.mode, provider=head.provider, against=head.against)


def run_journaled(
    repository: Repository, planned: Sequence[Planned], wish: EvalWish, context: GateContext, journal: RunJournal
) -> EvalRun:
    """Runs suites with what a journal has already. Raises as ``run_suites`` does."""
    planned = [suite for suite in planned if suite.cases]
    stopping = Stopping(maxfail=wish.maxfail, max_cost=wish.max_cost)
    with _kept(journal) as kept:
        bounded = _bounded(repository, planned, wish, replace(context, journal=journal, stopping=stopping), stopping)
        results = tuple(evaluate_with(repository, it, wish, bounded) for it in planned if not stopping.reason)
        for result in results:
            _note(_folder(repository, context), result)
        stopped = stopping.reason if len(results) < len(planned) or any(result.stopped for result in results) else None
        # In the other modes whatever was answered is found again: a further run is the same as a resumed one.
        errors = sum(result.errors for result in results)
        kept.finished = not stopped and not (errors and wish.mode in ("live", "refresh"))
    unfinished = f"{RESUME} asks for what is missing" if not kept.finished and kept.resumable else None
    shard = journal.head.shard
    part = journal.part(_replies(results)) if shard and not errors and not stopped else None
    return EvalRun(results=results, stopped=stopped, unfinished=unfinished, shard=shard, part=part)


def _note(folder: Path, result: EvalResult) -> None:
    failed = {sample.case for sample in result.results if not sample.passed}
    note_failures(folder, result.reference, {sample.case for sample in result.results}, failed)


def _replies(results: Sequence[EvalResult]) -> Mapping[str, Reply]:
    return Layers([side.replies for result in reversed(results) for side in (result.now, result.before) if side])


def _bounded(
    repository: Repository, planned: Sequence[Planned], wish: EvalWish, context: GateContext, stopping: Stopping
) -> GateContext:
    """Holds a run to its price: rehearses it, so that one which would cost too much does not begin, and counts."""
    if wish.max_cost is None:
        return context
    forecast = Forecast(context.now)
    rehearsal = Rehearsal(forecast)
    alone = replace(context, spending=rehearsal, stopping=None, watch=lambda _: None, ran={})
    for suite in planned:
        evaluate_with(repository, suite, wish, alone)
    stopping.refuse(rehearsal.calls, rehearsal.price)
    return replace(context, spending=Spending(forecast, stopping))


class _Keeping:
    """Whether a journal is still of use when its run ends."""

    def __init__(self, journal: RunJournal) -> None:
        self._journal, self.finished = journal, False

    @property
    def resumable(self) -> bool:
        return bool(self._journal.whole and self._journal.replies)


@contextmanager
def _kept(journal: RunJournal) -> Iterator[_Keeping]:
    """Takes the journal away when its run is finished, or when nothing is in it."""
    keeping = _Keeping(journal)
    try:
        yield keeping
    except KeyboardInterrupt:
        answers = len(journal.replies) if keeping.resumable else 0
        kept = f", {count(answers, 'answer')} kept: {RESUME}" if answers else ""
        raise Interrupted(f"interrupted{kept}") from None
    finally:
        if keeping.finished or not keeping.resumable:
            journal.drop()


def _folder(repository: Repository, context: GateContext) -> Path:
    return runs_folder(context.cache.path.parent, repository.root)


def _named(planned: Planned) -> RunSuite:
    subject = planned.subject
    return RunSuite(
        reference=subject.reference,
        subject=subject.digest,
        suite=subject.loaded.digest,
        cases=tuple(case.name for case in planned.cases) if planned.partial else None,
    )


def _begun(folder: Path, head: RunHead) -> RunJournal:
    """A new journal, which takes the place of those of runs of the same prompts that were cut short."""
    meant = {it.reference for it in head.suites}
    for path in journals(folder):
        before = head_of(path)
        if before and meant & {it.reference for it in before.suites} and (journal := RunJournal.reopen(path)):
            with closing(journal):
                journal.drop()
    return RunJournal.start(folder, head)


def planned_again(repository: Repository, before: RunSuite) -> Planned:
    """The suite as the run knew it. Raises StateError when the prompt or the suite is another by now."""
    planned = plan_suite(repository, before.reference)
    now = (planned.subject.digest, planned.subject.loaded.digest)
    if now != (before.subject, before.suite):
        what = "the prompt" if now[0] != before.subject else "the suite"
        message = f"{before.reference}: {what} was changed since the run began, so its answers are to other questions"
        raise StateError(CHANGED_SINCE, message, hint=f"promptctl eval {before.reference}")
    if before.cases is None:
        return planned
    names = frozenset(before.cases)
    return replace(planned, cases=those(planned.cases, lambda case: case.name in names), partial=True)
