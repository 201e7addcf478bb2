"""``promptctl ci``."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from promptctl.cli.ci_view import sections, text
from promptctl.cli.context import Context
from promptctl.cli.evaluating import gate_context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.errors import PromptctlError, UsageError

if TYPE_CHECKING:
    from promptctl.workflows.ci import CiWish
    from promptctl.workflows.ci_result import CiResult


def command(
    context: Context,
    base: Annotated[
        str | None, Option("--base", metavar="REV", help="Compare with this commit.", show_default=False)
    ] = None,
    fetch: Annotated[bool, Option("--fetch", help="Fetch the base if it is missing.")] = False,
    untrusted: Annotated[
        bool, Option("--untrusted", help="Judge by what the base holds; run nothing of the change.")
    ] = False,
    max_cost: Annotated[
        str | None, Option("--max-cost", metavar="USD", help="Ask for missing answers while they fit; else for none.")
    ] = None,
    github: Annotated[
        bool, Option("--github", help="Write annotations, the job's summary and outputs of a GitHub step.")
    ] = False,
) -> Answer:
    """Judge a change as CI does: lint, lock, and the suites of what changed, on recorded replies. Writes no file."""
    from promptctl.adapters.github import stop_token
    from promptctl.cli.eval_wishes import dollars_of
    from promptctl.workflows.ci import CiWish

    wish = CiWish(base=base or None, fetch=fetch, untrusted=untrusted, max_cost=dollars_of(max_cost))
    if not github:
        return _answer(_judged(context, wish))
    if context.output.as_json:
        raise UsageError("PC001", "--github and --json are two ways of writing to one place")
    token = stop_token()
    # Nobody's text may command the runner: it listens again when all that is printed is ours.
    print(f"::stop-commands::{token}", flush=True)
    try:
        result = _judged(context, wish)
        _publish(result)
        answer = _annotated(result)
    except PromptctlError as error:
        answer = _failed(error)
    finally:
        print(f"\n::{token}::", flush=True)
    return answer


def _judged(context: Context, wish: CiWish) -> CiResult:
    from promptctl.adapters.github import read_event
    from promptctl.workflows.ci import ci as run

    with gate_context(context) as gate:
        return run(context.repository, read_event(os.environ), gate, wish)


def _answer(result: CiResult) -> Answer:
    return Answer(data=result.data(), view=lambda: text(result), ok=result.ok, code=1 if result.refused else 3)


def _annotated(result: CiResult) -> Answer:
    """The worst findings as annotations, then one line for each part."""
    from promptctl.reports.github import annotation_lines

    lines = (f"- {section.title}: {section.line}".replace("\n", " ") for section in sections(result))
    return replace(_answer(result), commands=lambda: annotation_lines(result.findings), view=lambda: "\n".join(lines))


def _failed(error: PromptctlError) -> Answer:
    """An error as an annotation and the job's summary."""
    from promptctl.adapters.github import append_outputs, append_summary
    from promptctl.core.lint.finding import problem_finding
    from promptctl.reports.ci_markdown import FINDING_HEADERS, Section, ci_markdown, finding_rows
    from promptctl.reports.github import annotation_lines

    findings = [problem_finding(problem, "promptctl.toml") for problem in error.problems]
    section = Section(title="not run", ok=False, line=str(error), headers=FINDING_HEADERS, rows=finding_rows(findings))
    append_summary(os.environ, ci_markdown([section]))
    append_outputs(os.environ, {"outcome": "error", "changed": "[]"})
    commands = annotation_lines(findings)
    return Answer(data={}, view=lambda: None, commands=lambda: commands, ok=False, code=error.exit_code)


def _publish(result: CiResult) -> None:
    """The job's summary and the step's outputs."""
    import json

    from promptctl.adapters.github import append_outputs, append_summary
    from promptctl.reports.ci_markdown import ci_markdown

    append_summary(os.environ, ci_markdown(sections(result)))
    changed = [it.name for it in result.changed or ()]
    append_outputs(os.environ, {"outcome": result.outcome, "changed": json.dumps(changed)})
