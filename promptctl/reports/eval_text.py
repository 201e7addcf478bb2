"""A report of an eval for the terminal: the verdict, what changed, a table, and the answers of chosen cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptctl.core.counting import count
from promptctl.core.diffs.text_diff import Piece, word_diff
from promptctl.core.evals.check import spell
from promptctl.core.evals.report import Answered, Difference, EvalReport, Row
from promptctl.core.files.yaml_text import flow
from promptctl.reports.diff_lines import word_lines

MOST_ROWS, MOST_FLIPS = 50, 10
Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


def summary(report: EvalReport) -> list[str]:
    """The verdict's sentence, what the evidence is, and notes."""
    counts = ", ".join(f"{number} {outcome}" for outcome, number in report.counts.items() if number)
    cost = "unknown" if report.cost is None else f"${report.cost:.4f}"
    lines = [f"{report.reference}: {report.sentence}", *(f"note: {note}" for note in report.notes)]
    judges = "" if report.judge_cost is None else f", judges ${report.judge_cost:.4f}"
    return [*lines, f"evidence of {report.time}, {report.subject[:19]}: {counts}, cost {cost}{judges}"]


def difference_table(differences: Sequence[Difference]) -> Table:
    """Metrics of both sides under headers."""
    return ("metric", "before", "now", "change", "90 % interval"), [_difference(it) for it in differences]


def _difference(it: Difference) -> tuple[str, ...]:
    interval = f"[{spell(it.interval.low)}, {spell(it.interval.high)}]" if it.interval else ""
    return it.metric, spell(it.before), spell(it.now), f"{it.now - it.before:+.4g}", interval


def case_table(report: EvalReport) -> Table:
    """The first rows under headers; what changed comes first."""
    compared = report.baseline is not None
    headers = ("outcome", *(("before",) if compared else ()), "case", "model", "passed", "why")
    return headers, [_row(row, compared=compared) for row in report.rows[:MOST_ROWS]]


def _row(row: Row, *, compared: bool) -> tuple[str, ...]:
    before = (row.before_outcome or "",) if compared else ()
    why = " ".join("; ".join(row.why).split())[:120]
    return row.outcome, *before, row.case[:60], row.model, f"{row.passes}/{len(row.now)}", why


def left_out(report: EvalReport) -> Iterator[str]:
    """How many rows the table has no room for."""
    if len(report.rows) > MOST_ROWS:
        yield f"… and {len(report.rows) - MOST_ROWS} more; all of them with --json or --report html=FILE"


def flips(report: EvalReport) -> Iterator[str]:
    """The rows that changed, each with what changed in its answers."""
    changed = report.changed
    for row in changed[:MOST_FLIPS]:
        yield ""
        yield from answers(row)
    if len(changed) > MOST_FLIPS:
        yield f"… and {count(len(changed) - MOST_FLIPS, 'more case')} changed; all of them with --json"


def answers(row: Row) -> Iterator[str]:
    """One row with its inputs and every answer; where the baseline answered, its words as ``[-removed-]``."""
    change = f" ({row.change}: {row.before_outcome} before)" if row.change else ""
    yield f"{row.outcome}  {row.case}  {row.model}{change}"
    yield from (f"  {name}: {flow(value)}" for name, value in row.inputs.items())
    before = {answer.sample: answer for answer in row.before}
    for answer in row.now:
        yield f"  answer {answer.sample + 1}: {_facts(answer)}"
        yield from (f"    why: {' '.join(reason.split())}" for reason in answer.why)
        yield from _text(before.get(answer.sample), answer)
        yield from (f"    judge: {' '.join(vote.split())[:300]}" for vote in answer.votes)
    if row.past:
        yield "  in kept evidence: " + ", ".join(f"{it.label} {it.outcome} {it.passes}/{it.samples}" for it in row.past)


def _facts(answer: Answered) -> str:
    scores = [f"{name} {spell(value)}" for name, value in answer.scores.items() if name != "score"]
    cost = [] if answer.cost is None else [f"${answer.cost:.6f}"]
    latency = [] if answer.latency_ms is None else [f"{answer.latency_ms:.0f} ms"]
    return ", ".join([answer.outcome, *scores, *cost, *latency])


def _text(before: Answered | None, answer: Answered) -> Iterator[str]:
    if answer.text is None:
        yield "    (its reply is not here)"
        return
    old = answer.text if before is None or before.text is None else before.text
    pieces = word_diff(old, answer.text)
    if old == answer.text:
        yield from (f"    {line}" for line in answer.text.splitlines())
        return
    for line in word_lines(pieces):
        yield "    …" if line is None else "    " + "".join(marked(piece) for piece in line)


def marked(piece: Piece) -> str:
    """A piece as text without colours shows it."""
    if piece.kind == "same":
        return piece.text
    return f"[-{piece.text}-]" if piece.kind == "removed" else f"{{+{piece.text}+}}"
