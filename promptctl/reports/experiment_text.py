"""An experiment's report for a terminal: the verdict, what was counted, effects as numbers and as a forest, looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from promptctl.core.experiments.report import ROLES, EffectLine, ExperimentReport
from promptctl.core.safe_text import safe_line
from promptctl.reports import experiment_spelling as spelled
from promptctl.reports.experiment_plots import boundary_plot, forest, labelled

_TITLES = {"primary": "Primary metric", "guardrail": "Guardrails", "secondary": "Secondary metrics"}
MOST_SEGMENTS = 20
_COLUMNS = 80


def experiment_text(report: ExperimentReport) -> str:
    """All of it, sections apart by empty lines; at most 80 columns where names are no longer than usual."""
    sections = [_head(report), _counts(report), *_effects(report), *_segments(report), _looks(report), _left(report)]
    return "\n\n".join("\n".join(lines) for lines in sections if lines)


def _head(report: ExperimentReport) -> list[str]:
    when = f", {report.when}" if report.when else ""
    return [
        *_wrapped(f"{report.name}: {spelled.headline(report)}"),
        *_wrapped(f"  {report.hypothesis}"),
        *_wrapped(f"  {report.prompt} in {report.environment}, by {report.unit}{when}; {report.state}"),
        *(line for note in report.notes for line in _wrapped(f"  {note}")),
    ]


def _counts(report: ExperimentReport) -> list[str]:
    headers = ("arm", "version", "share", "units", "expected", "calls")
    rows = [spelled.arm_cells(arm) for arm in report.arms]
    return [*_wrapped(spelled.progress(report)), *_table(headers, rows), *_wrapped(f"  {spelled.ratio(report)}")]


def _effects(report: ExperimentReport) -> Iterator[list[str]]:
    for arm in report.treatments:
        effects = sorted((it for it in report.effects if it.arm == arm.name), key=lambda it: ROLES.index(it.role))
        headers = ("", "control", safe_line(arm.name)[:12], "change", "p", "")
        drawn = iter(_table(headers, [_row(effect) for effect in effects]))
        lines = [*_wrapped(f"{arm.name} against control; {spelled.intervals(report)}"), next(drawn)]
        for role in ROLES:
            held = [effect for effect in effects if effect.role == role]
            lines += [_TITLES[role], *(next(drawn) for _ in held)] if held else []
        yield lines
        yield forest(labelled(effects))


def _row(effect: EffectLine) -> tuple[str, ...]:
    return (
        spelled.metric(effect),
        spelled.value(effect, effect.control),
        spelled.value(effect, effect.treatment),
        spelled.change(effect),
        spelled.chance(spelled.family_p(effect)),
        spelled.judgement(effect),
    )


def _segments(report: ExperimentReport) -> Iterator[list[str]]:
    if not report.segments:
        return
    shown = sorted(report.segments, key=lambda it: -it.units)[:MOST_SEGMENTS]
    several = len(report.treatments) > 1
    lines = []
    for it in shown:
        name = spelled.segment(it.attribute, it.value) + (f", {it.effect.arm}" if several else "")
        lines.append((f"{name} ({it.units:,})", it.effect))
    headers = ("", "control", "treatment", "change", "p", "")
    rows = [(label, *_row(effect)[1:]) for label, effect in lines]
    more = len(report.segments) - len(shown)
    yield [
        f"Segments: {spelled.metric(report.segments[0].effect)} (units)",
        *_table(headers, rows),
        *([f"  {more} more, with fewer units: --json"] if more else []),
    ]
    yield forest(lines)


def _looks(report: ExperimentReport) -> list[str]:
    return ["Looks", *boundary_plot(report)] if report.looks else []


def _left(report: ExperimentReport) -> list[str]:
    cancelled = sum(arm.cancelled for arm in report.arms)
    told = [f"  {line}" for line in spelled.exclusions(report)]
    told += [f"  {cancelled:,} calls were cancelled: exposure, but neither latency nor error"] if cancelled else []
    return ["Not counted", *told] if told else []


def _wrapped(line: str) -> list[str]:
    """A sentence as lines of at most 80 columns, each as far in as the first."""
    shown = safe_line(line)
    indent = " " * (len(shown) - len(shown.lstrip()))
    return wrap(shown.strip(), _COLUMNS, initial_indent=indent, subsequent_indent=f"{indent}  ")


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns two spaces apart, below each other under their headers, two spaces in."""
    lines = [headers, *([safe_line(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    form = "  ".join(f"{{:<{width}}}" for width in widths)
    return [f"  {form.format(*line)}".rstrip() for line in lines]
