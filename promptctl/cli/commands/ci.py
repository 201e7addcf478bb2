"""``promptctl ci``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.ci_writing import REPORTS, Shown, failed_shown, shown_of, write_files, write_step
from promptctl.cli.context import Context, in_ci
from promptctl.cli.evaluating import gate_context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.report_files import report_files
from promptctl.errors import PromptctlError, UsageError

if TYPE_CHECKING:
    from promptctl.workflows.ci import CiWish
    from promptctl.workflows.ci_result import CiResult

Judge = Callable[[], tuple["CiResult", Shown]]
Files = Mapping[Path, str]
_reports: Any = Option("--report", metavar="KIND=FILE,…", help="Also write junit, sarif, markdown or comment.")


def command(
    context: Context,
    base: Annotated[
        str | None, Option("--base", metavar="REV", help="Compare with this commit.", show_default=False)
    ] = None,
    fetch: Annotated[bool, Option("--fetch", help="Fetch what is missing: the base, pointers, tags.")] = False,
    untrusted: Annotated[
        bool, Option("--untrusted", help="Judge by what the base holds; run nothing of the change.")
    ] = False,
    max_cost: Annotated[
        str | None, Option("--max-cost", metavar="USD", help="Ask for missing answers while they fit; else for none.")
    ] = None,
    report: Annotated[list[str] | None, _reports] = None,
    github: Annotated[
        bool, Option("--github", help="Write annotations, the job's summary and outputs of a GitHub step.")
    ] = False,
) -> Answer:
    """Judge a change as CI does: lint, lock, and the suites of what changed, on recorded replies. Writes no file but
    reports."""
    from promptctl.cli.eval_wishes import dollars_of
    from promptctl.workflows.ci import CiWish

    files = report_files(report or (), context.directory, REPORTS)
    cost = dollars_of(max_cost)
    wish = CiWish(base=base or None, fetch=fetch, untrusted=untrusted, max_cost=cost, pipeline=in_ci())
    judge = partial(_judged, context, wish, tested="junit" in files.values())
    if not github:
        return _plain(context, files, judge)
    if context.output.as_json:
        raise UsageError("PC001", "--github and --json are two ways of writing to one place")
    return _in_github(context, files, judge)


def _judged(context: Context, wish: CiWish, *, tested: bool) -> tuple[CiResult, Shown]:
    from promptctl.adapters.github import read_event
    from promptctl.workflows.ci import ci as run

    with gate_context(context) as gate:
        result = run(context.repository, read_event(os.environ), gate, wish)
        return result, shown_of(context, result, gate if tested else None, untrusted=wish.untrusted)


def _plain(context: Context, files: Files, judge: Judge) -> Answer:
    try:
        result, shown = judge()
    except PromptctlError as error:
        with suppress(PromptctlError):
            write_files(files, failed_shown(context, error))
        raise
    write_files(files, shown)
    return _answer(result, shown)


def _in_github(context: Context, files: Files, judge: Judge) -> Answer:
    """The worst findings as annotations and a line for each part; the summary and the outputs of the step."""
    import json

    from promptctl.adapters.github import stop_token

    token = stop_token()
    # Nobody's text may command the runner: it listens again when all that is printed is ours.
    print(f"::stop-commands::{token}", flush=True)
    try:
        result, shown = judge()
        write_files(files, shown)
        lines = [f"- {section.title}: {section.line}" for section in shown.report.sections]
        answer = replace(_answer(result, shown), view=lambda: "\n".join(lines))
        changed = [it.name for it in result.changed or ()]
        outputs = {"outcome": result.outcome, "changed": json.dumps(changed)}
    except PromptctlError as error:
        shown = failed_shown(context, error)
        with suppress(PromptctlError):
            write_files(files, shown)
        answer = Answer(data={}, view=lambda: None, ok=False, code=error.exit_code)
        outputs = {"outcome": "error", "changed": "[]"}
    finally:
        print(f"\n::{token}::", flush=True)
    write_step(files, shown, outputs)
    return replace(answer, commands=partial(_annotations, shown))


def _annotations(shown: Shown) -> list[str]:
    from promptctl.reports.github import annotation_lines

    return list(annotation_lines(shown.findings))


def _answer(result: CiResult, shown: Shown) -> Answer:
    from promptctl.cli.ci_view import text

    code = 1 if result.refused else 3
    return Answer(data=result.data(), view=lambda: text(shown.report), ok=result.ok, code=code)
