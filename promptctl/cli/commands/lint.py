"""``promptctl lint [NAME…]``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from promptctl.cli.context import Context
from promptctl.cli.options import NamesArgument
from promptctl.cli.output import Answer, problem_text
from promptctl.core.suggestion import suggest
from promptctl.errors import Problem, UsageError
from promptctl.reports.github import annotation
from promptctl.workflows.lint import LintResult
from promptctl.workflows.lint import lint as run

FORMATS = ("text", "json", "github")


def command(
    context: Context,
    names: NamesArgument = None,
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text, json or github (annotations of a pull request).")
    ] = "text",
) -> Answer:
    """Find mistakes in prompts, all at once, with their place. Errors and warnings exit 1; notices do not."""
    if format not in FORMATS:
        raise UsageError("PC001", f"there is no format `{format}`", hint=suggest(format, FORMATS) or ", ".join(FORMATS))
    context.output.as_json |= format == "json"
    result = run(context.repository.work, names or ())
    shown = github if format == "github" else view
    return Answer(data=data(result), view=lambda: shown(result), ok=result.ok, next=_next(result))


def data(result: LintResult) -> dict[str, Any]:
    return {
        "prompts": list(result.prompts),
        "counts": dict(result.counts),
        "findings": [finding.to_dict() for finding in result.findings],
    }


def view(result: LintResult) -> str:
    """Each finding with its place and line, then how many there are."""
    blocks = [
        problem_text(Problem(finding.code, finding.message, finding.place, finding.hint), finding.level)
        for finding in result.findings
    ]
    return "\n\n".join([*blocks, summary(result)])


def summary(result: LintResult) -> str:
    """How many findings of each level in how many prompts."""
    levels = [_count(number, level) for level, number in result.counts.items() if number]
    return f"{_count(len(result.prompts), 'prompt')}: {', '.join(levels) or 'nothing to report'}"


def github(result: LintResult) -> str:
    """Findings as annotations of a pull request, then the summary."""
    return "\n".join([*(annotation(finding) for finding in result.findings), summary(result)])


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _next(result: LintResult) -> str | None:
    if not result.prompts:
        return "promptctl new NAME"
    return "promptctl lock" if result.ok else None
