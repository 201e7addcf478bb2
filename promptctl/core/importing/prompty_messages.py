"""The messages of a Prompty template, which lines like ``system:`` begin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from promptctl.core.importing.jinja import converted
from promptctl.core.importing.node import Node
from promptctl.core.importing.parts import template_error, tidy
from promptctl.core.importing.segments import NAME
from promptctl.core.importing.source import Source

ROLE = re.compile(r"^[ \t]*#?[ \t]*(system|developer|user|assistant|function|tool)[ \t]*:[ \t]*$", re.MULTILINE)
_HISTORY = re.compile(
    rf"\{{%-?\s*for\s+(?P<item>{NAME})\s+in\s+(?P<input>{NAME})\s*-?%\}}\s*(?:#\s*)?"
    r"\{\{\s*(?P=item)\.role\s*\}\}\s*:\s*\{\{\s*(?P=item)\.content\s*\}\}\s*\{%-?\s*endfor\s*-?%\}"
)


def messages_of(head: Node, source: Source, threads: set[str]) -> Iterator[dict[str, Any]]:
    """The messages that role lines begin; text before the first is the system's. Loops over earlier messages become
    placeholders: here roles are structure and are never read out of rendered text.
    """
    marks = [(0, 0, "system"), *((found.start(), found.end(), found[1]) for found in ROLE.finditer(source.body))]
    ends = [start for start, _, _ in marks[1:]] + [len(source.body)]
    for (_, start, role), end in zip(marks, ends, strict=True):
        if role in ("function", "tool"):
            line = source.body_line + source.body.count("\n", 0, start)
            raise template_error(head, f"a message of the role {role} cannot be written into a prompt", 1, line)
        yield from _parts(head, source, role, start, end, threads)


def _parts(head: Node, source: Source, role: str, start: int, end: int, threads: set[str]) -> Iterator[dict[str, Any]]:
    thread = "|".join(map(re.escape, sorted(threads)))
    pattern = re.compile(rf"{_HISTORY.pattern}" + (rf"|\{{\{{\s*(?P<thread>{thread})\s*\}}\}}" if thread else ""))
    for found in pattern.finditer(source.body, start, end):
        yield from _text(head, source, role, start, found.start())
        yield {"placeholder": found["input"] or found["thread"]}
        start = found.end()
    yield from _text(head, source, role, start, end)


def _text(head: Node, source: Source, role: str, start: int, end: int) -> Iterator[dict[str, Any]]:
    text = source.body[start:end]
    if text.strip():
        line = source.body_line + source.body.count("\n", 0, start + len(text) - len(text.lstrip()))
        yield {"role": role, "content": converted(head, tidy(text), line)}
