"""A CI run in parts, for the terminal and for the summary of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.reports.ci_markdown import Section
    from promptctl.workflows.changed import ChangedPrompt
    from promptctl.workflows.ci_result import CiResult
    from promptctl.workflows.judged import Judged


def sections(result: CiResult) -> tuple[Section, ...]:
    """Lint, lock, what changed, suites, and what could not be judged."""
    from promptctl.reports.ci_markdown import FINDING_HEADERS, Section, finding_rows

    unknown = [*(it.text for it in result.unjudged), *result.notes]
    return (
        Section(
            title="lint",
            ok=result.lint.ok,
            line=_lint_line(result),
            headers=FINDING_HEADERS,
            rows=finding_rows(result.lint.findings),
        ),
        Section(
            title="lock",
            ok=not result.lock,
            line=count(len(result.lock), "finding") if result.lock else "agrees with the files",
            headers=FINDING_HEADERS,
            rows=finding_rows(result.lock),
        ),
        _changed(result),
        Section(
            title="suites",
            ok=all(found.ok for found in result.evals),
            line=_evals_line(result),
            headers=("outcome", "prompt", "verdict"),
            rows=[_eval_row(found) for found in sorted(result.evals, key=lambda found: found.ok)],
        ),
        Section(
            title="not judged",
            ok=None if unknown else True,
            line=count(len(unknown), "thing") if unknown else "nothing",
            headers=("what",),
            rows=[(text,) for text in unknown],
        ),
    )


def text(result: CiResult) -> str:
    """Each part with its rows, those that are wrong marked."""
    blocks = []
    for section in sections(result):
        mark = {True: "ok", False: "no", None: "??"}[section.ok]
        rows = ["  " + "  ".join(cell for cell in row if cell) for row in section.rows]
        blocks.append("\n".join([f"{mark}  {section.title}: {section.line}", *rows]))
    return "\n".join(blocks)


def _lint_line(result: CiResult) -> str:
    levels = [count(number, level) for level, number in result.lint.counts.items() if number]
    return f"{count(len(result.lint.prompts), 'prompt')}, {', '.join(levels) or 'nothing to report'}"


def _changed(result: CiResult) -> Section:
    from promptctl.reports.ci_markdown import Section

    if result.changed is None:
        return Section(title="changed", ok=None, line="not known")
    since = f" since {result.base.label}" if result.base.label else ""
    return Section(
        title="changed",
        ok=True,
        line=count(len(result.changed), "prompt") + since,
        headers=("what", "prompt", "why"),
        rows=[_changed_row(found) for found in result.changed],
    )


def _changed_row(found: ChangedPrompt) -> tuple[str, ...]:
    return (found.kind, found.name, ", ".join(found.reasons))


def _evals_line(result: CiResult) -> str:
    if not result.evals:
        return "none to run"
    passed = sum(found.ok for found in result.evals)
    return f"{passed} of {count(len(result.evals), 'suite')} passed on recorded replies"


def _eval_row(found: Judged) -> tuple[str, ...]:
    return (found.outcome, found.prompt, found.sentence + (f" ({found.hint})" if found.hint else ""))
