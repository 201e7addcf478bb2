"""``promptctl lint [NAME…]``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.options import NamesArgument
from promptctl.cli.output import Answer, problem_text
from promptctl.cli.parameters import Option
from promptctl.core.counting import count
from promptctl.core.suggestion import suggest
from promptctl.errors import Problem, UsageError

if TYPE_CHECKING:
    from promptctl.core.lint.selection import Selection
    from promptctl.workflows.lint import LintResult

FORMATS = ("text", "json", "github", "sarif")
Fixes = tuple[tuple[str, str], ...]


def command(
    context: Context,
    names: NamesArgument = None,
    format: Annotated[
        str,
        Option("--format", metavar="FORMAT", help="text, json, github (annotations of a pull request) or sarif."),
    ] = "text",
    fix: Annotated[bool, Option("--fix", help="Repair what can be repaired without a change of meaning.")] = False,
    select: Annotated[
        list[str] | None, Option("--select", metavar="CODE,…", help="Only these rules, by code or its start.")
    ] = None,
    ignore: Annotated[list[str] | None, Option("--ignore", metavar="CODE,…", help="All but these rules.")] = None,
    code: Annotated[
        list[str] | None, Option("--code", metavar="PATH", help="Check how Python code there uses prompts, too.")
    ] = None,
) -> Answer:
    """Find mistakes in prompts, all at once, with their place. Errors and warnings exit 1; notices do not."""
    from promptctl.core.lint.selection import Selection, split_codes
    from promptctl.workflows.lint import lint as run

    if format not in FORMATS:
        raise UsageError("PC001", f"there is no format `{format}`", hint=suggest(format, FORMATS) or ", ".join(FORMATS))
    context.output.as_json |= format == "json"
    selection = Selection(select=split_codes(select or ()), ignore=split_codes(ignore or ()))
    chosen = selection if select or ignore else None
    result, fixes = (
        _fixed(context, names or [], chosen) if fix else (run(context.repository.work, names or (), chosen), ())
    )
    result = _with_code(context, result, code or (), chosen, all_prompts=not names)
    formats: dict[str, Callable[[LintResult], str]] = {
        "github": github,
        "sarif": lambda it: sarif(context.repository.root, it),
    }
    shown = formats.get(format)
    return Answer(
        data=data(result, fixes),
        view=lambda: shown(result) if shown else view(result, fixes),
        ok=result.ok,
        next=_next(result) if format != "sarif" else None,
    )


def _with_code(
    context: Context, result: LintResult, paths: Sequence[str], selection: Selection | None, *, all_prompts: bool
) -> LintResult:
    """The result with what is wrong in code: where the user says, else where the settings do, unless some prompts are
    meant."""
    project = context.repository.work
    try:
        settings = project.settings
    except UsageError:
        # They are a finding already, and say nothing of code.
        return result
    chosen = paths or (settings.code if all_prompts else ())
    if not chosen:
        return result
    from promptctl.workflows.code import with_code

    root = context.directory if paths else context.repository.root
    return with_code(result, project, root, chosen, selection)


def _fixed(context: Context, names: list[str], selection: Selection | None) -> tuple[LintResult, Fixes]:
    from promptctl.workflows.lint_fix import lint_fix, write

    done = lint_fix(context.repository.work, names, selection)
    write(context.repository.root, done)
    return done.left, done.fixes


def data(result: LintResult, fixes: Fixes = ()) -> dict[str, Any]:
    return {
        "prompts": list(result.prompts),
        "counts": dict(result.counts),
        "findings": [finding.to_dict() for finding in result.findings],
        "fixed": [{"file": file, "what": what} for file, what in fixes],
    }


def view(result: LintResult, fixes: Fixes = ()) -> str:
    """What was repaired, each finding with its place and line, then how many there are."""
    blocks = ["\n".join(f"{file}: {what}" for file, what in fixes)] if fixes else []
    blocks += [
        problem_text(Problem(finding.code, finding.message, finding.place, finding.hint), finding.level)
        for finding in result.findings
    ]
    return "\n\n".join([*blocks, summary(result)])


def summary(result: LintResult) -> str:
    """How many findings of each level in how many prompts."""
    levels = [count(number, level) for level, number in result.counts.items() if number]
    return f"{count(len(result.prompts), 'prompt')}: {', '.join(levels) or 'nothing to report'}"


def github(result: LintResult) -> str:
    """Findings as annotations of a pull request, then the summary."""
    from promptctl.reports.github import annotation_lines

    return "\n".join([*annotation_lines(result.findings), summary(result)])


def sarif(root: Path, result: LintResult) -> str:
    """A log in SARIF 2.1.0, as code scanning takes it."""
    from promptctl.cli.sarif_text import sarif_text

    return sarif_text(root, result.findings)


def _next(result: LintResult) -> str | None:
    if not result.prompts:
        return "promptctl new NAME"
    return "promptctl lock" if result.ok else None
