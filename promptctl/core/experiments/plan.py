"""The plan of an experiment: what people write down before the first unit is counted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from promptctl.core.experiments.metric import Metric
from promptctl.core.models.request import compact_json
from promptctl.core.moves.pointer import EXPERIMENTS
from promptctl.core.releases.version import Version

LEAST_UNITS = 100
"""Of each arm before the first look, where a plan says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedArm:
    """A version and its share of the units, in percent."""

    name: str
    version: Version
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """``minimum_effect`` is the smallest difference that matters and ``baseline`` control's value of the primary
    metric, where people know it. ``sample`` are units of all arms, ``minimum_units`` those of each arm before the first
    look, ``minimum_days`` the days before it; after ``ends`` (UTC) there is no further look."""

    minimum_effect: float
    alpha: float = 0.05
    power: float = 0.8
    baseline: float | None = None
    looks: int = 4
    sample: int | None = None
    minimum_units: int = LEAST_UNITS
    minimum_days: float = 7
    ends: date | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "alpha": self.alpha,
            "power": self.power,
            "minimum_effect": self.minimum_effect,
            "baseline": self.baseline,
            "looks": self.looks,
            "sample": self.sample,
            "minimum": {"units": self.minimum_units, "days": self.minimum_days},
            "ends": self.ends.isoformat() if self.ends else None,
        }


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``arms``: the first is control, the version that is live. ``when`` says which units take part, None: all.

    ``segments`` are attributes of calls by which results are shown.
    """

    name: str
    prompt: str
    environment: str
    hypothesis: str
    unit: str
    arms: tuple[PlannedArm, ...]
    primary: Metric
    design: Design
    when: str | None = None
    guardrails: tuple[Metric, ...] = ()
    secondary: tuple[Metric, ...] = ()
    segments: tuple[str, ...] = ()

    @property
    def control(self) -> PlannedArm:
        return self.arms[0]

    @property
    def treatments(self) -> tuple[PlannedArm, ...]:
        return self.arms[1:]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Every metric, the primary one first."""
        return (self.primary, *self.guardrails, *self.secondary)

    @property
    def percents(self) -> Mapping[str, Decimal]:
        """Each arm's share by its name."""
        return {arm.name: arm.percent for arm in self.arms}

    @property
    def alpha(self) -> float:
        """What each treatment may spend: Bonferroni's share of the whole."""
        return self.design.alpha / len(self.treatments)

    @cached_property
    def counted(self) -> str:
        """Digest of what decides which units count for what; another one means that counting begins anew."""
        return _digest(
            {
                "prompt": self.prompt,
                "environment": self.environment,
                "unit": self.unit,
                "when": self.when,
                "arms": [[arm.name, str(arm.version), str(arm.percent.normalize())] for arm in self.arms],
                "primary": self.primary.to_dict(),
            }
        )

    @cached_property
    def digest(self) -> str:
        """Digest of all that results depend on; the hypothesis is words."""
        return _digest(
            {
                "counted": self.counted,
                "guardrails": [metric.to_dict() for metric in self.guardrails],
                "secondary": [metric.to_dict() for metric in self.secondary],
                "segments": list(self.segments),
                "design": self.design.to_dict(),
            }
        )


def _digest(value: object) -> str:
    return "sha256:" + hashlib.sha256(compact_json(value).encode()).hexdigest()


def experiment_path(name: str) -> str:
    """Where an experiment's file stands."""
    return f"{EXPERIMENTS}/{name}.yaml"
