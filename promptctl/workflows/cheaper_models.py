"""Which models that evidence covers would have answered the same calls for less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from promptctl.adapters.repository import Repository
from promptctl.adapters.suites import load_suite
from promptctl.core.models.provider import ProviderSettings, serving
from promptctl.core.reporting.advice import Advice, Unjudged, model_advice
from promptctl.core.reporting.evaluated import evaluated, models_of, plain, quality_change
from promptctl.core.reporting.whatif import PricedCalls
from promptctl.errors import PromptctlError
from promptctl.workflows.costs_whatif import FindEvidence, cost_with, evidence_of
from promptctl.workflows.served_text import served_text

Found = Iterator[Advice | Unjudged | None]
_unjudged = partial(Unjudged, kind="model")


def cheaper_models(
    repository: Repository,
    calls: Sequence[PricedCalls],
    providers: Mapping[str, ProviderSettings],
    now: datetime,
    most: int,
) -> Found:
    """Advice for the ``most`` dearest of calls, by text and model; the others are counted."""
    dearest = sorted(calls, key=lambda it: (-it.cost, it.prompt, it.digest or "", it.model or ""))
    find = evidence_of(repository)
    for it in dearest[:most]:
        yield from _advice(repository, it, find, providers, now)
    others = sum(it.calls for it in dearest[most:])
    yield _unjudged(reason=f"not among the {most} dearest texts", calls=others, hint="--top N")


def _advice(
    repository: Repository,
    calls: PricedCalls,
    find: FindEvidence,
    providers: Mapping[str, ProviderSettings],
    now: datetime,
) -> Found:
    evidence = find(calls.prompt)
    others = [it for it in models_of(evidence, calls.digest) if plain(it) != plain(calls.model or "")]
    others = [it for it in others if not _local(it, providers)]
    if not others:
        yield _without_evidence(repository, calls)
    for model in others:
        if (passes := evaluated(evidence, calls.digest, model)) and passes.cases:
            quality = quality_change(evidence, calls.digest, calls.model or "", model)
            yield model_advice(calls, model, cost_with(model, [calls], providers, now), passes, quality)
        else:
            yield _unjudged(reason=f"no case of it could be judged: {model}", calls=calls.calls)


def _local(model: str, providers: Mapping[str, ProviderSettings]) -> bool:
    """Whether only this process answers for a model: nothing that users could be served."""
    known = serving(model, providers)
    return bool(known) and all(it.local for it in known)


def _without_evidence(repository: Repository, calls: PricedCalls) -> Unjudged:
    """Why no other model is known, and the command that changes it, where one does."""
    name = calls.prompt
    text = served_text(repository, name, calls.digest)
    if text is None:
        return _unjudged(reason="text not found here", calls=calls.calls)
    try:
        suite = load_suite(text.project, name)
    except PromptctlError:
        return _unjudged(
            reason=f"the suite of {text.reference} cannot be read", calls=calls.calls, hint="promptctl lint"
        )
    here = text.project is repository.work
    if suite is None:
        hint = f"promptctl new --suite {name}" if here else None
        return _unjudged(reason=f"{text.reference} has no suite", calls=calls.calls, hint=hint)
    hint = f"promptctl eval {text.reference}"
    if not [it for it in suite.suite.models if plain(it) != plain(calls.model or "")]:
        hint = f"other `models:` in prompts/{name}/eval.yaml, then {hint}" if here else ""
    return _unjudged(reason=f"{text.reference} was evaluated with no other model", calls=calls.calls, hint=hint or None)
