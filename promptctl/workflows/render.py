"""``render``: a prompt and its inputs become messages, or the request that a provider would be sent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from promptctl.adapters.bounded import Worker
from promptctl.adapters.repository import Repository
from promptctl.core.prompts.chain import StepCall, step_calls, step_paths
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Message
from promptctl.core.prompts.render import Rendering
from promptctl.core.prompts.rendered import digest_or_none
from promptctl.core.settings import Settings
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError
from promptctl.workflows.resolve import Resolved, resolve

UNKNOWN_STEP = "PC046"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """``prompt`` is what was rendered: the prompt itself, or the step of a chain that ``step`` names.

    ``alone`` tells that the prompt consists of one text message. ``later`` are the steps that need this one's output.
    """

    resolved: Resolved
    prompt: str
    messages: tuple[Mapping[str, Any], ...]
    alone: bool
    step: str = ""
    later: tuple[str, ...] = ()
    request: Mapping[str, Any] | None = None

    @property
    def digest(self) -> str | None:
        """Of the messages, as events keep it; None for messages of an application that have none."""
        return digest_or_none(self.messages)


def render(
    repository: Repository,
    reference: str,
    given: Mapping[str, Any],
    *,
    outputs: Mapping[str, Any] | None = None,
    wire: str | None = None,
    model: str | None = None,
) -> Rendered:
    """Renders a prompt; of a chain, the first step that has no output in ``outputs``, or else its last one.

    ``wire`` adds the request in that format, for ``model`` instead of the prompt's own where it is given. Raises
    UsageError for references, inputs and templates that are wrong, and what ``resolve`` raises.
    """
    prepared = prepare(repository, reference)
    return prepared.rendered(given, outputs=outputs or {}, wire=wire, model=model)


def prepare(repository: Repository, reference: str) -> Prepared:
    """All that rendering needs of the repository. Raises what ``resolve`` raises."""
    resolved = resolve(repository, reference)
    return Prepared(resolved=replace(resolved, read=resolved.closure), settings=repository.work.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A prompt that can be rendered without its repository, in any thread and in any process."""

    resolved: Resolved
    settings: Settings

    def rendered(
        self, given: Mapping[str, Any], *, outputs: Mapping[str, Any], wire: str | None, model: str | None
    ) -> Rendered:
        """As ``render`` renders. Raises UsageError."""
        return Rendered(resolved=self.resolved, **self._found(given, outputs, wire, model))

    def rendered_apart(
        self, given: Mapping[str, Any], *, outputs: Mapping[str, Any], wire: str | None, model: str | None
    ) -> Rendered:
        """The same by a child process, which is stopped when a template takes too long or too much."""
        worker = Worker[None, dict[str, Any]](lambda _: self._found(given, outputs, wire, model))
        with closing(worker):
            return Rendered(resolved=self.resolved, **worker(None))

    def _found(
        self, given: Mapping[str, Any], outputs: Mapping[str, Any], wire: str | None, model: str | None
    ) -> dict[str, Any]:
        call, later = _next_call(self.resolved.closure, given, outputs)
        messages = call.closure.prompt.messages
        return {
            "prompt": call.closure.prompt.name,
            "messages": Rendering(call.closure).messages(call.inputs),
            "alone": len(messages) == 1 and isinstance(messages[0], Message) and isinstance(messages[0].content, str),
            "step": call.path,
            "later": later,
            "request": _request(self.settings, call, wire, model) if wire else None,
        }


def _next_call(
    closure: Closure, given: Mapping[str, Any], outputs: Mapping[str, Any]
) -> tuple[StepCall, tuple[str, ...]]:
    paths = step_paths(closure)
    for path, output in outputs.items():
        if path not in paths:
            hint = suggest(path, paths) or (f"steps: {', '.join(paths)}" if paths else "it is no chain")
            raise UsageError(UNKNOWN_STEP, f"{closure.prompt.name} has no step `{path}`", hint=hint)
        if not isinstance(output, str):
            raise UsageError(UNKNOWN_STEP, f"the output of `{path}` must be text")
    calls = step_calls(closure, given)
    call = next(calls)
    while call.path in outputs:
        try:
            call = calls.send(outputs[call.path])
        except StopIteration:
            break
    return call, paths[paths.index(call.path) + 1 :] if call.path else ()


def _request(settings: Settings, call: StepCall, wire: str, model: str | None) -> Mapping[str, Any]:
    from promptctl.adapters.models import known_model
    from promptctl.adapters.providers import WIRE_FORMATS
    from promptctl.core.models.capability import check_request, with_limit
    from promptctl.core.models.provider import model_id_of
    from promptctl.core.models.provider_table import providers_of, said_of_models

    closure = call.closure
    if model is not None:
        closure = replace(closure, prompt=replace(closure.prompt, model=model))
    request = Rendering(closure).request(call.inputs)
    model_id = model_id_of(request.model, providers_of(settings))
    known = known_model(model_id, said_of_models(settings.models))
    check_request(known, request)
    request = with_limit(known, request)
    return WIRE_FORMATS[wire].body(request, model_id)
