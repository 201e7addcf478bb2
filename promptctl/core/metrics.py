"""What is measured of calls, a row a metric: experiments, rules of rollouts and ``watch``, and reports go by it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["ratio", "mean", "proportion", "quantile"]
"""What is compared: sum over sum, total per unit, the share of units with a total above 0, or a quantile."""

Unit = Literal["share", "milliseconds", "dollars", "calls", "score"]

_OWN_NAME = re.compile(r"[^\s:]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What is true of a metric wherever it is named.

    ``kinds`` are those that it can have, the usual one first. ``rises``: more is better. ``absolute``: changes and
    margins are differences, else shares of what it was. ``quantile`` is the share of values that it does not exceed.
    ``named``: it is one of many, and written ``metric:NAME``. ``judged``: rules of rollouts and ``watch`` may name it.
    ``margin`` is how much worse it may be where nothing else is said; None where nothing is asked of it then.
    """

    kinds: tuple[Kind, ...]
    unit: Unit
    rises: bool = False
    absolute: bool = False
    quantile: float | None = None
    named: bool = False
    judged: bool = True
    margin: float | None = None


METRICS: Mapping[str, Measured] = {
    "error_rate": Measured(kinds=("ratio", "mean", "proportion"), unit="share", absolute=True, margin=0.01),
    "latency": Measured(kinds=("ratio",), unit="milliseconds", judged=False),
    "latency_p95": Measured(kinds=("quantile",), unit="milliseconds", quantile=0.95, margin=0.2),
    "latency_p99": Measured(kinds=("quantile",), unit="milliseconds", quantile=0.99),
    "cost": Measured(kinds=("ratio", "mean"), unit="dollars", margin=0.2),
    "calls": Measured(kinds=("mean",), unit="calls", rises=True, judged=False),
    "quality": Measured(kinds=("ratio", "mean", "proportion"), unit="score", rises=True, absolute=True, named=True),
}
QUANTILES = {name: it.quantile for name, it in METRICS.items() if it.quantile is not None}
"""The metrics that are quantiles of latency."""


def measured(metric: str) -> Measured:
    """What is true of a metric that ``is_metric``."""
    return METRICS[metric.partition(":")[0]]


def is_metric(written: str) -> bool:
    """Whether something is measured under this name."""
    name, colon, own = written.partition(":")
    if name not in METRICS:
        return False
    return bool(_OWN_NAME.fullmatch(own)) if METRICS[name].named else not colon


def spelled(*, judged: bool = False) -> str:
    """All metrics as one writes them; only those that rules may name with ``judged``."""
    names = [f"{name}:NAME" if it.named else name for name, it in METRICS.items() if it.judged or not judged]
    return f"{', '.join(names[:-1])} or {names[-1]}"
