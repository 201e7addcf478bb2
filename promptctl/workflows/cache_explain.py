"""``cache explain``: where each answer of a suite would come from, and why the rest would have to be asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn

from promptctl.adapters.repository import Repository
from promptctl.core.evals.case import Case
from promptctl.core.evals.selection import Selection
from promptctl.core.models.provider_table import providers_of
from promptctl.core.models.request import Reply, Request
from promptctl.core.models.request_parts import nearest, request_parts
from promptctl.workflows.asking import Asking, StepFailed
from promptctl.workflows.eval_plan import plan_suite
from promptctl.workflows.evidence import Sources, Subject, line_for, recorded_replies
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.gather import models_of
from promptctl.workflows.judging import Judging
from promptctl.workflows.renderings import Renderings


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One answer: ``recorded`` in the repository, in this machine's ``cache``, or ``asked`` for, and then why.

    ``what`` is what would be asked first: the answer, or a judge's opinion of a kept one.
    """

    case: str
    model: str
    sample: int
    source: Literal["recorded", "cache", "asked", "unknown"]
    what: str = "answer"
    why: str = ""


class _Missing(Exception):
    """No store has the reply to this sample of a request."""

    def __init__(self, request: Request, sample: int) -> None:
        super().__init__(request.model)
        self.request, self.sample = request, sample


class _Nobody:
    """Stands where providers are asked."""

    async def complete(self, request: Request, sample: int = 0) -> NoReturn:
        raise _Missing(request, sample)


def explain(repository: Repository, reference: str, only: str | None, context: GateContext) -> tuple[Explained, ...]:
    """Every answer of a suite, or of the cases that a glob fits. Nobody is asked.

    Raises what ``plan_suite`` raises.
    """
    planned = plan_suite(repository, reference, Selection(only=only))
    subject = planned.subject
    trees = (repository.work.tree, planned.resolved.project.tree)
    sources = Sources(
        trees=trees,
        home=repository.work.tree,
        cache=context.cache,
        providers=providers_of(repository.work.settings),
        environment=context.environment,
        now=context.now,
    )
    recorded = {key: reply for store in recorded_replies(subject, trees) for key, reply in store.items()}
    line = line_for(subject, sources, recorded)
    with Renderings(subject.closure, *subject.loaded.judges.values(), bounded=not line.released) as renderings:
        asking = Asking(subject.closure, renderings, line, _Nobody(), planned.cases)
        search = _Search(subject, asking, Judging(subject.loaded, renderings, asking.reply), recorded, context)
        return asyncio.run(search.all(planned.cases))


class _Search:
    """Goes through the answers of a suite by what is kept."""

    def __init__(
        self, subject: Subject, asking: Asking, judging: Judging, recorded: Mapping[str, Reply], context: GateContext
    ) -> None:
        self._subject, self._asking, self._judging, self._recorded = subject, asking, judging, recorded
        self._before = context.cache.asked_before(subject.name)

    async def all(self, cases: Sequence[Case]) -> tuple[Explained, ...]:
        models, repeats = models_of(self._subject), range(self._subject.loaded.suite.repeat)
        return tuple([await self._one(case, model, index) for case in cases for model in models for index in repeats])

    async def _one(self, case: Case, model: str, index: int) -> Explained:
        what = "answer"
        try:
            replies = await self._asking.answers(case, model, index)
            what = "opinion of a judge"
            opinions = await self._judging.opinions(case, index, replies[-1].reply.text)
        except _Missing as missing:
            why = self._why(missing)
            return Explained(case=case.name, model=model, sample=index, source="asked", what=what, why=why)
        except StepFailed as failed:
            return Explained(case=case.name, model=model, sample=index, source="unknown", why=str(failed))
        keys = [kept.key for kept in (*replies, *opinions.trials, *opinions.votes)]
        found: Literal["recorded", "cache"] = "recorded" if all(key in self._recorded for key in keys) else "cache"
        return Explained(case=case.name, model=model, sample=index, source=found)

    def _why(self, missing: _Missing) -> str:
        changes = nearest(request_parts(missing.request, missing.sample), self._before)
        if changes is None:
            return "nothing this prompt asked for is in the cache"
        if not changes:
            return "the cache has it, but too old, damaged, or of a host that is not asked now"
        return ", ".join(map(str, changes[:3])) + (f" and {len(changes) - 3} more" if len(changes) > 3 else "")
