"""Plain text and Markdown: a file is one message, ``{{ name }}`` in it an input, everything else to the letter.

A ``system.md`` is the system's message; the user's is the ``user.md`` beside it, else what is passed as ``input``.
"""

from __future__ import annotations

from typing import Any

from promptctl.core.files.document import Document, Mark
from promptctl.core.importing.node import Node
from promptctl.core.importing.parts import inputs_of, prompt_value, template, tidy
from promptctl.core.importing.segments import braces
from promptctl.core.importing.source import Import, Imported, Source
from promptctl.errors import UsageError


def read(source: Source) -> Import:
    """The prompt of a text. Raises DocumentError when it is blank."""
    name = source.document.file.replace("\\", "/").rpartition("/")[2].lower()
    role = "system" if name.partition(".")[0] == "system" else "user"
    messages = [_message(source, role)]
    if not messages[0]:
        raise Node(source.document).error("the file holds no text")
    if role == "system":
        messages.append(_user(source) or {"role": "user", "content": "{{ input }}"})
    value = prompt_value(inputs=inputs_of(messages, {}), messages=messages)
    return Import(prompts=(Imported(value=value),))


def _user(source: Source) -> dict[str, Any]:
    try:
        return _message(source.beside("user.md"), "user")
    except UsageError:
        return {}


def _message(source: Source, role: str) -> dict[str, Any]:
    """The message, empty when its text is blank."""
    text = tidy(source.body)
    document = Document(source.document.file, text, {(): Mark(1, 1, 1)}, source.document.text)
    return {"role": role, "content": template(Node(document), braces)} if text.strip() else {}
