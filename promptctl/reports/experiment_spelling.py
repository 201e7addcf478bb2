"""How reports of experiments spell numbers: shares in per cent, latencies in ms, money in dollars, the rest plainly."""

from __future__ import annotations

import math

from promptctl.core.experiments.report import ArmLine, EffectLine, ExperimentReport
from promptctl.core.metrics import measured
from promptctl.core.statistics.interval import Interval

NONE = "-"
ARROWS = {"increase": "↑", "decrease": "↓"}
LEFT_SENTENCES = {
    "forced": "that testers forced",
    "shadow": "that shadowed others",
    "no unit": "without a unit",
    "unknown arm": "in an arm that the plan does not name",
    "elsewhere": "outside the experiment",
    "several arms": "of units seen in several arms",
}


def plain(number: float, sign: str = "") -> str:
    """Three digits that say something, or all before the point."""
    if abs(number) >= 1000:
        return f"{number:{sign},.0f}"
    if 0 < abs(number) < 1e-9:
        return f"{number:{sign}.1g}"
    # What is small is not written in powers of ten.
    places = 2 - math.floor(math.log10(abs(number))) if number else 0
    return f"{number:{sign}.{places}f}"


def value(effect: EffectLine, number: float | None) -> str:
    """A metric's own value."""
    if number is None:
        return NONE
    unit = measured(effect.metric).unit
    if effect.kind == "proportion" or (unit == "share" and effect.kind == "ratio"):
        return f"{number:.2%}"
    if unit == "milliseconds":
        return f"{plain(number)} ms"
    return f"${plain(number)}" if unit == "dollars" else plain(number)


def change(effect: EffectLine) -> str:
    """The difference with its interval: in points of shares and scores, else as a share of control's value."""
    metric = measured(effect.metric)
    if effect.kind == "proportion" or metric.unit == "share":
        return _spelled(effect.difference, effect.interval, 100)
    if metric.absolute or effect.relative is None:
        return _spelled(effect.difference, effect.interval)
    return _spelled(effect.relative, effect.relative_interval, 100, "%")


def _spelled(number: float | None, interval: Interval | None, times: float = 1, unit: str = "") -> str:
    """A number with its interval, all with as many decimals as give half the interval two digits."""
    if number is None:
        return NONE
    if interval is None or not 0 < times * (interval.high - interval.low) < math.inf:
        return f"{plain(times * number, '+')}{unit}"
    places = 1 - math.floor(math.log10(times * (interval.high - interval.low) / 2))
    form = f",.{min(max(places, 0), 9)}f"
    return f"{times * number:+{form}}{unit} [{times * interval.low:{form}}{unit}, {times * interval.high:{form}}{unit}]"


def chance(p: float | None) -> str:
    """A p-value; nobody needs more digits of a small one."""
    return NONE if p is None else "<0.001" if p < 0.001 else f"{p:.3f}"


def margin(effect: EffectLine) -> str:
    """How much worse a guardrail may be; nothing for other metrics."""
    if effect.margin is None:
        return ""
    return f"{100 * effect.margin:g}%" if effect.margin_is_relative else f"{effect.margin:g}"


def metric(effect: EffectLine) -> str:
    """The metric with the direction that is wanted, and its kind where it is not the usual one."""
    kind = "" if effect.kind == measured(effect.metric).kinds[0] else f" ({effect.kind})"
    return f"{effect.metric}{kind} {ARROWS[effect.direction]}"


def judgement(effect: EffectLine) -> str:
    """What the numbers say of a metric, and by which margin."""
    return f"{effect.says} ({margin(effect)})" if effect.margin is not None else effect.says


def family_p(effect: EffectLine) -> float | None:
    """The p-value to judge by: that among all of its family, where it has one."""
    return effect.p if effect.adjusted is None else effect.adjusted


def verdict_rest(report: ExperimentReport) -> str:
    """What the verdict is about, and why."""
    verdict = report.verdict
    return f"{verdict.arm}: {verdict.because}" if verdict.word == "ship" and verdict.arm else verdict.because


def headline(report: ExperimentReport) -> str:
    """The verdict as one sentence."""
    verdict = report.verdict
    word = f"ship {verdict.arm}" if verdict.word == "ship" and verdict.arm else verdict.word
    return f"{word}: {verdict.because}"


def arm_cells(arm: ArmLine) -> tuple[str, ...]:
    """An arm's name, version, share, units, those expected, and calls."""
    return arm.name, arm.version, f"{arm.percent:g}%", f"{arm.units:,}", f"{arm.expected:,.0f}", f"{arm.calls:,}"


def progress(report: ExperimentReport) -> str:
    """How far it has come."""
    share = f"{report.fraction:.0%}" if report.planned else "-"
    return (
        f"{report.units:,} of {report.planned:,} units ({share}) in {report.days:.1f} days,"
        f" {report.since} to {report.until}"
    )


def ratio(report: ExperimentReport) -> str:
    """Whether arms have the units that they should have."""
    if report.ratio.p is None:
        return "no units yet"
    if report.ratio.ok:
        return f"arms have the units that they should have (p {chance(report.ratio.p)})"
    return f"arms do NOT have the units that they should have (p {report.ratio.p:.2g}): something loses or moves units"


def intervals(report: ExperimentReport) -> str:
    """Which intervals and p-values these are."""
    if any(effect.anytime for effect in report.effects):
        return f"{report.level:.3g} % intervals and p-values, valid whenever one looks"
    return f"{report.level:.3g} % intervals of the plan's end; p by Holm's method within each family"


def exclusions(report: ExperimentReport) -> list[str]:
    """What does not count, each reason with its number."""
    found = []
    for reason, words in LEFT_SENTENCES.items():
        if (it := report.left.get(reason)) is not None and it.calls:
            units = f" ({it.units:,} units)" if it.units else ""
            found.append(f"{it.calls:,} calls {words}{units}")
    return found


def segment(attribute: str, name: str | None) -> str:
    """A segment by its attribute and value."""
    return f"{attribute}: {'(several)' if name is None else name or '(none)'}"
