"""dotprompt: a head with JSON Schemas, and a Handlebars template of roles and variables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from promptctl.core.exporting.exported import (
    Exported,
    Subject,
    drop_caches,
    require_one_prompt,
    simple_segments,
    unsayable,
)
from promptctl.core.exporting.exported import segments_of as _segments
from promptctl.core.files.yaml_lines import mapping_lines
from promptctl.core.importing.segments import Segments, Variable
from promptctl.core.prompts.prompt import Message

TOOL = "dotprompt"
_ROLES = {"system": "system", "user": "user", "assistant": "model"}
_PARAMETERS = {"max_tokens": "maxOutputTokens", "top_p": "topP", "top_k": "topK", "stop": "stopSequences"}


def write(subject: Subject) -> Exported:
    """The ``.prompt`` file of a prompt. Raises DocumentError for what the format cannot say at all."""
    require_one_prompt(subject, TOOL)
    prompt, node = subject.closure.prompt, subject.node
    head: dict[str, Any] = {}
    head |= {"model": prompt.model} if prompt.model else {}
    head |= {"description": prompt.description} if prompt.description else {}
    config = {_PARAMETERS.get(name, name): value for name, value in prompt.parameters.items()}
    json_mode = prompt.output is None and config.get("response_format") == {"type": "json_object"}
    if json_mode:
        del config["response_format"]
    head |= {"config": config} if config else {}
    history = {message.input for message in prompt.messages if not isinstance(message, Message)}
    head |= _inputs(subject, history)
    if prompt.output is not None:
        head["output"] = {"format": "json", "schema": dict(prompt.output)}
    elif json_mode:
        head["output"] = {"format": "json"}
    head |= {"metadata": dict(prompt.metadata)} if prompt.metadata else {}
    body = "\n".join(_message(subject, index) for index in range(len(prompt.messages)))
    drop_caches(node)
    for key in ("model", "description", "parameters", "inputs", "messages", "template", "output", "metadata"):
        node.take(key)
    node.finish(f"has no place in {TOOL}")
    front = "\n".join(mapping_lines(head))
    return Exported(text=f"---\n{front}\n---\n{body}\n" if head else f"---\n---\n{body}\n", dropped=tuple(node.dropped))


def _inputs(subject: Subject, history: set[str]) -> dict[str, Any]:
    """The inputs as one schema, defaults apart; earlier messages are none of them."""
    inputs = {name: found for name, found in subject.closure.prompt.inputs.items() if name not in history}
    if not inputs:
        return {}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: dict(found.schema) for name, found in inputs.items()},
    }
    if required := [name for name, found in inputs.items() if found.required]:
        schema["required"] = required
    defaults = {name: found.default for name, found in inputs.items() if not found.required}
    return {"input": {"schema": schema} | ({"default": defaults} if defaults else {})}


def _message(subject: Subject, index: int) -> str:
    message = subject.closure.prompt.messages[index]
    if not isinstance(message, Message):
        if message.input != "history":
            raise unsayable(subject, index, f"{TOOL} calls earlier messages `history`", "rename the input")
        return "{{history}}"
    if message.role not in _ROLES:
        raise unsayable(subject, index, f"{TOOL} has no role `{message.role}`")
    return f'{{{{role "{_ROLES[message.role]}"}}}}\n' + "".join(_content(subject, index, message))


def _content(subject: Subject, index: int, message: Message) -> Iterator[str]:
    if isinstance(message.content, str):
        yield _text(subject, index, simple_segments(subject, index, message.content, TOOL))
        return
    for part in message.content:
        if part["type"] == "text":
            yield _text(subject, index, simple_segments(subject, index, part["text"], TOOL)) + "\n"
            continue
        url = [piece for piece in _segments(part["image_url"]["url"]) or [] if piece]
        if len(url) != 1 or not isinstance(url[0], Variable) or "detail" in part["image_url"]:
            raise unsayable(subject, index, f"an image of {TOOL} is one variable that holds its address")
        yield f"{{{{media url={url[0].name}}}}}\n"


def _text(subject: Subject, index: int, segments: Segments) -> str:
    """The text with ``{{name}}``. Raises DocumentError for a text that holds such braces to the letter."""
    written = "".join(f"{{{{{piece.name}}}}}" if isinstance(piece, Variable) else piece for piece in segments)
    ends_in_brace = any(
        isinstance(piece, str) and piece.endswith("{") and isinstance(after, Variable)
        for piece, after in pairwise(segments)
    )
    if ends_in_brace or any(isinstance(piece, str) and "{{" in piece for piece in segments):
        raise unsayable(subject, index, f"{TOOL} would take the braces in this text for a variable")
    return written
