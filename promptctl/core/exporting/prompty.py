"""Prompty, version 1: a head and a Jinja template in which lines like ``system:`` begin messages."""

from __future__ import annotations

from typing import Any

from promptctl.core.exporting.exported import (
    Exported,
    Subject,
    drop_caches,
    require_one_prompt,
    take_inputs,
    text_of,
    unsayable,
)
from promptctl.core.exporting.jinja import plain
from promptctl.core.files.yaml_lines import mapping_lines
from promptctl.core.importing.prompty_messages import ROLE
from promptctl.core.prompts.prompt import Message

TOOL = "Prompty"
_FACTS = ("name", "authors", "version", "metadata")
_HISTORY = "{{% for item in {0} %}}\n{{{{item.role}}}}:\n{{{{item.content}}}}\n{{% endfor %}}\n"
_INPUT = ("type", "description", "enum", "default", "examples")


def write(subject: Subject) -> Exported:
    """The ``.prompty`` file of a prompt. Raises DocumentError for what the format cannot say at all."""
    require_one_prompt(subject, TOOL)
    prompt, node = subject.closure.prompt, subject.node
    head: dict[str, Any] = {"name": prompt.metadata.get("name", prompt.name)}
    head |= {"description": prompt.description} if prompt.description else {}
    head |= {key: prompt.metadata[key] for key in _FACTS[1:] if key in prompt.metadata}
    for key in prompt.metadata:
        if key not in _FACTS:
            node.child("metadata").child(key).drop(f"has no place in {TOOL}")
    head |= {"tags": list(prompt.tags)} if prompt.tags else {}
    head |= _model(subject)
    inputs = {name: _input(item.value) for name, item in take_inputs(node, _INPUT, TOOL)}
    head |= {"inputs": inputs} if inputs else {}
    if prompt.output is not None:
        head |= _outputs(subject)
    body = "\n".join(_message(subject, index) for index in range(len(prompt.messages)))
    drop_caches(node)
    for key in "description metadata tags model parameters inputs messages template output tools".split():
        node.take(key)
    node.finish(f"has no place in {TOOL}")
    front = "\n".join(mapping_lines(head))
    return Exported(text=f"---\n{front}\n---\n{body}", dropped=tuple(node.dropped))


def _model(subject: Subject) -> dict[str, Any]:
    prompt = subject.closure.prompt
    model: dict[str, Any] = {"api": "chat"} if prompt.model or prompt.parameters or prompt.tools else {}
    if isinstance(prompt.model, str):
        provider, colon, name = prompt.model.partition(":")
        known = colon and provider == "openai"
        model["configuration"] = {"type": "openai", "name": name} if known else {"name": prompt.model}
    asked = dict(prompt.parameters)
    if prompt.tools:
        asked["tools"] = [{"type": "function", "function": dict(tool)} for tool in prompt.tools]
    model |= {"parameters": asked} if asked else {}
    return {"model": model} if model else {}


def _input(written: Any) -> dict[str, Any]:
    if isinstance(written, str):
        return {"type": written}
    found = {key: written[key] for key in ("type", "description", "enum", "default") if key in written}
    examples = written.get("examples")
    return found | ({"sample": examples[0]} if examples else {})


def _outputs(subject: Subject) -> dict[str, Any]:
    """The properties of the answer, where they are all there is to its schema."""
    schema = subject.closure.prompt.output or {}
    properties = schema.get("properties", {})
    simple = all(
        isinstance(found, dict) and found.keys() <= {"type", "description", "enum"} for found in properties.values()
    )
    if not simple or not properties:
        subject.node.take("output")
        return {}
    return {"outputs": {name: dict(found) for name, found in properties.items()}}


def _message(subject: Subject, index: int) -> str:
    message = subject.closure.prompt.messages[index]
    if not isinstance(message, Message):
        return _HISTORY.format(message.input)
    text = text_of(subject, index, message, TOOL)
    if ROLE.search(text):
        raise unsayable(subject, index, f"a line of this text would begin another message in {TOOL}", "reword the line")
    return f"{message.role}:\n{plain(text).rstrip(chr(10))}\n"
