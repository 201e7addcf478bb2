"""Includes on a line of their own: Jinja takes away the line break after them, as it does after every block tag."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from promptctl.core.lint.finding import Finding
from promptctl.core.lint.places import name_place, partial_place
from promptctl.core.lint.reading import template_readings
from promptctl.core.lint.rules import found
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.template import Reading, read_template
from promptctl.errors import Place

_ALONE = re.compile(r"[ \t]*\{%\s*include\s+(?:'([^'\n]+)'|\"([^\"\n]+)\")[^%\n]*(?<![-+])%\}")
_GOES_ON = re.compile(r"[ \t]*(?!\{[%#])\S|[ \t]*\{%\s*include\b")
"""A next line that begins with text or another include; where a block begins, nobody knows what comes first."""


def include_findings(closure: Closure) -> Iterator[Finding]:
    """Lines that are joined to the last line of a partial, in the prompt's own templates and in its partials."""
    document = closure.prompt.document
    for path, text, reading in template_readings(closure):
        for written, line in _joined(closure, text, reading):
            yield _finding(written, name_place(document, path, line, "include"))
    for written, partial in closure.partials.items():
        for inner, line in _joined(closure, partial.value, read_template(written, partial.value)):
            yield _finding(inner, partial_place(partial, line, "include"))


def _joined(closure: Closure, text: str, reading: Reading) -> Iterator[tuple[str, int]]:
    """Partial and line (1-based) of each include whose next line is joined to it."""
    lines = text.split("\n")
    for number, (line, following) in enumerate(pairwise(lines), 1):
        alone = _ALONE.fullmatch(line)
        written = (alone[1] or alone[2]) if alone else ""
        # What stands in a comment or a raw block looks like an include and is none.
        if (written, number) in reading.includes and _GOES_ON.match(following) and _ends_in_text(closure, written):
            yield written, number


def _ends_in_text(closure: Closure, written: str) -> bool:
    """Whether a partial ends without a line break: Jinja drops the one that ends the file."""
    partial = closure.partials.get(written)
    last = partial.value.removesuffix("\n").rpartition("\n")[2] if partial else ""
    return bool(last.strip()) and not last.rstrip().endswith(("%}", "#}"))


def _finding(written: str, place: Place) -> Finding:
    message = f"the next line is joined to the last line of {written}"
    return found("L024", message, place, f'keep the line break: {{% include "{written}" +%}}')
