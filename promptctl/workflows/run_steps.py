"""``run``: what a reference means is sent to its model; a chain step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from promptctl.adapters.files import decode
from promptctl.adapters.replies import Replies
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.adapters.repository import Repository
from promptctl.core.evals.recording import parse_replies
from promptctl.core.files.tree import shown
from promptctl.core.models.provider_table import providers_of
from promptctl.core.models.request import Reply, Request
from promptctl.core.prompts.canonical import short
from promptctl.core.prompts.chain import StepCall, step_calls
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.render import Rendering
from promptctl.core.secrets import known_values
from promptctl.workflows.resolve import Resolved, resolve
from promptctl.workflows.run import RunResult, run_prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWish:
    """What was asked for. ``mode`` as in ``Replies``; ``model`` and ``provider`` take the place of the prompt's own."""

    mode: str = "auto"
    model: str | None = None
    provider: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRun:
    """One answer; ``path`` names the step and is empty where there is no chain."""

    path: str
    prompt: str
    model: str
    result: RunResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Every step that was answered, at least one; the last one's answer is the prompt's."""

    resolved: Resolved
    steps: tuple[StepRun, ...]

    @property
    def answer(self) -> RunResult:
        return self.steps[-1].result

    @property
    def cost(self) -> float | None:
        """US dollars of all steps; None when one of them is unknown."""
        costs = [step.result.cost for step in self.steps]
        return None if None in costs else sum(cost for cost in costs if cost is not None)


def run_reference(
    repository: Repository,
    reference: str,
    given: Mapping[str, Any],
    wish: RunWish,
    *,
    environment: Mapping[str, str],
    cache: ReplyCache | None,
    watch: Callable[[StepCall], None] = lambda _: None,
) -> Run:
    """The answer of a prompt's model, or of every step of a chain; ``watch`` hears of each before it is asked.

    Raises what ``resolve``, ``Rendering`` and ``run_prompt`` raise.
    """
    resolved = resolve(repository, reference)
    settings = repository.work.settings
    providers = providers_of(settings)
    keys = [provider.key for provider in providers.values() if provider.key]
    replies = Replies(
        wish.mode,
        recorded=_recorded(repository, resolved),
        # What another provider says in place of the model's own must not be taken for its answer later.
        cache=None if wish.provider else cache,
        provider=wish.provider,
        known=known_values(environment, keys),
        prompt=resolved.name,
        providers=providers,
    )
    steps: list[StepRun] = []
    calls = step_calls(resolved.closure, given)
    call = next(calls)
    while True:
        watch(call)
        request = _request(call, wish.model)
        result = run_prompt(
            request, providers=providers, environment=environment, replies=replies, override=wish.provider
        )
        steps.append(StepRun(path=call.path, prompt=call.closure.prompt.name, model=request.model, result=result))
        try:
            call = calls.send(result.text)
        except StopIteration:
            return Run(resolved=resolved, steps=tuple(steps))


def _request(call: StepCall, model: str | None) -> Request:
    closure: Closure = call.closure
    if model is not None:
        closure = replace(closure, prompt=replace(closure.prompt, model=model))
    return Rendering(closure).request(call.inputs)


def _recorded(repository: Repository, resolved: Resolved) -> dict[str, Reply]:
    """The replies kept for this digest, in the files here and at the state that was asked for."""
    path = f"prompts/{resolved.name}/replies/{short(resolved.digest)}.jsonl"
    found: dict[str, Reply] = {}
    for tree in (repository.work.tree, resolved.project.tree):
        if path in tree.files():
            place = shown(tree, path)
            found |= parse_replies(decode(tree.read(path), place), place)
    return found
