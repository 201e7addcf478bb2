"""The gate of a promotion: evidence for a release against what is live, judged by the release's own suite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.workflows.promotion import PlannedMove


@dataclass(frozen=True, slots=True, kw_only=True)
class GateWish:
    """What the user allows: a weaker suite, or no comparison with a baseline that cannot run, each with a reason."""

    accept_suite_change: str | None = None
    no_baseline: str | None = None
    max_cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOutcome:
    """``sentence`` is the verdict in words, ``files`` new evidence for the commit, ``summary`` what the move keeps."""

    ok: bool
    sentence: str
    summary: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateForecast:
    """What the gate says by the evidence there is; no model is called to find out."""

    ok: bool
    sentence: str


def forecast(repository: Repository, state: State, move: PlannedMove, wish: GateWish) -> GateForecast | None:
    """The gate's answer as far as it can be given without a model; None where the environment has no gate."""
    if move.environment.gate is None:
        return None
    raise NotImplementedError


def judge(repository: Repository, state: State, move: PlannedMove, wish: GateWish) -> GateOutcome | None:
    """The gate's answer for one planned move; None where the environment has no gate."""
    if move.environment.gate is None:
        return None
    raise NotImplementedError
