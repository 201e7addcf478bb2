"""Reports of experiments for tests of how they are drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from promptctl.core.experiments.counted import Left
from promptctl.core.experiments.report import (
    ArmLine,
    EffectLine,
    ExperimentReport,
    LookLine,
    SampleRatio,
    SegmentLine,
    Verdict,
)
from promptctl.core.statistics.interval import Interval


def effect(
    role: str, metric: str, control: float | None, treatment: float | None, half: float, **fields: Any
) -> EffectLine:
    """An effect whose interval has this half width."""
    known = control is not None and treatment is not None
    difference = treatment - control if control is not None and treatment is not None else None
    usual: dict[str, Any] = {
        "kind": "ratio",
        "direction": "decrease",
        "arm": "friendly",
        "anytime": True,
        "relative": difference / control if difference is not None and control else None,
        "interval": Interval(difference - half, difference + half) if difference is not None else None,
        "says": "open" if known else "unknown",
    }
    if usual["relative"] is not None and control and usual["interval"]:
        usual["relative_interval"] = Interval(usual["interval"].low / control, usual["interval"].high / control)
    return EffectLine(
        role=role,
        metric=metric,
        control=control,
        treatment=treatment,
        difference=difference,
        **{"relative_interval": None} | usual | fields,
    )


ARMS = (
    ArmLine(name="control", version="1.2.0", percent=50, units=3401, expected=3406.0, calls=20_417, cancelled=31),
    ArmLine(name="friendly", version="1.3.0", percent=50, units=3411, expected=3406.0, calls=20_633, cancelled=12),
)
OTHERS = (
    effect("guardrail", "error_rate", 0.0121, 0.0134, 0.0048, margin=0.01, says="within"),
    effect(
        "guardrail",
        "latency_p95",
        1840.0,
        2015.5,
        320.0,
        kind="quantile",
        margin=0.2,
        margin_is_relative=True,
    ),
    effect("secondary", "cost", 0.000916, 0.000871, 0.00003, p=0.004, adjusted=0.008, says="better"),
    effect("secondary", "calls", 6.003, 6.049, 0.3, kind="mean", direction="increase", p=0.5, adjusted=0.5),
)
LOOKS = (
    LookLine(
        fraction=0.25,
        boundary=4.3326,
        at="2026-11-16T09:00:00Z",
        units=3000,
        z={"friendly": 0.81},
        decision="go on",
    ),
    LookLine(
        fraction=0.5,
        boundary=2.9631,
        at="2026-11-19T09:00:00Z",
        units=6004,
        z={"friendly": 1.77},
        decision="go on",
    ),
    LookLine(fraction=0.75, boundary=2.359),
    LookLine(fraction=1.0, boundary=2.0141),
)


def running() -> ExperimentReport:
    """Half way, with everything that a report can show."""
    resolved = effect("primary", "quality:resolved", 0.612, 0.639, 0.031, direction="increase", p=0.062)
    segment: dict[str, Any] = {"attribute": "plan", "effect": resolved}
    return ExperimentReport(
        name="triage-tone",
        prompt="support/triage",
        environment="prod",
        hypothesis="A friendlier tone resolves more tickets.",
        unit="user",
        when="region == 'eu'",
        state="running",
        since="2026-11-13T09:00:00Z",
        until="2026-11-21T12:00:00Z",
        days=8.125,
        verdict=Verdict(word="keep running", because="the next look is due at 9,000 units"),
        ratio=SampleRatio(p=0.884, ok=True),
        arms=ARMS,
        units=6812,
        planned=12_000,
        fraction=6812 / 12_000,
        level=95.0,
        effects=(resolved, *OTHERS),
        segments=(
            SegmentLine(value="pro", units=2310, **segment),
            SegmentLine(value="free", units=4490, **segment),
            SegmentLine(value=None, units=8, **segment),
            SegmentLine(value="", units=4, **segment),
        ),
        looks=LOOKS,
        now={"friendly": 1.92},
        left={
            "forced": Left(calls=17),
            "no unit": Left(calls=204),
            "several arms": Left(calls=9, units=2),
            "elsewhere": Left(calls=55_120),
        },
    )


def shipped() -> ExperimentReport:
    """The same at its end."""
    now = running()
    won = effect("primary", "quality:resolved", 0.612, 0.643, 0.0246, direction="increase", p=0.0008, says="better")
    return replace(
        now,
        state="concluded",
        units=12_007,
        fraction=12_007 / 12_000,
        verdict=Verdict(
            word="ship",
            arm="friendly",
            because="quality:resolved crossed its boundary at the last look, and no guardrail is worse",
        ),
        effects=(
            replace(won, anytime=False),
            *(replace(it, anytime=False, says="within" if it.margin else it.says) for it in now.effects[1:]),
        ),
        segments=(),
        looks=(
            *now.looks[:2],
            LookLine(fraction=0.76, boundary=2.341, at="2026-11-23T09:00:00Z", units=9120, z={"friendly": 2.2}),
            LookLine(fraction=1.0, boundary=2.0171, at="2026-11-26T09:00:00Z", units=12_007, z={"friendly": 3.37}),
        ),
        now={},
        left={},
    )


def lost(names: str = "control") -> ExperimentReport:
    """One whose arms lost units, with two treatments and hardly any numbers."""
    now = running()
    arms = (
        replace(now.arms[0], name=names, percent=33.34, units=900, expected=700.0),
        replace(now.arms[1], percent=33.33, units=700, expected=700.0),
        replace(now.arms[1], name="warm", version="1.4.0", percent=33.33, units=500, expected=700.0),
    )
    nothing = effect("primary", "quality:resolved", None, None, 0.0, direction="increase")
    return replace(
        now,
        verdict=Verdict(word="no verdict", because="arms do not have the units that they should have"),
        ratio=SampleRatio(p=3.2e-17, ok=False),
        arms=arms,
        effects=(nothing, replace(nothing, arm="warm")),
        segments=(),
        looks=tuple(replace(look, at=None, z=None) for look in now.looks),
        now={"friendly": None, "warm": -2.5},
        notes=("segments were not asked for",),
    )
