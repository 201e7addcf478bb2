"""dotprompt: a YAML head and a Handlebars template. https://google.github.io/dotprompt/reference/frontmatter/"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from promptctl.core.files.document import Document
from promptctl.core.importing import handlebars
from promptctl.core.importing.node import Node
from promptctl.core.importing.parts import (
    checked_template,
    inputs_of,
    parameters,
    prompt_value,
    role,
    template_error,
    tidy,
)
from promptctl.core.importing.picoschema import json_schema
from promptctl.core.importing.segments import NoSegment
from promptctl.core.importing.source import Import, Imported, Source

_EMPTY: Mapping[str, Any] = {"string": "", "array": [], "object": {}}
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_FACTS = ("name", "variant", "version")


def read(source: Source) -> Import:
    """The prompt of a ``.prompt`` file. Raises DocumentError for what no prompt here can say."""
    head = Node(source.document)
    declared, kinds = _inputs(head.take("input", dict))
    answer, asked = _output(head.take("output", dict))
    messages = _messages(head, source, kinds)
    metadata = dict(found.value) if (found := head.take("metadata", dict)) else {}
    metadata |= {key: item.value for key in _FACTS if (item := head.take(key))}
    value = prompt_value(
        description=head.text("description"),
        metadata=metadata,
        model=head.text("model"),
        parameters=parameters(head.take("config", dict)) | asked,
        inputs=inputs_of(messages, _kept(head, declared, messages)),
        messages=messages,
        output=answer,
    )
    if tools := head.take("tools"):
        tools.drop("are names of functions that stand in code", "write `tools:` with their schemas into prompt.yaml")
    head.finish()
    return Import(prompts=(Imported(value=value),), dropped=tuple(head.dropped))


def _inputs(node: Node | None) -> tuple[dict[str, Any], dict[str, str]]:
    """Declared inputs, and for the template how those print that Handlebars prints in its own way."""
    if node is None:
        return {}, {}
    schema = (json_schema(found) if (found := node.take("schema")) else None) or {}
    defaults = found.value if (found := node.take("default", dict)) else {}
    node.finish()
    inputs: dict[str, Any] = {}
    kinds: dict[str, str] = {}
    for name, said in schema.get("properties", {}).items():
        # A schema may also be true or false: anything, or nothing at all.
        written = said if isinstance(said, Mapping) else {} if said else {"not": {}}
        inputs[name], kinds[name] = dict(written), str(written.get("type", ""))
        if name in defaults:
            inputs[name]["default"] = defaults[name]
        elif name not in schema.get("required", ()):
            inputs[name] |= _absent(written)
            kinds[name] += " optional" if inputs[name]["default"] is None else ""
    for name, value in defaults.items():
        inputs.setdefault(name, {"default": value})
    return inputs, kinds


def _absent(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What stands for an input that is left out: nothing that is printed, and no in a condition."""
    kind = schema.get("type")
    if isinstance(kind, str) and kind in _EMPTY and "enum" not in schema:
        return {"default": _EMPTY[kind]}
    typed = {"type": [kind, "null"]} if isinstance(kind, str) and kind != "null" else {}
    allowed = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return typed | allowed | {"default": None}


def _kept(head: Node, declared: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The declared inputs without defaults of names that the schema lacks and no template reads."""
    used = inputs_of(messages, {})
    for name in [name for name, schema in declared.items() if schema.keys() == {"default"} and name not in used]:
        Node(head.document, ("input", "default", name), head.dropped).drop("is a default that no template reads")
        del declared[name]
    return declared


def _output(node: Node | None) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The schema of the answer, and parameters that ask for its form."""
    if node is None:
        return None, {}
    schema = json_schema(found) if (found := node.take("schema")) else None
    form = node.take("format", str)
    if form and form.value not in ("json", "text"):
        form.drop("is a form of answers that is not asked of a model here", "say it in the prompt")
    node.finish()
    asked = form and form.value == "json" and schema is None
    return schema, {"response_format": {"type": "json_object"}} if asked else {}


def _messages(head: Node, source: Source, kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    try:
        pieces = handlebars.pieces(source.body, kinds)
    except NoSegment as fault:
        line = source.body.count("\n", 0, fault.at) + 1
        raise template_error(head, str(fault), line, source.body_line) from None
    messages: list[dict[str, Any]] = []
    current: dict[str, Any] = {"role": "user", "content": []}
    for piece in [*pieces, handlebars.Mark(kind="end")]:
        if isinstance(piece, str):
            current["content"].append(piece)
        elif piece.kind == "media":
            current["content"].append({"type": "image_url", "image_url": {"url": piece.value}})
        else:
            made = _message(current)
            messages += made
            if piece.kind == "history":
                messages.append({"placeholder": "history"})
            # What is nothing but comments is no message: they go to the next one.
            comments = [] if made else [text for text in current["content"] if isinstance(text, str) and text.strip()]
            current = {"role": _role(piece, head), "content": [f"{text}\n" for text in comments]}
    if not messages:
        raise head.error("the file holds no template")
    for message in messages:
        for part in message.get("content", ()) if isinstance(message.get("content"), list) else (message,):
            checked_template(head, part.get("text", part.get("content", "")), source.body_line)
    return messages


def _role(mark: handlebars.Mark, head: Node) -> str:
    """The role that a mark begins; what follows the history speaks for the model."""
    if mark.kind != "role":
        return "assistant"
    return role(Node(Document(head.document.file, mark.value, {}, head.document.text)), head)


def _message(current: dict[str, Any]) -> list[dict[str, Any]]:
    """The message itself, its text without the white space around it; none when it is blank."""
    parts: list[Any] = []
    for piece in current["content"]:
        if isinstance(piece, str) and parts and isinstance(parts[-1], str):
            parts[-1] += piece
        else:
            parts.append(piece)
    kept = [tidy(part) if isinstance(part, str) else part for part in parts]
    kept = [part for part in kept if part]
    if all(isinstance(part, str) and not _COMMENT.sub("", part).strip() for part in kept):
        return []
    if len(kept) == 1 and isinstance(kept[0], str):
        return [{"role": current["role"], "content": kept[0]}]
    content = [{"type": "text", "text": part} if isinstance(part, str) else part for part in kept]
    return [{"role": current["role"], "content": content}]
