"""An experiment's report as plain data, as ``schemas/experiment-report.json`` describes it."""

from __future__ import annotations

from typing import Any

from promptctl.core.experiments.counted import EXCLUSIONS, Left
from promptctl.core.experiments.report import EffectLine, ExperimentReport, LookLine, SegmentLine


def experiment_data(report: ExperimentReport) -> dict[str, Any]:
    """What ``experiment report --json`` prints. What nobody knows is null."""
    return {
        "experiment": report.name,
        "prompt": report.prompt,
        "environment": report.environment,
        "hypothesis": report.hypothesis,
        "unit": report.unit,
        "when": report.when,
        "state": report.state,
        "since": report.since,
        "until": report.until,
        "verdict": {"verdict": report.verdict.word, "arm": report.verdict.arm, "because": report.verdict.because},
        "units": {"counted": report.units, "planned": report.planned, "fraction": report.fraction},
        "sample_ratio": {"p": report.ratio.p, "ok": report.ratio.ok},
        "arms": [
            {
                "name": arm.name,
                "version": arm.version,
                "percent": arm.percent,
                "units": arm.units,
                "expected": arm.expected,
                "calls": arm.calls,
                "cancelled": arm.cancelled,
            }
            for arm in report.arms
        ],
        "level": report.level,
        "effects": [_effect(effect) for effect in report.effects],
        "segments": [_segment(it) for it in report.segments],
        "looks": [_look(look) for look in report.looks],
        "z": dict(report.now),
        "not_counted": {
            reason.replace(" ", "_"): {"calls": it.calls, "units": it.units}
            for reason in EXCLUSIONS
            for it in (report.left.get(reason, Left()),)
        },
        "notes": list(report.notes),
    }


def _effect(effect: EffectLine) -> dict[str, Any]:
    return {
        "role": effect.role,
        "metric": effect.metric,
        "kind": effect.kind,
        "direction": effect.direction,
        "arm": effect.arm,
        "control": effect.control,
        "treatment": effect.treatment,
        "difference": effect.difference,
        "interval": effect.interval and effect.interval.to_list(),
        "relative": effect.relative,
        "relative_interval": effect.relative_interval and effect.relative_interval.to_list(),
        "always_valid": effect.anytime,
        "p": effect.p,
        "adjusted_p": effect.adjusted,
        "margin": effect.margin,
        "margin_is_relative": effect.margin_is_relative,
        "says": effect.says,
    }


def _segment(it: SegmentLine) -> dict[str, Any]:
    return {"attribute": it.attribute, "value": it.value, "units": it.units, "effect": _effect(it.effect)}


def _look(look: LookLine) -> dict[str, Any]:
    return {
        "at": look.at,
        "units": look.units,
        "fraction": look.fraction,
        "z": None if look.z is None else dict(look.z),
        "boundary": look.boundary,
        "decision": look.decision,
    }
