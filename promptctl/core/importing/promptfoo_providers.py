"""The providers of a promptfoo configuration: models, parameters, tools and the form of answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from promptctl.core.importing.node import Node
from promptctl.core.importing.parts import KNOWN_PARAMETERS, PARAMETERS, answer_schema, model_name, parameters
from promptctl.core.importing.source import Source

_BUILT_IN = {"openai": ("chat",), "anthropic": ("messages",)}
_NOT_HERE = "is no provider that promptctl knows to call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """Models as ours are spelled, and what all of them are asked with."""

    models: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[Mapping[str, Any], ...] = ()
    output: Mapping[str, Any] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def providers(root: Node, source: Source) -> Providers:
    """What the configuration says under ``providers`` or ``targets``."""
    listed = root.take("providers", (str, list)) or root.take("targets", (str, list))
    models: list[str] = []
    asked: Providers | None = None
    for name, node in _each(listed, source) if listed else ():
        model = _model(name)
        if model:
            models.append(model)
        else:
            node.drop(
                f"names `{name}`, which {_NOT_HERE}", "set a provider in promptctl.toml and `model:` to its model"
            )
        config = node.take("config", dict) if isinstance(node.value, dict) else None
        found = _asked(config, source)
        if asked is None:
            asked = found
        elif found != asked and config:
            config.drop("differs from the first provider's, and a prompt asks all models alike")
        for key in ("label", "id", "prompts", "delay", "transform", "env") if isinstance(node.value, dict) else ():
            if (item := node.take(key)) and key in ("prompts", "delay", "transform", "env"):
                item.drop("changes the calls of one provider alone")
        node.finish()
    asked = asked or Providers()
    unique = tuple(dict.fromkeys(models))
    return replace(asked, models=unique)


def _each(listed: Node, source: Source) -> Iterator[tuple[str, Node]]:
    """Each provider by its id, those of files beside included."""
    for entry in listed.items():
        if (
            isinstance(entry.value, str)
            and entry.value.startswith("file://")
            and entry.value.endswith((".yaml", ".yml", ".json"))
        ):
            document = source.beside(entry.value.removeprefix("file://")).document
            yield from _each(Node(document, (), entry.dropped), source)
        elif isinstance(entry.value, str):
            yield entry.value, entry
        elif "id" in entry.checked(dict).value:
            yield entry.text("id"), entry
        else:
            yield from ((name, inner) for name, inner in entry.entries() if isinstance(inner.value, dict))


def _model(name: str) -> str | None:
    """``[provider:]model`` as we spell it; None for what we cannot call."""
    if name == "echo":
        return "echo:echo"
    vendor, _, model = name.partition(":")
    if vendor not in _BUILT_IN or not model:
        return None
    kind, colon, rest = model.partition(":")
    if not colon:
        return model_name(vendor, model)
    return model_name(vendor, rest) if kind in _BUILT_IN[vendor] and rest else None


def _asked(config: Node | None, source: Source) -> Providers:
    if config is None:
        return Providers()
    tools: list[dict[str, Any]] = []
    for key in ("tools", "functions"):
        if listed := config.take(key, (list, str)):
            if isinstance(listed.value, str):
                listed = Node(source.beside(listed.value.removeprefix("file://")).document, (), config.dropped)
            tools += [tool for item in listed.items() if (tool := _tool(item))]
    output, facts = _output(config)
    known = KNOWN_PARAMETERS | PARAMETERS.keys()
    known |= {"tools", "functions", "response_format", "responseSchema", "responseFormat"}
    for key in [key for key in config.value if key not in known]:
        if item := config.take(key):
            item.drop("belongs to a provider, which promptctl.toml sets")
    for key in ("responseSchema", "responseFormat"):
        config.take(key)
    return Providers(parameters=parameters(config), tools=tuple(tools), output=output, facts=facts)


def _tool(node: Node) -> dict[str, Any] | None:
    """A function tool, with or without the wrapping that requests give it."""
    value = node.value.get("function", node.value) if isinstance(node.value, dict) else {}
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        node.drop("is no function tool")
        return None
    return {key: value[key] for key in ("name", "description", "parameters", "strict") if key in value}


def _output(config: Node) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The answer's schema, where the form of answers has one, and the facts around it."""
    form = config.value.get("response_format")
    schema = config.value.get("responseSchema")
    if isinstance(form, dict) and form.get("type") == "json_schema":
        config.take("response_format")
        schema = form.get("json_schema", {key: value for key, value in form.items() if key != "type"})
    elif "responseFormat" in config.value and not isinstance(schema, dict):
        config.child("responseFormat").drop("is no form of answers that promptctl knows")
    return answer_schema(schema) if isinstance(schema, dict) else (None, {})
