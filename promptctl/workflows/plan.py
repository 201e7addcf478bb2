"""``plan``: what a promotion would change, and everything that stands against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.diffs.diff import PromptDiff, prompt_diff
from promptctl.core.lint.finding import Finding
from promptctl.errors import Problem
from promptctl.workflows.admission import Standing, standing
from promptctl.workflows.gate import GateForecast, GateWish, forecast
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.promotion import PlannedMove, plan_moves, promotable


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One move: what it would do, how the prompt differs from the live one, who agreed, what its gate is likely to say,
    and which ``calls`` in the code of this repository fail once it is served."""

    move: PlannedMove
    diff: PromptDiff | None
    approvals: Standing
    gate: GateForecast | None
    calls: tuple[Finding, ...] = ()

    @property
    def refusals(self) -> tuple[Problem, ...]:
        """Everything but the gate that stands against it."""
        return (*self.move.refusals, *([self.approvals.missing] if self.approvals.missing else []))

    @property
    def allowed(self) -> bool:
        return not self.refusals and (self.gate is None or self.gate.ok)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResult:
    """Rows in the order asked for; ``read`` names the commit of the state."""

    environment: str
    rows: tuple[PlanRow, ...]
    read: str
    note: str | None = None

    @property
    def ok(self) -> bool:
        return all(row.allowed for row in self.rows)


def plan(
    repository: Repository,
    references: Sequence[str],
    environment: str,
    wish: GateWish,
    gate: GateContext,
    *,
    in_ci: bool,
    new: bool = False,
) -> PlanResult:
    """Plans some promotions, or without names all that are due, or ``new``. Changes nothing and calls no model."""
    state = read_state(repository)
    chosen = references or promotable(repository, state, environment, new=new)
    moves = plan_moves(repository, state, environment, chosen, in_ci=in_ci)
    rows = [
        PlanRow(
            move=move,
            diff=prompt_diff(move.live_release.closure, move.release.closure) if move.live_release else None,
            approvals=standing(repository, state, move, wish, gate.now),
            gate=forecast(repository, state, move, wish, gate) if move.direction != "same" else None,
            calls=_calls(repository, move),
        )
        for move in moves
    ]
    return PlanResult(environment=environment, rows=tuple(rows), read=state.label, note=repository.policy_note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a plan without names would plan: NAME@VERSION each; ``read`` names the commit of the state."""

    names: tuple[str, ...]
    read: str


def due(repository: Repository, environment: str, *, new: bool) -> Due:
    """All that is due for an environment, or ``new`` there, without a look at what stands against it."""
    state = read_state(repository)
    return Due(names=promotable(repository, state, environment, new=new), read=state.label)


def _calls(repository: Repository, move: PlannedMove) -> tuple[Finding, ...]:
    code = repository.settings.code
    if not code or move.direction == "same":
        return ()
    from promptctl.workflows.code import broken_calls

    prompt = move.release.closure.prompt
    return broken_calls(repository.root, code, [prompt])[prompt.name]
