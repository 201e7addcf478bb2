"""Metrics of an experiment: what they are called, how units are summed for them, which direction is better."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.core.metrics import Kind, is_metric, measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric in its part: ``margin`` is how much worse a guardrail may be, None for other metrics."""

    metric: str
    kind: Kind
    direction: str
    margin: float | None = None

    @property
    def relative(self) -> bool:
        """Whether margins and effects are shares of control's value."""
        return not measured(self.metric).absolute

    @property
    def sign(self) -> int:
        """1 where more is better, else -1."""
        return 1 if self.direction == "increase" else -1

    @property
    def quantile(self) -> float | None:
        """Which quantile is meant; None for other kinds."""
        return measured(self.metric).quantile if self.kind == "quantile" else None

    def to_dict(self) -> dict[str, object]:
        value: dict[str, object] = {"metric": self.metric, "kind": self.kind, "direction": self.direction}
        return value if self.margin is None else value | {"margin": self.margin}


def metric_fault(name: str, kind: str | None) -> str | None:
    """Why nothing is called so, or is not of that kind; None where it can be."""
    if not is_metric(name):
        return f"`{name[:60]}` is no metric"
    known = measured(name).kinds
    return None if kind is None or kind in known else f"{name} has no kind `{kind}`, but {' or '.join(known)}"


def direction(name: str) -> str:
    """The direction in which a metric gets better."""
    return "increase" if measured(name).rises else "decrease"
