"""An experiment's report as Markdown for a pull request: the verdict, effects, looks, and what does not count."""

from __future__ import annotations

from collections.abc import Iterator

from promptctl.core.experiments.report import EffectLine, ExperimentReport, LookLine
from promptctl.reports import experiment_spelling as spelled
from promptctl.reports.ci_markdown import table
from promptctl.reports.diff_markdown import code

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
    yield table(("arm", "version", "share", "units", "expected", "calls"), map(spelled.arm_cells, report.arms))
    yield from (f"> {code(note)}" for note in report.notes)
    yield f"### Effects\n\n{spelled.intervals(report)}"
    headers = ("", "metric", "arm", "control", "arm's", "change", "relative", "p", "says")
    yield table(headers, map(_effect, report.effects))
    yield from _segments(report)
    if report.looks:
        yield "### Looks"
        yield table(("planned units", "at", "units", "z", "boundary", "decision"), map(_look, report.looks))
    if told := spelled.exclusions(report):
        yield "### Not counted\n\n" + "\n".join(f"- {line}" for line in told)


def _effect(effect: EffectLine) -> tuple[str, ...]:
    return (effect.role, spelled.metric(effect), effect.arm, *_numbers(effect))


def _numbers(effect: EffectLine) -> tuple[str, ...]:
    return (
        spelled.value(effect, effect.control),
        spelled.value(effect, effect.treatment),
        spelled.change(effect),
        spelled.relative(effect),
        spelled.chance(spelled.family_p(effect)),
        spelled.judgement(effect),
    )


def _segments(report: ExperimentReport) -> Iterator[str]:
    if not report.segments:
        return
    shown = sorted(report.segments, key=lambda it: -it.units)[:MOST_SEGMENTS]
    yield f"### Segments: {code(spelled.metric(report.segments[0].effect))}"
    headers = ("segment", "units", "arm", "control", "arm's", "change", "relative", "p", "says")
    rows = [
        (spelled.segment(it.attribute, it.value), f"{it.units:,}", it.effect.arm, *_numbers(it.effect)) for it in shown
    ]
    yield table(headers, rows)
    if len(report.segments) > len(shown):
        yield f"{len(report.segments) - len(shown)} more are not shown."


def _look(look: LookLine) -> tuple[str, ...]:
    z = ", ".join(f"{arm} {spelled.NONE if it is None else format(it, '+.2f')}" for arm, it in (look.z or {}).items())
    units = "" if look.units is None else f"{look.units:,}"
    return (f"{look.fraction:.0%}", look.at or "", units, z, f"±{look.boundary:.2f}", look.decision or "to come")
