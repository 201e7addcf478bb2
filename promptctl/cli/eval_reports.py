"""What ``eval`` writes for others: files by ``--report junit=FILE,html=FILE``, annotations by ``--format github``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.core.lint.finding import Finding, Level
from promptctl.core.suggestion import suggest
from promptctl.errors import Place, UsageError

if TYPE_CHECKING:
    from promptctl.core.evals.report import EvalReport

FORMATS = ("text", "json", "github")


def chosen_format(context: Context, format: str) -> bool:
    """Whether annotations are wished for. Raises UsageError for what is no format."""
    if format not in FORMATS:
        raise UsageError("PC001", f"there is no format `{format}`", hint=suggest(format, FORMATS) or ", ".join(FORMATS))
    context.output.as_json |= format == "json"
    return format == "github"


def annotated(answer: Answer, reports: Sequence[EvalReport]) -> Answer:
    """The answer as annotations of what does not pass, then a line for each prompt."""
    from promptctl.reports.github import annotation_lines

    lines = [f"- {report.reference}: {' '.join(report.sentence.split())}" for report in reports]
    return replace(
        answer,
        commands=lambda: annotation_lines([it for report in reports for it in eval_findings(report)]),
        view=lambda: "\n".join(lines),
        next=None,
    )


def eval_findings(report: EvalReport) -> Iterator[Finding]:
    """The verdict and the cases that do not pass: errors where the gate says no, else warnings."""
    place = Place(f"prompts/{report.prompt}/eval.yaml")
    if not report.ok:
        yield Finding(code="eval", level="error", message=f"{report.prompt}: {report.sentence}", place=place)
    for row in report.rows:
        if row.outcome != "pass":
            message = f"{row.case} ({row.model}), {row.change or row.outcome}: {'; '.join(row.why)}"
            level: Level = "warning" if report.ok or not row.gates else "error"
            yield Finding(code="eval", level=level, message=message[:1000], place=place)


def _junit(reports: Sequence[EvalReport]) -> bytes:
    from promptctl.reports.eval_junit import eval_junit

    return eval_junit(reports)


def _html(reports: Sequence[EvalReport]) -> bytes:
    from promptctl.reports.eval_html import eval_html

    return eval_html(reports).encode("utf-8", "replace")


def _markdown(reports: Sequence[EvalReport]) -> bytes:
    from promptctl.reports.eval_markdown import eval_markdown

    return eval_markdown(reports).encode("utf-8", "replace")


REPORTS: Mapping[str, Callable[[Sequence[EvalReport]], bytes]] = {
    "junit": _junit,
    "html": _html,
    "markdown": _markdown,
}
