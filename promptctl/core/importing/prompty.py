"""Prompty, version 1 and 2: a YAML head and a Jinja template in which lines like ``system:`` begin messages."""

from __future__ import annotations

from typing import Any

from promptctl.core.importing.node import Node
from promptctl.core.importing.parts import inputs_of, model_name, parameters, prompt_value, template_error
from promptctl.core.importing.prompty_messages import messages_of
from promptctl.core.importing.prompty_properties import add_samples, answer_fields, inputs_declared, property_schema
from promptctl.core.importing.source import Import, Imported, Source

_FACTS = ("name", "authors", "version", "metadata")
_ELSEWHERE = "belongs to a provider, which promptctl.toml sets"


def read(source: Source) -> Import:
    """The prompt of a ``.prompty`` file. Raises DocumentError for what no prompt here can say."""
    head = Node(source.document)
    model, asked, tools = _model(head.take("model", (str, dict)))
    declared = inputs_declared(head.take("inputs", (dict, list)))
    threads = {name for name, schema in declared.items() if schema.pop("thread", False)}
    add_samples(head.take("sample", (dict, str)), declared, source)
    _check_template(head.take("template", (str, dict)))
    messages = list(messages_of(head, source, threads))
    if not messages:
        raise head.error("the file holds no template")
    if found := head.take("tools", list):
        tools += [tool for item in found.items() if (tool := _tool(item))]
    answer = answer_fields(head.take("outputs", (dict, list)))
    value = prompt_value(
        description=head.text("description"),
        tags=[str(item.value) for item in found.items()] if (found := head.take("tags", list)) else [],
        metadata={key: item.value for key in _FACTS if (item := head.take(key))},
        model=model,
        parameters=asked,
        inputs=inputs_of(messages, declared),
        messages=messages,
        output=answer,
        tools=tools,
    )
    head.finish()
    return Import(prompts=(Imported(value=value),), dropped=tuple(head.dropped))


def _model(node: Node | None) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    """The model, its parameters and its tools."""
    if node is None or isinstance(node.value, str):
        return (node.value if node else ""), {}, []
    for key in ("api", "apiType"):
        if (kind := node.take(key, str)) and kind.value != "chat":
            kind.drop("is not the chat interface, the only one that promptctl speaks")
    name, provider = node.text("id"), node.take("provider", str)
    for key in ("configuration", "connection"):
        if not (settings := node.take(key, dict)):
            continue
        written = [item for word in ("azure_deployment", "name", "model") if (item := settings.take(word, str))]
        name = name or next((item.value for item in written), "")
        if (kind := settings.take("type", str)) and kind.value == "openai":
            provider = provider or kind
        elif kind:
            kind.drop(_ELSEWHERE)
        settings.finish(_ELSEWHERE)
    if provider and provider.value not in ("openai", "anthropic"):
        provider.drop(_ELSEWHERE)
        provider = None
    values: dict[str, Any] = {}
    tools: list[dict[str, Any]] = []
    for key in ("parameters", "options"):
        if asked := node.take(key, dict):
            tools += [tool for item in found.items() if (tool := _tool(item))] if (found := asked.take("tools")) else []
            values |= _parameters(asked)
    if (kept := node.take("response", str)) and kept.value != "first":
        kept.drop("is what the calling program gets, and promptctl gives it the first answer")
    node.finish(_ELSEWHERE)
    return (model_name(provider.value, name) if provider and name else name), values, tools


def _parameters(node: Node) -> dict[str, Any]:
    if (streams := node.take("stream", bool)) and streams.value:
        streams.drop("is how the answer travels, which the calling program decides")
    return parameters(node)


def _tool(node: Node) -> dict[str, Any] | None:
    """A function tool: as requests spell it, or as version 2 does with a list of parameters."""
    function = node.take("function", dict) or node
    name, description = function.text("name"), function.text("description")
    kind = node.take("kind") or node.take("type")
    if not name or (kind and kind.value != "function"):
        node.drop("is no function tool")
        return None
    asked = function.take("parameters", (dict, list))
    schema: dict[str, Any] = {}
    if asked and isinstance(asked.value, list):
        properties = {item.checked(dict).text("name"): property_schema(item) for item in asked.items()}
        required = [item.text("name") for item in asked.items() if item.value.get("required")]
        schema = {"type": "object", "properties": properties} | ({"required": required} if required else {})
    elif asked:
        schema = asked.value
    function.finish()
    return (
        {"name": name}
        | ({"description": description} if description else {})
        | ({"parameters": schema} if schema else {})
    )


def _check_template(node: Node | None) -> None:
    """Raises DocumentError for templates that are not Jinja."""
    kind = node
    if node and isinstance(node.value, dict):
        node.take("parser")
        form = node.take("format", (str, dict)) or node.take("type", str)
        kind = form.take("kind", str) if form and isinstance(form.value, dict) else form
        node.finish()
    if kind and kind.value not in ("jinja2", "jinja"):
        raise template_error(kind, f"its language is {kind.value}, and only jinja2 is read", 1)
