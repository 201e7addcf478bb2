"""A closure and its inputs become messages and a request. Roles are structure; rendered text is never parsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptctl.core.files.document import Path, pointer
from promptctl.core.models.request import Request
from promptctl.core.prompts.binding import Binding
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Message, Placeholder
from promptctl.core.prompts.template import Renderer, TemplateFault
from promptctl.errors import UsageError

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})


class Rendering:
    """Renders one closure many times; its templates are compiled once."""

    def __init__(self, closure: Closure) -> None:
        self.closure = closure
        self._renderer = Renderer(closure.texts())
        self._binding = Binding(closure.prompt.inputs)
        single = "template" in closure.prompt.document.value
        self._messages: tuple[tuple[Message | Placeholder, Path], ...] = tuple(
            (message, ("template",) if single else ("messages", index, "content"))
            for index, message in enumerate(closure.prompt.messages)
        )
        self._names: dict[Path, str] = {}

    def messages(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        """The messages of a prompt. Raises UsageError for bad inputs and for templates that fail, with their place."""
        values = self.bind(given)
        rendered: list[dict[str, Any]] = []
        for message, path in self._messages:
            if isinstance(message, Placeholder):
                rendered += earlier_messages(message.input, values[message.input])
            else:
                rendered.append(self._message(message, path, values))
        return tuple(rendered)

    def request(self, given: Mapping[str, Any]) -> Request:
        """All that is sent to the model. Raises UsageError as ``messages`` does, or when the prompt names no model."""
        prompt = self.closure.prompt
        if not isinstance(prompt.model, str):
            message = (
                f"{prompt.name} names no model" if prompt.model is None else f"{prompt.name} names a tier, not a model"
            )
            raise UsageError(
                "PC023",
                message,
                place=prompt.document.place(("model",)),
                hint="set `model:` in prompt.yaml or pass --model",
            )
        return Request(
            model=prompt.model,
            messages=self.messages(given),
            parameters=prompt.parameters,
            output=prompt.output,
            tools=prompt.tools,
        )

    def step_inputs(self, index: int, values: Mapping[str, Any]) -> dict[str, str]:
        """A chain's step: its inputs rendered over the chain's inputs and earlier steps' outputs."""
        step = self.closure.prompt.steps[index]
        return {name: self._render(("steps", index, "inputs", name), values) for name in step.inputs}

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values templates see. Raises UsageError for unknown, missing, ill-formed or too large inputs."""
        return self._binding.values(given)

    def _message(self, message: Message, path: Path, values: Mapping[str, Any]) -> dict[str, Any]:
        content = message.content
        rendered: dict[str, Any] = {
            "role": message.role,
            "content": self._render(path, values)
            if isinstance(content, str)
            else [self._part(part, (*path, index), values) for index, part in enumerate(content)],
        }
        if message.cache:
            rendered["cache"] = True
        return rendered

    def _part(self, part: Mapping[str, Any], path: Path, values: Mapping[str, Any]) -> dict[str, Any]:
        if part["type"] == "text":
            return {"type": "text", "text": self._render((*path, "text"), values)}
        url = self._render((*path, "image_url", "url"), values)
        return {"type": "image_url", "image_url": {**part["image_url"], "url": url}}

    def _render(self, path: Path, values: Mapping[str, Any]) -> str:
        name = self._names.get(path)
        if name is None:
            name = self._names[path] = pointer(path)
        try:
            return self._renderer.render(name, values)
        except TemplateFault as fault:
            place = self.closure.place(fault.template, fault.line)
            raise UsageError(fault.code, fault.message, place=place, hint=fault.hint) from None


def earlier_messages(name: str, value: Any) -> list[dict[str, Any]]:
    """The messages that a placeholder's input holds. Raises UsageError when it holds anything else."""
    if not isinstance(value, list):
        raise UsageError("PC020", f"input `{name}` stands for messages and must be a list")
    for index, message in enumerate(value):
        fits = isinstance(message, Mapping) and message.get("role") in _ROLES and "content" in message
        if not fits:
            raise UsageError("PC020", f"input `{name}[{index}]` must be a message: {{role: user, content: …}}")
    return [dict(message) for message in value]
