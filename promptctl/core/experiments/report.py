"""What a report of an experiment says: the verdict first, then what it rests on. Frozen; drawn elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from promptctl.core.experiments.counted import Left
from promptctl.core.statistics.interval import Interval

ROLES = ("primary", "guardrail", "secondary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``word`` is "ship", "do not ship", "keep running", "harm", "no verdict" or "aborted"; ``arm`` the one that it is
    about, None where it is about none. ``because`` is a sentence's rest."""

    word: str
    because: str
    arm: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmLine:
    """An arm with its version, its planned share in percent, and what was counted of it."""

    name: str
    version: str
    percent: float
    units: int
    expected: float
    calls: int
    cancelled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectLine:
    """One metric of a treatment beside control's.

    ``difference`` is treatment less control, ``relative`` the same as a share of control's value; both with their
    intervals, None where nothing tells them. ``interval`` is always valid while the experiment runs (``anytime``), else
    that of the plan's end. ``p`` belongs to the interval; ``adjusted`` is p among all of its family. ``says`` is
    "better", "worse", "open" (both may be) or "unknown", for guardrails "within" or "beyond" the ``margin`` or "open".
    """

    role: str
    metric: str
    kind: str
    direction: str
    arm: str
    control: float | None
    treatment: float | None
    difference: float | None
    interval: Interval | None
    relative: float | None
    relative_interval: Interval | None
    anytime: bool
    p: float | None = None
    adjusted: float | None = None
    margin: float | None = None
    margin_is_relative: bool = False
    says: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentLine:
    """The primary metric among the units of one value of an attribute: "" for units without it, None for those that had
    several."""

    attribute: str
    value: str | None
    units: int
    effect: EffectLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LookLine:
    """A look at the primary metric, taken or still to come (``at`` is then None). ``boundary`` is what |z| has to reach
    at this fraction of the planned units; ``z`` by treatment."""

    fraction: float
    boundary: float
    at: str | None = None
    units: int | None = None
    z: Mapping[str, float | None] | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRatio:
    """Whether units fell into arms as planned: p of the chi-square test, None without units. A p below 0.001 says that
    something other than chance assigns or loses units, and blocks every verdict."""

    p: float | None
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentReport:
    """An experiment as far as its units were counted. ``fraction`` of the ``planned`` units; ``level`` of intervals;
    ``now`` is z of the primary metric by treatment at this moment, which is no look."""

    name: str
    prompt: str
    environment: str
    hypothesis: str
    unit: str
    when: str | None
    state: str
    since: str
    until: str
    days: float
    verdict: Verdict
    ratio: SampleRatio
    arms: tuple[ArmLine, ...]
    units: int
    planned: int
    fraction: float
    level: float
    effects: tuple[EffectLine, ...]
    segments: tuple[SegmentLine, ...]
    looks: tuple[LookLine, ...]
    now: Mapping[str, float | None]
    left: Mapping[str, Left]
    notes: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """Whether units still come."""
        return self.state in ("running", "paused")

    @property
    def treatments(self) -> tuple[ArmLine, ...]:
        """Every arm but control."""
        return self.arms[1:]
