"""LangChain: prompt templates as ``dumps`` writes them (``lc``, ``kwargs``) and as ``save`` does (``_type``)."""

from __future__ import annotations

from typing import Any

from promptctl.core.importing.jinja import converted
from promptctl.core.importing.node import Node
from promptctl.core.importing.parts import inputs_of, prompt_value, template, template_error
from promptctl.core.importing.segments import format_fields, mustache
from promptctl.core.importing.source import Import, Imported, Source

_ROLES = {"System": "system", "Human": "user", "AI": "assistant"}
_SAYS_NOTHING = "input_variables optional_variables input_types output_parser validate_template lc type id name".split()


def read(source: Source) -> Import:
    """The prompt of a serialised template. Raises DocumentError for kinds that run code or look for examples."""
    root = Node(source.document).checked(dict)
    kind, fields = _opened(root)
    declared: dict[str, Any] = {}
    if kind == "PromptTemplate":
        messages = [{"role": "user", "content": _template(fields, declared)}]
    elif kind == "ChatPromptTemplate" and (listed := fields.take("messages", list)):
        messages = [_message(item, declared) for item in listed.items()]
    else:
        raise root.error(f"`{kind}` is no template that can be carried over", "PromptTemplate, ChatPromptTemplate")
    _partials(fields, declared)
    metadata = dict(found.value) if (found := fields.take("metadata", dict)) else {}
    tags = [str(item.value) for item in found.items()] if (found := fields.take("tags", list)) else []
    value = prompt_value(tags=tags, metadata=metadata, inputs=inputs_of(messages, declared), messages=messages)
    _finish(root, fields)
    return Import(prompts=(Imported(value=value),), dropped=tuple(root.dropped))


def _opened(node: Node) -> tuple[str, Node]:
    """The class of a serialised object, and the node that holds its fields."""
    if "_type" in node.checked(dict).value:
        kind = {"prompt": "PromptTemplate", "chat": "ChatPromptTemplate"}.get(node.text("_type"), node.text("_type"))
        return kind, node
    if node.value.get("type") == "not_implemented":
        raise node.error("LangChain could not write this object down, so nothing of it is here")
    names, fields = node.take("id", list), node.take("kwargs", dict)
    if names is None or fields is None or not names.value:
        raise node.error(f"{node.spelled} is no serialised LangChain object")
    return str(names.value[-1]), fields


def _template(node: Node, declared: dict[str, Any]) -> str:
    written = node.take("template", str)
    if written is None:
        raise node.error(f"{node.spelled} holds no `template`", "a template kept in another file has to be put in here")
    form = node.text("template_format") or "f-string"
    _partials(node, declared)
    if form == "jinja2":
        return converted(written, written.value)
    if form not in ("f-string", "mustache"):
        raise template_error(written, f"`{form}` is no language of templates that is known", 1)
    return template(written, format_fields if form == "f-string" else mustache)


def _partials(node: Node, declared: dict[str, Any]) -> None:
    """Values filled in beforehand are defaults of the inputs."""
    found = node.take("partial_variables", dict)
    for name, item in found.entries() if found else ():
        if isinstance(item.value, str):
            declared[name] = {"type": "string", "default": item.value}
        elif not (isinstance(item.value, list) and not item.value):
            item.drop("is filled in by code")


def _message(node: Node, declared: dict[str, Any]) -> dict[str, Any]:
    kind, fields = _opened(node)
    if kind == "MessagesPlaceholder":
        name = fields.text("variable_name")
        optional = fields.take("optional")
        declared[name] = {"type": "array"} | ({"default": []} if optional and optional.value else {})
        if limit := fields.take("n_messages"):
            limit.drop("is a limit that the calling program has to keep")
        found: dict[str, Any] = {"placeholder": name}
    else:
        role = _ROLES.get(kind.removesuffix("PromptTemplate").removesuffix("Message"))
        if role is None:
            raise node.error(f"`{kind}` is no message that can be carried over")
        prompt, content = fields.take("prompt", dict), fields.take("content", str)
        if prompt:
            inner_kind, inner = _opened(prompt)
            if inner_kind != "PromptTemplate":
                raise prompt.error(f"`{inner_kind}` is no template that can be carried over")
            text = _template(inner, declared)
            _finish(prompt, inner)
        elif content:
            text = template(content, lambda written: [written])
        else:
            raise node.error(f"{node.spelled} holds no text")
        found = {"role": role, "content": text}
    _finish(node, fields)
    return found


def _finish(*nodes: Node) -> None:
    for node in nodes:
        for key in _SAYS_NOTHING:
            node.take(key)
        for key in ("additional_kwargs", "response_metadata", "example"):
            if (found := node.take(key)) and found.value:
                found.drop("is nothing that a prompt says")
        node.finish()
