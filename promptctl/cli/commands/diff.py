"""``promptctl diff A [B]``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.answers.diff import data
from promptctl.cli.context import Context
from promptctl.cli.options import NameArgument, OptionalNameArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.safe_text import safe_text
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.reports.diff_text import Line
    from promptctl.workflows.diff import Compared

FORMATS = ("text", "markdown")
_STYLES = {
    "title": "bold",
    "dim": "dim",
    "removed": "red",
    "added": "green",
    "major": "bold red",
    "minor": "yellow",
    "none": "green",
}


def command(
    context: Context,
    old: NameArgument,
    new: OptionalNameArgument = None,
    rendered: Annotated[
        bool, Option("--rendered", help="Also what a model is sent for each case of the suite.")
    ] = False,
    exit_code: Annotated[bool, Option("--exit-code", help="Exit 1 when something differs.")] = False,
    format: Annotated[str, Option("--format", metavar="FORMAT", help="text or markdown.")] = "text",
) -> Answer:
    """Compare two states of prompts by meaning: NAME@1.0.0 NAME@1.1.0, two prompts, or NAME alone with HEAD."""
    from promptctl.workflows.diff import diff as run

    if format not in FORMATS:
        raise UsageError("PC001", f"there is no format `{format}`", hint=suggest(format, FORMATS) or ", ".join(FORMATS))
    compared = run(context.repository, old, new, rendered=rendered)
    changed_here = compared.diff.differs and compared.new.reference.ref == "work"
    return Answer(
        data=data(compared),
        view=lambda: view(compared, format),
        ok=not (exit_code and compared.diff.differs),
        note=compared.notes,
        next="promptctl lock" if changed_here and compared.old.name == compared.new.name else None,
    )


def view(compared: Compared, format: str) -> Any:
    """Markdown, or text with words marked; coloured where somebody watches."""
    from promptctl.reports.diff_markdown import diff_markdown
    from promptctl.reports.diff_text import diff_lines

    old, new = str(compared.old.reference), str(compared.new.reference)
    if format == "markdown":
        return diff_markdown(old, new, compared.diff, compared.cases)
    lines = diff_lines(old, new, compared.diff, compared.cases)
    return _coloured(lines) if sys.stdout.isatty() else "\n".join("".join(it.text for it in line) for line in lines)


def _coloured(lines: tuple[Line, ...]) -> Any:
    from rich.text import Text

    drawn = Text()
    for number, line in enumerate(lines):
        drawn.append("\n" if number else "")
        for segment in line:
            drawn.append(safe_text(segment.text), _STYLES.get(segment.style, ""))
    return drawn
