"""Reports of evals as Markdown: fits into a comment of GitHub, and nothing that a model wrote is more than text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from promptctl.core.evals.report import EvalReport, Row
from promptctl.core.safe_text import safe_text
from promptctl.reports.ci_markdown import cell, table
from promptctl.reports.diff_markdown import code
from promptctl.reports.eval_text import difference_table

MAX_CHARACTERS = 65_536
"""What GitHub takes of a comment; a step's summary may have a MiB, so both hold it."""
_ROOM = 200
MAX_ANSWER, MOST_ANSWERS = 2_000, 20


def eval_markdown(reports: Sequence[EvalReport]) -> str:
    """The reports: a line for each prompt, then what changed, what does not pass, and the answers of those.

    What does not fit is left out from the end, and a sentence says how much.
    """
    blocks = ["## Evals", _overview(reports), *(block for report in reports for block in _report(report))]
    return _cut(blocks)


def _cut(blocks: Sequence[str]) -> str:
    """Whole blocks, as many as fit: a table or fence that ends in its middle would change what follows it."""
    kept: list[str] = []
    left = MAX_CHARACTERS - _ROOM
    for number, block in enumerate(blocks):
        # Counted as UTF-16 does it, which is never less than characters.
        left -= len(block.encode("utf-16-le")) // 2 + 2
        if left < 0:
            gone = len(blocks) - number
            kept.append(f"{gone} more parts do not fit into a comment: `promptctl eval show NAME` prints them.")
            break
        kept.append(block)
    return "\n\n".join(kept) + "\n"


def _overview(reports: Sequence[EvalReport]) -> str:
    marks = {"pass": "✅", "fail": "❌", "inconclusive": "❔", "none": "❔"}
    rows = [f"| {marks[it.outcome]} | {cell(it.reference)} | {cell(it.sentence)} |" for it in reports[:100]]
    more = [f"| | | {len(reports) - 100} more prompts |"] if len(reports) > 100 else []
    return "\n".join(["| | prompt | verdict |", "|---|---|---|", *rows, *more])


def _report(report: EvalReport) -> Iterator[str]:
    counts = ", ".join(f"{number} {outcome}" for outcome, number in report.counts.items())
    cost = "unknown" if report.cost is None else f"${report.cost:.4f}"
    yield f"### {code(report.reference)}\n\n{counts}; cost {cost}; {code(report.subject[:19])}"
    yield from (f"> {code(note)}" for note in report.notes)
    if report.differences:
        yield table(*difference_table(report.differences))
    wrong = [row for row in report.rows if row.change or row.outcome != "pass"]
    for start in range(0, len(wrong), 50):
        yield table(("outcome", "before", "case", "model", "passed", "why"), map(_row, wrong[start : start + 50]))
    for row in wrong[:MOST_ANSWERS]:
        yield from _answers(row)
    if len(wrong) > MOST_ANSWERS:
        yield f"The answers to {len(wrong) - MOST_ANSWERS} more cases are not shown."


def _row(row: Row) -> tuple[str, ...]:
    before = row.before_outcome or ""
    return row.outcome, before, row.case, row.model, f"{row.passes}/{len(row.now)}", "; ".join(row.why)


def _answers(row: Row) -> Iterator[str]:
    yield f"#### {code(row.case)}"
    for title, answers in (("before", row.before), ("now", row.now)):
        shown = next((it for it in answers if it.outcome != "pass"), answers[0] if answers else None)
        if shown and shown.text is not None:
            yield f"{title}, answer {shown.sample + 1} ({shown.outcome}):\n\n{_fenced(shown.text)}"


def _fenced(text: str) -> str:
    shown = safe_text(text[:MAX_ANSWER])
    more = f"\n… {len(text) - MAX_ANSWER} more characters" if len(text) > MAX_ANSWER else ""
    fence = "`" * max(3, max((len(run) for run in re.findall("`{3,}", shown)), default=0) + 1)
    return f"{fence}text\n{shown}{more}\n{fence}"
