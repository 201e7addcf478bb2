"""Metrics of an experiment: what they are called, how units are summed for them, which direction is better."""

from __future__ import annotations

import re
from dataclasses import dataclass

from promptctl.core.experiments.comparison import Kind

_NAME = re.compile(r"error_rate|latency|latency_p95|latency_p99|cost|calls|quality:[^\s:]{1,100}")
_KINDS: dict[str, tuple[Kind, ...]] = {
    "error_rate": ("ratio", "mean", "proportion"),
    "latency": ("ratio",),
    "latency_p95": ("quantile",),
    "latency_p99": ("quantile",),
    "cost": ("ratio", "mean"),
    "calls": ("mean",),
    "quality": ("ratio", "mean", "proportion"),
}
"""The kinds that each metric can have, the usual one first."""

METRICS = "error_rate, latency, latency_p95, latency_p99, cost, calls or quality:NAME"
ABSOLUTE = ("error_rate", "quality")
"""Metrics whose margins and effects are differences; those of the others are shares of control's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """``metric`` is ``error_rate``, ``latency``, ``latency_p95``, ``latency_p99``, ``cost``, ``calls`` or
    ``quality:NAME``.

    ``kind`` says what is compared: "ratio" (sum over sum), "mean" (total per unit), "proportion" (share of units with
    a total above 0) or "quantile". ``margin`` is how much worse a guardrail may be, None for other metrics.
    """

    metric: str
    kind: Kind
    direction: str
    margin: float | None = None

    @property
    def relative(self) -> bool:
        """Whether margins and effects are shares of control's value."""
        return self.metric.partition(":")[0] not in ABSOLUTE

    @property
    def sign(self) -> int:
        """1 where more is better, else -1."""
        return 1 if self.direction == "increase" else -1

    @property
    def quantile(self) -> float | None:
        """Which quantile is meant; None for other kinds."""
        return int(self.metric.rpartition("_p")[2]) / 100 if self.kind == "quantile" else None

    def to_dict(self) -> dict[str, object]:
        value: dict[str, object] = {"metric": self.metric, "kind": self.kind, "direction": self.direction}
        return value if self.margin is None else value | {"margin": self.margin}


def metric_fault(name: str, kind: str | None) -> str | None:
    """Why nothing is called so, or is not of that kind; None where it can be."""
    if not _NAME.fullmatch(name):
        return f"`{name[:60]}` is no metric"
    known = _KINDS[name.partition(":")[0]]
    return None if kind is None or kind in known else f"{name} has no kind `{kind}`, but {' or '.join(known)}"


def usual_kind(name: str) -> Kind:
    """The kind of a metric for which none is given."""
    return _KINDS[name.partition(":")[0]][0]
