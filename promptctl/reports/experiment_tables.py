"""The tables of an experiment's report, as Markdown and pages have them."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.core.experiments.report import EffectLine, ExperimentReport, LookLine
from promptctl.reports import experiment_spelling as spelled

_NUMBERS = ("control", "treatment", "change", "p", "says")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells under headers."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def arm_table(report: ExperimentReport) -> Table:
    """The arms with what was counted of them."""
    headers = ("arm", "version", "share", "units", "expected", "calls")
    return Table(headers=headers, rows=tuple(map(spelled.arm_cells, report.arms)))


def effect_table(report: ExperimentReport) -> Table:
    """Every metric of every treatment."""
    rows = tuple((it.role, spelled.metric(it), it.arm, *_numbers(it)) for it in report.effects)
    return Table(headers=("", "metric", "arm", *_NUMBERS), rows=rows)


def segment_table(report: ExperimentReport, most: int) -> Table:
    """The primary metric in the largest segments."""
    shown = sorted(report.segments, key=lambda it: -it.units)[:most]
    rows = tuple(
        (spelled.segment(it.attribute, it.value), f"{it.units:,}", it.effect.arm, *_numbers(it.effect)) for it in shown
    )
    return Table(headers=("segment", "units", "arm", *_NUMBERS), rows=rows)


def look_table(report: ExperimentReport) -> Table:
    """Looks that were taken, and those to come."""
    headers = ("planned units", "at", "units", "z", "boundary", "decision")
    return Table(headers=headers, rows=tuple(map(_look, report.looks)))


def _numbers(effect: EffectLine) -> tuple[str, ...]:
    return (
        spelled.value(effect, effect.control),
        spelled.value(effect, effect.treatment),
        spelled.change(effect),
        spelled.chance(spelled.family_p(effect)),
        spelled.judgement(effect),
    )


def _look(look: LookLine) -> tuple[str, ...]:
    z = ", ".join(f"{arm} {spelled.NONE if it is None else format(it, '+.2f')}" for arm, it in (look.z or {}).items())
    units = "" if look.units is None else f"{look.units:,}"
    return f"{look.fraction:.0%}", look.at or "", units, z, f"±{look.boundary:.2f}", look.decision or "to come"
