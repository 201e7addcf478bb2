"""How much of a prompt's start is the same in every call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptctl.core.files.document import pointer
from promptctl.core.lint.reading import names_reached, partials_reached
from promptctl.core.models.request import compact_json
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Message
from promptctl.core.prompts.template import literal_text, read_template

BYTES_PER_TOKEN = 4
"""About: English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticPrefix:
    """The first ``messages`` of a prompt read no variable; with the tools they have about ``tokens``, zero where there
    are none. ``marked``: some message has ``cache: true``."""

    messages: int
    tokens: int
    marked: bool


def static_prefix(closure: Closure) -> StaticPrefix:
    """The messages before the first that reads a variable, sets names, or holds more than text; partials count."""
    prompt = closure.prompt
    marked = any(isinstance(message, Message) and message.cache for message in prompt.messages)
    texts = []
    for index in range(len(prompt.messages)):
        found = _static(closure, index)
        if found is None:
            break
        texts.append(found)
    tools = [compact_json(list(prompt.tools))] if prompt.tools else []
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in (*tools, *texts)) if texts else 0
    return StaticPrefix(messages=len(texts), tokens=size // BYTES_PER_TOKEN, marked=marked)


def _static(closure: Closure, index: int) -> str | None:
    """The literal text of a message that is always the same; None for another."""
    message = closure.prompt.messages[index]
    if not isinstance(message, Message):
        return None
    if not isinstance(message.content, str) and any(part["type"] != "text" for part in message.content):
        return None
    parts = list(_parts(closure, index))
    return None if not parts or None in parts else "".join(part for part in parts if part is not None)


def _parts(closure: Closure, index: int) -> Iterator[str | None]:
    for path, text in closure.prompt.templates():
        if path[:2] != ("messages", index):
            continue
        reading = read_template(pointer(path), text)
        partials = partials_reached(closure, reading)
        reached = [reading, *(read_template(name, closure.partials[name].value) for name in partials)]
        if names_reached(closure, reading) or any(it.assigned for it in reached):
            yield None
            return
        for written in (text, *(closure.partials[name].value for name in partials)):
            yield "".join(literal for _, literal in literal_text(written))
