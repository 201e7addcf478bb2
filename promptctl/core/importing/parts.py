"""What imports of all formats put together: messages, inputs, parameters, models."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from jinja2 import nodes

from promptctl.core.importing.node import Node
from promptctl.core.importing.segments import NoSegment, Segments, jinja
from promptctl.core.models.provider import BUILT_IN
from promptctl.core.prompts.template import TemplateFault, read_template, template_tree
from promptctl.errors import DocumentError, Problem

UNSAYABLE = "PC143"
"""The code of a template that one of the two formats has no way to say."""

ROLES = {"system": "system", "developer": "developer", "user": "user", "assistant": "assistant", "model": "assistant"}
PARAMETERS = {
    "maxTokens": "max_tokens",
    "maxOutputTokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "maxCompletionTokens": "max_completion_tokens",
    "topP": "top_p",
    "topK": "top_k",
    "stopSequences": "stop",
    "frequencyPenalty": "frequency_penalty",
    "presencePenalty": "presence_penalty",
}
"""How other tools spell parameters that are sent under one name."""

KNOWN_PARAMETERS = frozenset(PARAMETERS.values()) | frozenset(
    "temperature seed n logprobs top_logprobs logit_bias reasoning_effort verbosity stop_sequences user "
    "parallel_tool_calls tool_choice response_format".split()
)
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
_SLUG = re.compile(r"[^a-z0-9_-]+")


def slug(text: str) -> str:
    """A text as a segment of a prompt's name, empty when nothing of it can stand there."""
    return _SLUG.sub("-", text.lower())[:63].strip("-_")


def checked_template(node: Node, text: str, line: int | None = None) -> str:
    """The template itself. Raises DocumentError at the template's own line when it cannot be one here.

    ``line`` is the line of the file that the text starts on, where that is not the node's.
    """
    try:
        includes = read_template("template", text).includes
    except TemplateFault as fault:
        raise template_error(node, fault.message, fault.line, line, fault.hint) from None
    if includes:
        raise template_error(node, f"it includes `{includes[0][0]}`, another file", includes[0][1], line)
    return text


def template_error(
    node: Node, message: str, template_line: int, line: int | None = None, hint: str | None = None
) -> DocumentError:
    """What a template says that no template here can say, at its own line."""
    document = node.document
    place = (
        document.template_place(node.path, template_line) if line is None else document.line(line + template_line - 1)
    )
    return DocumentError((Problem(UNSAYABLE, f"the template cannot be carried over: {message}", place, hint),))


def segments(node: Node, read: Callable[[str], Segments]) -> Segments:
    """The segments of a text. Raises DocumentError at the line that holds more than variables."""
    text = node.checked(str).value
    try:
        return read(text)
    except NoSegment as fault:
        raise template_error(node, str(fault), text.count("\n", 0, fault.at) + 1) from None


def template(node: Node, read: Callable[[str], Segments]) -> str:
    """A text with variables as a template. Raises DocumentError as ``segments`` does."""
    return jinja(segments(node, read))


def role(node: Node | None, parent: Node) -> str:
    """A message's role as ours. Raises DocumentError for a role that a prompt cannot give."""
    written = node.checked(str).value if node else "user"
    if written not in ROLES:
        known = ", ".join(name for name in ROLES if name != "model")
        raise (node or parent).error(f"`{written}` is no role of a message", f"roles: {known}")
    return ROLES[written]


def text_message(node: Node, read: Callable[[str], Segments]) -> dict[str, Any]:
    """A message that is a role and a text. Raises DocumentError."""
    content = node.take("content", str)
    if content is None:
        raise node.error(f"{node.spelled} holds no `content`")
    found = {"role": role(node.take("role"), node), "content": template(content, read)}
    node.finish()
    return found


def inputs_of(messages: Iterable[Mapping[str, Any]], known: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of a prompt in the order of ``known``; what templates read and nobody declares is told by its use."""
    found = dict(known)
    for message in messages:
        if "placeholder" in message:
            found.setdefault(message["placeholder"], {"type": "array", "default": []})
            continue
        for text in message_texts(message["content"]):
            for name, schema in used_names(text).items():
                found.setdefault(name, schema)
    return found


def used_names(text: str) -> dict[str, dict[str, Any]]:
    """The variables of a template with what their use tells: a list, a mapping, a text that may be empty, a text."""
    tree = template_tree(text)
    looped = {found.iter.name for found in tree.find_all(nodes.For) if isinstance(found.iter, nodes.Name)}
    opened = {found.node.name for found in tree.find_all(nodes.Getattr) if isinstance(found.node, nodes.Name)}
    asked = [found.test for found in tree.find_all(nodes.If)] + [found.test for found in tree.find_all(nodes.CondExpr)]
    tested = {name.name for test in asked for name in _names(test)}
    schemas: dict[str, dict[str, Any]] = {}
    for name, _ in read_template("template", text).names.free:
        if name in looped:
            schemas[name] = {"type": "array", "default": []}
        elif name in opened:
            schemas[name] = {"type": "object"}
        else:
            schemas[name] = {"type": "string"} | ({"default": ""} if name in tested else {})
    return schemas


def _names(node: nodes.Node) -> Iterable[nodes.Name]:
    return [node] if isinstance(node, nodes.Name) else node.find_all(nodes.Name)


def message_texts(content: Any) -> list[str]:
    """The templates of a message's content."""
    if isinstance(content, str):
        return [content]
    return [part["text"] if part["type"] == "text" else part["image_url"]["url"] for part in content]


def type_of(values: Iterable[Any]) -> dict[str, Any]:
    """The JSON Schema type that all values have; empty (anything) when they have several."""
    kinds = {_TYPES.get(type(value), "") for value in values}
    if kinds == {"integer", "number"}:
        return {"type": "number"}
    return {"type": kinds.pop()} if len(kinds) == 1 and "" not in kinds else {} if kinds else {"type": "string"}


def parameters(node: Node | None) -> dict[str, Any]:
    """What a mapping holds beyond what was taken, under the names that are sent; what is not known is dropped."""
    found: dict[str, Any] = {}
    for key, item in node.untaken() if node else ():
        name = PARAMETERS.get(key, key)
        if name not in KNOWN_PARAMETERS:
            item.drop("is no parameter that promptctl knows to be sent", "add it to `parameters` yourself")
        elif name in found:
            item.drop(f"says `{name}` a second time")
        else:
            found[name] = item.value
    return found


def prompt_value(**fields: Any) -> dict[str, Any]:
    """What prompt.yaml says, in the order of its keys, without what is empty."""
    order = "description owner tags metadata model parameters inputs messages output tools".split()
    return {key: fields[key] for key in order if key in fields and fields[key] not in (None, "", [], {}, ())}


def answer_schema(value: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema that a form of answers wraps, and the facts around it: its name, whether it is strict."""
    schema = value.get("schema")
    if not isinstance(schema, dict):
        return dict(value), {}
    return schema, {key: item for key, item in value.items() if key != "schema"}


def tidy(text: str) -> str:
    """A text around which white space says nothing: without it, but several lines end with a line end."""
    text = text.strip()
    return text + "\n" * ("\n" in text)


def model_name(provider: str, name: str) -> str:
    """``[provider:]model`` without a provider that is the one the model's name leads to anyway."""
    known = BUILT_IN.get(provider)
    return name if known and any(fnmatchcase(name, glob) for glob in known.models) else f"{provider}:{name}"
