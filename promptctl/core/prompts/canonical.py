"""Identity: the canonical form of a closure and its digest. Pinned by the vectors in ``spec/digest``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from promptctl.core.models.request import compact_json
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Input, Message, Placeholder, Step

FORMAT = 1
_PREFIX = "promptctl/v1\n"
_PART_ORDER = ("type", "text", "image_url", "url", "detail")
_TOOL_ORDER = ("name", "description", "parameters", "strict")
_KEYED_BY_NAME = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependentRequired"}
)
_TIER_ORDER = ("tier", "max_latency_ms", "max_usd_per_mtok")


def canonical(closure: Closure) -> dict[str, Any]:
    """All of a closure that changes what is sent to the model, in one order; empty top-level keys are left out."""
    prompt = closure.prompt
    form = {
        "model": _ordered(prompt.model, _TIER_ORDER) if isinstance(prompt.model, Mapping) else prompt.model,
        "parameters": _sorted(prompt.parameters),
        "inputs": {name: _input(prompt.inputs[name]) for name in sorted(prompt.inputs)},
        "messages": [_message(message) for message in prompt.messages],
        "steps": [_step(step, closure.steps[step.name]) for step in prompt.steps],
        "output": prompt.output,
        "tools": [_ordered(tool, _TOOL_ORDER) for tool in prompt.tools],
        "partials": {name: closure.partials[name].value for name in sorted(closure.partials)},
    }
    return {"format": FORMAT} | {key: value for key, value in form.items() if value not in (None, "", [], {}, ())}


def digest(closure: Closure) -> str:
    """``sha256:<hex>``: the same digest means the same behaviour sent to the model."""
    return form_digest(canonical(closure))


def form_digest(form: Mapping[str, Any]) -> str:
    """The digest of a closure that is there as its canonical form."""
    return spelled_digest(compact_json(form))


def spelled_digest(text: str) -> str:
    """The digest of a closure that is there as the compact JSON of its canonical form."""
    return _sha256(_PREFIX + text)


def parts(closure: Closure) -> dict[str, str]:
    """A digest for each top-level part and each partial, so that a difference can be named."""
    form = canonical(closure)
    partials = form.pop("partials", {})
    del form["format"]
    return {name: _sha256(_PREFIX + compact_json(value)) for name, value in (form | partials).items()}


def short(digest_text: str) -> str:
    """The first 12 hex digits, as file names use them."""
    return digest_text.removeprefix("sha256:")[:12]


def _sha256(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _input(found: Input) -> dict[str, Any]:
    form: dict[str, Any] = _schema(found.schema)
    return form if found.required else form | {"default": found.default}


def _schema(schema: Any) -> Any:
    """An input's schema without what only people read; a property may well be called ``title``."""
    if isinstance(schema, list):
        return [_schema(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    form: dict[str, Any] = {}
    for key in sorted(schema):
        if key in ("title", "description"):
            continue
        value = schema[key]
        if key in ("default", "const", "enum", "examples"):
            form[key] = value
        elif key in _KEYED_BY_NAME and isinstance(value, Mapping):
            form[key] = {name: _schema(value[name]) for name in sorted(value)}
        else:
            form[key] = _schema(value)
    return form


def _message(message: Message | Placeholder) -> dict[str, Any]:
    if isinstance(message, Placeholder):
        return {"placeholder": message.input}
    content = message.content
    form: dict[str, Any] = {
        "role": message.role,
        "content": content if isinstance(content, str) else [_ordered(part, _PART_ORDER) for part in content],
    }
    return form | ({"cache": True} if message.cache else {})


def _step(step: Step, closure: Closure) -> dict[str, Any]:
    return {"name": step.name, "digest": digest(closure), "inputs": _sorted(step.inputs)}


def _ordered(value: Any, order: tuple[str, ...]) -> dict[str, Any]:
    """Known keys in the schema's order; what they hold keeps its written order."""
    return {key: _ordered(value[key], order) if key == "image_url" else value[key] for key in order if key in value}


def _sorted(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value[key] for key in sorted(value)}
