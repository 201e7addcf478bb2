"""The gate of a promotion: what it is asked, what it says, and whether there is one.

Most environments have none: what judges is loaded where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State

if TYPE_CHECKING:
    from promptctl.workflows.gate_context import GateContext
    from promptctl.workflows.promotion import PlannedMove


@dataclass(frozen=True, slots=True, kw_only=True)
class GateWish:
    """What the user allows, each for a reason: a weaker suite, or no comparison with the baseline."""

    accept_suite_change: str | None = None
    no_baseline: str | None = None


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


def judge(
    repository: Repository, state: State, move: PlannedMove, wish: GateWish, context: GateContext
) -> GateOutcome | None:
    """The gate's answer for one planned move; None where the environment has no gate.

    Raises StateError: no suite, replies missing, a baseline that cannot be read.
    """
    if move.environment.gate is None:
        return None
    from promptctl.workflows.gating import judged

    return judged(repository, state, move, wish, context)


def forecast(
    repository: Repository, state: State, move: PlannedMove, wish: GateWish, context: GateContext
) -> GateForecast | None:
    """The gate's answer as far as recorded replies give it; None where the environment has no gate.

    Raises StateError for a baseline that cannot be read.
    """
    if move.environment.gate is None:
        return None
    from promptctl.workflows.gating import foreseen

    return foreseen(repository, state, move, wish, context)
