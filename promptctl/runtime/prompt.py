"""A prompt as an application holds it: one released version, why it is this one, and what it makes of inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.render import Rendering
from promptctl.errors import UsageError
from promptctl.runtime.given import as_given

if TYPE_CHECKING:
    from promptctl.core.models.provider import ProviderSettings

UNFIT = "PC219"


class Released:
    """One version of one prompt; its templates are compiled when they are first rendered, then kept."""

    __slots__ = ("_rendering", "_steps", "closure", "digest", "name", "providers", "version")

    def __init__(
        self, name: str, version: str, digest: str, closure: Closure, providers: Mapping[str, ProviderSettings]
    ) -> None:
        self.name, self.version, self.digest, self.closure, self.providers = name, version, digest, closure, providers
        self._rendering: Rendering | None = None
        self._steps: dict[str, Rendering] = {}

    def rendering_of(self, closure: Closure) -> Rendering:
        """The rendering of the closure itself or of one of its steps, which are called by their digests."""
        if closure is self.closure:
            return self.rendering
        name = closure.prompt.name
        if name not in self._steps:
            self._steps[name] = Rendering(closure)
        return self._steps[name]

    @property
    def rendering(self) -> Rendering:
        """Two threads may both make it the first time, of the same texts; one of the two stays."""
        if self._rendering is None:
            self._rendering = Rendering(self.closure)
        return self._rendering


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a suite expects of every answer: expectations as a bundle spells them, and judges as they are written."""

    forms: tuple[Mapping[str, Any], ...]
    judges: Mapping[str, Released] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Which version a call gets. ``reason`` is "forced", "split", "pointer", or "shadow" for what is not served.

    ``shadow`` is what is called besides, ``expected`` what a sample of its answers is scored by.
    """

    released: Released
    environment: str
    reason: str
    arm: str | None = None
    split: str | None = None
    notes: frozenset[str] = frozenset()
    shadow: Resolution | None = None
    expected: Expected | None = None


class Prompt:
    """One version of a prompt, made by ``Prompts.get``. It never changes: a later ``get`` gives another one.

    Templates render in a sandbox; inputs are checked against their schemas.
    """

    __slots__ = ("_attributes", "_resolution", "_unit")

    def __init__(self, resolution: Resolution, unit: str | None, attributes: Mapping[str, Any] | None) -> None:
        self._resolution, self._unit, self._attributes = resolution, unit, attributes

    def __repr__(self) -> str:
        return f"<Prompt {self.name}@{self.version} ({self.reason})>"

    @property
    def released(self) -> Released:
        """What calls are made of."""
        return self._resolution.released

    @property
    def name(self) -> str:
        """The name of the prompt today, also where it was asked for by a former one."""
        return self._resolution.released.name

    @property
    def version(self) -> str:
        """The version, as ``1.2.0``."""
        return self._resolution.released.version

    @property
    def digest(self) -> str:
        """``sha256:…``: the same digest, the same behaviour sent to the model."""
        return self._resolution.released.digest

    @property
    def environment(self) -> str:
        """The environment that serves it."""
        return self._resolution.environment

    @property
    def reason(self) -> str:
        """Why it is this version: ``forced``, ``split`` or ``pointer``."""
        return self._resolution.reason

    @property
    def arm(self) -> str | None:
        """The arm of the split that the unit is in."""
        return self._resolution.arm

    @property
    def split(self) -> str | None:
        """The id of the split that decided."""
        return self._resolution.split

    @property
    def notes(self) -> frozenset[str]:
        """``no-unit``: a split is there, and no unit was given; ``not-targeted``: the split is about other units;
        ``no-arm``: forced into an arm that is not there; ``renamed``: asked for by a former name; ``fallback``: from a
        bundle kept on this machine, while the source cannot be used."""
        return self._resolution.notes

    def noted(self, note: str) -> Prompt:
        """The same with a note more."""
        resolution = self._resolution
        return Prompt(replace(resolution, notes=resolution.notes | {note}), self._unit, self._attributes)

    @property
    def unit(self) -> str | None:
        """The unit that it was asked for."""
        return self._unit

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What the application said of the call."""
        return self._attributes or {}

    @property
    def shadow(self) -> Prompt | None:
        """What ``Prompts.call`` calls besides, in the background, and answers to nobody."""
        shadow = self._resolution.shadow
        return Prompt(shadow, self._unit, as_given(self._attributes)) if shadow else None

    @property
    def expected(self) -> Expected | None:
        """What a sample of its answers is scored by."""
        return self._resolution.expected

    @property
    def model(self) -> str | Mapping[str, Any] | None:
        """The model as the prompt names it, or the one that serves its tier."""
        return self._resolution.released.closure.prompt.model

    @property
    def is_chain(self) -> bool:
        """Whether it has steps instead of messages; ``Prompts.call`` goes through them."""
        return bool(self._resolution.released.closure.prompt.steps)

    def messages(self, /, **inputs: Any) -> list[dict[str, Any]]:
        """The messages: ``{"role", "content"}``. Raises UsageError for inputs that do not fit, and for a chain."""
        return list(self._messages(inputs))

    def _messages(self, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        released = self._resolution.released
        if released.closure.prompt.steps:
            raise UsageError(UNFIT, f"{self.name} is a chain, which has steps", hint="prompts.call(prompt, …)")
        return released.rendering.messages(inputs)

    def render(self, /, **inputs: Any) -> str:
        """The text of a prompt that is one message. Raises UsageError for others, and as ``messages`` does."""
        messages = self._messages(inputs)
        if len(messages) != 1 or not isinstance(text := messages[0]["content"], str):
            raise UsageError(UNFIT, f"{self.name} is not one text", hint="prompt.messages(…) or prompt.request(…)")
        return text

    def request(self, /, **inputs: Any) -> dict[str, Any]:
        """The arguments for any client with the shape of OpenAI's: model, messages, parameters, response format, tools.

        Raises UsageError as ``messages`` does, and for a prompt that names no model.
        """
        from promptctl.adapters.models import known_model
        from promptctl.adapters.providers.openai import body
        from promptctl.core.models.capability import with_limit
        from promptctl.core.models.provider import model_id_of

        if self.is_chain:
            raise UsageError(UNFIT, f"{self.name} is a chain, which has steps", hint="prompts.call(prompt, …)")
        released = self._resolution.released
        request = released.rendering.request(inputs)
        model_id = model_id_of(request.model, released.providers)
        said = next(iter(released.providers.values())).capabilities
        return body(with_limit(known_model(model_id, said), request), model_id)
