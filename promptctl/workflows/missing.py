"""Answers that nobody recorded: of which cases, and what asking for them would cost."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from promptctl.adapters.files import decode
from promptctl.adapters.replies import Replies
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.core.evals.case import Case
from promptctl.core.evals.packed import those
from promptctl.core.evals.recording import parse_replies
from promptctl.core.files.tree import Tree
from promptctl.core.models.request import Reply
from promptctl.errors import PromptctlError, UsageError
from promptctl.runtime.gateway.spending import Forecast, Rehearsal
from promptctl.workflows.evaluation import Evaluated, evaluate
from promptctl.workflows.evidence import Sources, Subject, line_for, recorded_replies
from promptctl.workflows.gather import merged, models_of, replayed
from promptctl.workflows.wanted import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """``replayed`` is what recorded replies say; ``cases`` those of them that lack one, in the suite's order.

    ``calls`` have to be made for them, for about ``price`` US dollars; None where ``unpriced`` says why.
    """

    replayed: Evaluated
    cases: tuple[str, ...] = ()
    calls: int = 0
    price: float | None = 0.0
    unpriced: PromptctlError | None = field(default=None, compare=False)


def missing_answers(
    subject: Subject,
    sources: Sources,
    cases: Sequence[Case],
    *,
    forecast: Forecast,
    models: Sequence[str] = (),
    cache: ReplyCache | None = None,
) -> Missing:
    """What a subject lacks to be judged on some cases, beyond what is recorded and, if there is one, in a ``cache``.

    Without ``models`` those of its suite are asked. Asks nobody. Raises UsageError for a case that does not fit.
    """
    stores = recorded_replies(subject, (sources.home, *sources.trees))
    found = replayed(subject, sources, stores, cases, models or models_of(subject))
    if not found.missing:
        return Missing(replayed=found)
    left = tuple(case.name for case in cases if case.name in found.missing)
    replies = merged(stores)
    rehearsal = Rehearsal(forecast)
    rehearsal.learn(replies.values() or _others(subject, sources.home))
    line = replace(
        line_for(subject, sources, replies),
        replies=Replies("auto", recorded=replies, cache=cache, prompt=subject.name, providers=sources.providers),
        spending=rehearsal,
        stopping=None,
        lenient=True,
    )
    repeats = range(subject.loaded.suite.repeat)
    wanted = Wanted(
        cases=those(cases, lambda case: case.name in found.missing),
        models=models or models_of(subject),
        indexes=lambda _case, _model: repeats,
    )
    try:
        evaluate(subject.closure, subject.loaded, wanted, line)
    except PromptctlError as error:
        return Missing(replayed=found, cases=left, calls=rehearsal.calls, price=None, unpriced=error)
    return Missing(replayed=found, cases=left, calls=rehearsal.calls, price=rehearsal.price)


def _others(subject: Subject, tree: Tree) -> list[Reply]:
    """What other versions of a prompt were answered: that is how long its answers are."""
    found: list[Reply] = []
    for path in sorted(tree.below(f"{subject.folder}/replies")):
        # A malformed file is for those to name who judge by it.
        with suppress(UsageError):
            found += parse_replies(decode(tree.read(path), path), path).values()
    return found
