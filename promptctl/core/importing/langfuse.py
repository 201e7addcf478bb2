"""Langfuse: a prompt as its interface gives it, JSON with ``prompt``, ``config`` and facts."""

from __future__ import annotations

from typing import Any

from promptctl.core.importing.node import Node
from promptctl.core.importing.parts import (
    KNOWN_PARAMETERS,
    PARAMETERS,
    inputs_of,
    parameters,
    prompt_value,
    template,
    text_message,
)
from promptctl.core.importing.segments import braces
from promptctl.core.importing.source import Import, Imported, Source

_FACTS = "name version labels commitMessage id projectId createdAt updatedAt createdBy isActive".split()


def read(source: Source) -> Import:
    """The prompt of a Langfuse export. Raises DocumentError for what is none."""
    root = Node(source.document).checked(dict)
    kind, written = root.text("type"), root.take("prompt", (str, list))
    if written is None or written.value == []:
        raise root.error("the file holds no `prompt`")
    if kind not in ("", "text", "chat"):
        raise root.error(f"`{kind}` is no type of a Langfuse prompt")
    if isinstance(written.value, str):
        messages = [{"role": "user", "content": template(written, braces)}]
    else:
        messages = [_message(item) for item in written.items()]
    model, asked, rest = _config(root.take("config", dict))
    metadata = {key: item.value for key in _FACTS if (item := root.take(key))} | ({"config": rest} if rest else {})
    value = prompt_value(
        tags=[str(item.value) for item in found.items()] if (found := root.take("tags", list)) else [],
        metadata=metadata,
        model=model,
        parameters=asked,
        inputs=inputs_of(messages, {}),
        messages=messages,
    )
    root.finish()
    return Import(prompts=(Imported(value=value),), dropped=tuple(root.dropped))


def _message(node: Node) -> dict[str, Any]:
    if node.text("type") != "placeholder":
        return text_message(node, braces)
    found = {"placeholder": node.text("name")}
    node.finish()
    return found


def _config(node: Node | None) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The model and parameters that a configuration names; the rest, which only its program understands, as facts."""
    if node is None:
        return "", {}, {}
    model = node.text("model")
    known = KNOWN_PARAMETERS | PARAMETERS.keys()
    rest = {key: item.value for key in list(node.value) if key not in known and (item := node.take(key))}
    rest.pop("model", None)
    return model, parameters(node), rest
