"""``eval --provider A,B``: the same suite asked of several providers; the prompt's own decides, the others inform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from promptctl.adapters.repository import Repository
from promptctl.core.evals.packed import those
from promptctl.core.evals.provider_side import ProviderSide, provider_side
from promptctl.core.evals.suite import Suite
from promptctl.core.models.provider import ProviderSettings, choose, serving
from promptctl.core.models.provider_table import providers_of
from promptctl.core.prompts.closure import Closure
from promptctl.errors import UsageError
from promptctl.workflows.eval import EvalResult, EvalWish, evaluate_suite, sources_for
from promptctl.workflows.eval_plan import Planned
from promptctl.workflows.evaluation import own_model
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.gather import gather

NONE_DECIDES = "PC181"


def evaluate_with(repository: Repository, planned: Planned, wish: EvalWish, context: GateContext) -> EvalResult:
    """Runs one suite, with each provider where several are wished for.

    Raises what ``evaluate_suite`` raises, and UsageError where none of the providers serves the prompt's model.
    """
    named = list(dict.fromkeys((wish.provider or "").split(",")))
    if len(named) < 2:
        return evaluate_suite(repository, planned, wish, context)
    settings = repository.work.settings
    first = _deciding(planned, named, providers_of(settings))
    result = evaluate_suite(repository, planned, replace(wish, provider=first), context)
    if result.stopped:
        return result
    sides = [_side(repository, planned, replace(wish, provider=it), context, result) for it in named]
    stopped = context.stopping is not None and context.stopping.reason is not None
    return replace(result, providers=tuple(sides), stopped=stopped)


def _side(
    repository: Repository, planned: Planned, wish: EvalWish, context: GateContext, deciding: EvalResult
) -> ProviderSide:
    """One provider's side; what others than the deciding one answered is not kept in the repository."""
    model, provider = own_model(planned.subject.closure, planned.subject.loaded.suite), wish.provider or ""
    suite = replace(planned.subject.loaded.suite, cases=planned.cases)
    if deciding.provider == provider:
        return provider_side(provider, suite, deciding.results, model, decides=True)
    found = gather(planned.subject, sources_for(repository, planned, wish, context), planned.cases, [model])
    names = {case.name for case in planned.cases}
    results = those(found.results, lambda result: result.case in names)
    return provider_side(provider, suite, results, model, decides=False)


def _deciding(planned: Planned, named: Sequence[str], providers: Mapping[str, ProviderSettings]) -> str:
    """The first of the named providers that serves all models of the prompt without being told to."""
    for name in named:
        choose("", providers, name)
    models = _models(planned.subject.closure, planned.subject.loaded.suite)
    own = [{it.name for it in serving(model, providers)} for model in models]
    found = next((name for name in named if all(name in names for names in own)), None)
    if found is None:
        serve = sorted(set.intersection(*own)) if own else []
        message = f"none of {', '.join(named)} serves {planned.subject.reference} by itself, so none would decide"
        hint = f"add one of: {', '.join(serve)}" if serve else None
        raise UsageError(NONE_DECIDES, message, hint=hint)
    return found


def _models(closure: Closure, suite: Suite) -> list[str]:
    steps = closure.steps.values() if closure.prompt.steps else ()
    return [model for step in steps for model in _models(step, suite)] or [own_model(closure, suite)]
