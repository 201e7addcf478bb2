"""Gets a suite's verdict for ``ci``: from recorded replies or, within a budget, by asking for what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.counting import count
from promptctl.core.evals.rows import Answers
from promptctl.core.evals.stopping import Stopping, dollars
from promptctl.errors import PromptctlError, StateError
from promptctl.runtime.gateway.spending import Forecast, Spending
from promptctl.workflows.baseline import find_baseline, subject_before
from promptctl.workflows.eval import EvalResult, EvalWish, evaluate_suite, sources_for
from promptctl.workflows.eval_plan import Planned
from promptctl.workflows.evaluation import NOTHING_RECORDED, own_model
from promptctl.workflows.evidence import Sources, Subject
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.missing import Missing, missing_answers

RECORDED = EvalWish(mode="recorded", forgiving=False)
_ASKING = EvalWish(mode="auto", forgiving=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """``result`` is the verdict as far as there is one; ``why`` says what it leaves open, None where that is nothing.

    ``missing`` is what the prompt itself lacked at first, then what its baseline did; ``hint`` the repairing command.
    """

    planned: Planned
    result: EvalResult | None = None
    missing: tuple[Missing, ...] = ()
    why: str | None = None
    hint: str | None = None

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases that lacked a reply on either side."""
        return tuple(dict.fromkeys(name for side in self.missing for name in side.cases))

    @property
    def calls(self) -> int:
        """How many calls get what was missing."""
        return sum(side.calls for side in self.missing)

    @property
    def price(self) -> float | None:
        """What they cost in US dollars; None where that is unknown."""
        prices = [side.price for side in self.missing if side.price is not None]
        return sum(prices) if len(prices) == len(self.missing) else None

    @property
    def answers(self) -> Answers | None:
        """The answers there are; None without any."""
        if self.result:
            return self.result.now
        if not self.missing:
            return None
        found, subject = self.missing[0].replayed, self.planned.subject
        model = own_model(subject.closure, subject.loaded.suite)
        return Answers(model=model, results=found.results, replies=found.replies, reasons=found.reasons)


def within(context: GateContext, max_cost: float | None) -> GateContext:
    """What runs may use when missing answers may cost so many US dollars in all; None: nobody is asked."""
    if max_cost is None:
        return replace(context, stopping=None, spending=None)
    stopping = Stopping(max_cost=max_cost)
    return replace(context, stopping=stopping, spending=Spending(Forecast(context.now), stopping))


def recorded_sources(repository: Repository, planned: Planned, context: GateContext) -> Sources:
    """Where recorded replies come from; nobody is asked."""
    return sources_for(repository, planned, RECORDED, within(context, None))


def attempt(repository: Repository, planned: Planned, context: GateContext) -> Attempt:
    """Judges one suite as far as replies and budget go. Raises what makes the suite itself no use."""
    found = _run(repository, planned, RECORDED, within(context, None))
    if found.why is None:
        return found
    found = replace(found, missing=_missing(repository, planned, context))
    if found.result is None and found.cases:
        found = replace(found, why=f"no recorded reply for {count(len(found.cases), 'case')}")
    return _asked(repository, found, context, context.stopping) if found.cases and context.stopping else found


def _run(repository: Repository, planned: Planned, wish: EvalWish, context: GateContext) -> Attempt:
    try:
        result = evaluate_suite(repository, planned, wish, context)
    except StateError as error:
        if error.code != NOTHING_RECORDED:
            raise
        return Attempt(planned=planned, why=str(error), hint=error.hint)
    if result.stopped:
        return Attempt(planned=planned, why=result.verdict.sentence)
    why = result.note and result.note.removesuffix(f"; {result.remedy}")
    return Attempt(planned=planned, result=result, why=why, hint=result.remedy)


def _asked(repository: Repository, found: Attempt, context: GateContext, stopping: Stopping) -> Attempt:
    """Asks for what is missing, unless that would cost too much."""
    if why := _unaffordable(found, stopping):
        return replace(found, why=f"{found.why}; {why}")
    return replace(_run(repository, found.planned, _ASKING, context), missing=found.missing)


def _unaffordable(found: Attempt, stopping: Stopping) -> str | None:
    if found.price is None:
        return str(next(side.unpriced for side in found.missing if side.unpriced))
    if stopping.reason or stopping.takes(found.price):
        return stopping.reason
    left = dollars((stopping.max_cost or 0.0) - stopping.spent)
    return f"{count(found.calls, 'call')} would cost about {dollars(found.price)}, and {left} of --max-cost is left"


def _missing(repository: Repository, planned: Planned, context: GateContext) -> tuple[Missing, ...]:
    """What both sides of a verdict lack; answers in the cache count only where others may be asked for."""
    sources = recorded_sources(repository, planned, context)
    forecast, cache = Forecast(context.now), context.cache if context.stopping else None
    subjects = (planned.subject, *_baseline(repository, planned))
    return tuple(missing_answers(it, sources, planned.cases, forecast=forecast, cache=cache) for it in subjects)


def _baseline(repository: Repository, planned: Planned) -> Sequence[Subject]:
    """What the suite's gate compares with, where that can be read."""
    subject = planned.subject
    against = subject.loaded.suite.gate.against
    if against is None:
        return ()
    try:
        before = find_baseline(
            repository, read_state(repository), subject.name, against, subject.closure.prompt.formerly
        )
    except PromptctlError:
        return ()
    return () if before is None or before.digest == subject.digest else (subject_before(before, subject),)
