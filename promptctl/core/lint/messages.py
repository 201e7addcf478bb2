"""Messages: placeholders, empty ones, what callers write into system messages and cached prefixes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptctl.core.files.document import Path
from promptctl.core.lint.finding import Finding
from promptctl.core.lint.places import name_place
from promptctl.core.lint.reading import first_lines, names_reached, template_readings
from promptctl.core.lint.rules import found
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Input, Message, Placeholder, Prompt
from promptctl.core.prompts.template import Reading
from promptctl.errors import Place


def message_findings(prompt: Prompt) -> Iterator[Finding]:
    """Placeholders whose input cannot hold messages, and messages without text."""
    for index, message in enumerate(prompt.messages):
        if isinstance(message, Placeholder) and not takes(prompt.inputs[message.input].schema, "array"):
            place = prompt.document.place(("messages", index))
            hint = f"inputs: {{{message.input}: {{type: array}}}}"
            yield found("L020", f"the placeholder's input `{message.input}` is no array", place, hint)
    for path, text in prompt.templates():
        if not text.strip() and path[0] != "steps":
            yield found("L021", "the message is empty", prompt.document.place(path))


def exposure_findings(closure: Closure) -> Iterator[Finding]:
    """Required inputs in system messages and before the end of a cached prefix."""
    prompt = closure.prompt
    required = {name: it for name, it in prompt.inputs.items() if it.required}
    cached = max((i for i, it in enumerate(prompt.messages) if isinstance(it, Message) and it.cache), default=-1)
    for path, _, reading in template_readings(closure):
        index = path[1] if path[0] == "messages" and isinstance(path[1], int) else None
        message = prompt.messages[index] if index is not None else None
        if not isinstance(message, Message) or index is None:
            continue
        for name in sorted(names_reached(closure, reading) & required.keys()):
            place = _place(closure, path, reading, name)
            if message.role in ("system", "developer") and _is_free_text(required[name]):
                yield found("L022", f"`{name}` puts callers' text into a {message.role} message", place)
            if index <= cached:
                hint = "move it behind the message with `cache: true`"
                yield found("L023", f"`{name}` changes the prefix that is to be cached", place, hint)


def _place(closure: Closure, path: Path, reading: Reading, name: str) -> Place:
    """Where the template reads the name; where it starts when only a partial does."""
    line = first_lines(reading.names.free).get(name)
    document = closure.prompt.document
    return name_place(document, path, line, name) if line else document.place(path)


def _is_free_text(found_input: Input) -> bool:
    schema = found_input.schema
    return takes(schema, "string") and not {"enum", "const", "pattern"} & schema.keys()


def takes(schema: Mapping[str, Any], kind: str) -> bool:
    """Whether a schema's ``type`` allows this type; one without ``type`` allows all."""
    written = schema.get("type", kind)
    return kind in (written if isinstance(written, list) else [written])
