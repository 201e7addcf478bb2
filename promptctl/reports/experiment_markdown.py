"""An experiment's report as Markdown for a pull request: the verdict, effects, looks, and what does not count."""

from __future__ import annotations

from collections.abc import Iterator

from promptctl.core.experiments.report import ExperimentReport
from promptctl.reports import experiment_spelling as spelled
from promptctl.reports.ci_markdown import table
from promptctl.reports.diff_markdown import code
from promptctl.reports.experiment_tables import Table, arm_table, effect_table, look_table, segment_table

MOST_SEGMENTS = 50
_MARKS = {"ship": "✅", "do not ship": "❌", "no verdict": "⚠️", "aborted": "⏹️"}


def experiment_markdown(report: ExperimentReport) -> str:
    """The report in blocks; names and sentences of others are code, in which Markdown means nothing."""
    return "\n\n".join(_blocks(report)) + "\n"


def _blocks(report: ExperimentReport) -> Iterator[str]:
    mark = _MARKS.get(report.verdict.word, "⏳")
    yield f"## Experiment {code(report.name)}"
    yield f"{mark} **{report.verdict.word}**: {code(spelled.verdict_rest(report))}"
    yield f"> {code(report.hypothesis)}"
    when = f" where {code(report.when)}" if report.when else ""
    yield (
        f"{code(report.prompt)} in {code(report.environment)}, by {code(report.unit)}{when}; {report.state}."
        f" {spelled.progress(report)}; {spelled.ratio(report)}."
    )
    yield _table(arm_table(report))
    yield from (f"> {code(note)}" for note in report.notes)
    yield f"### Effects\n\n{spelled.intervals(report)}"
    yield _table(effect_table(report))
    if report.segments:
        yield f"### Segments: {code(spelled.metric(report.segments[0].effect))}"
        yield _table(segment_table(report, MOST_SEGMENTS))
        if len(report.segments) > MOST_SEGMENTS:
            yield f"{len(report.segments) - MOST_SEGMENTS} more are not shown."
    if report.looks:
        yield "### Looks"
        yield _table(look_table(report))
    if told := spelled.exclusions(report):
        yield "### Not counted\n\n" + "\n".join(f"- {line}" for line in told)


def _table(found: Table) -> str:
    return table(found.headers, found.rows)
