"""What has to say yes before an environment serves a release, to everybody or as an arm of a split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.core.moves.approval import Counted
from promptctl.errors import Problem, StateError
from promptctl.workflows.gate import GateOutcome, GateWish, judge
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.promotion import PlannedMove, require_known_tags
from promptctl.workflows.sending import AT_ONCE, Sending


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a command asks: ``in_ci`` tells where it runs, ``sending`` how its commit reaches the others: where it
    pushes, the remote was asked just now for its tags; ``wish`` is what the user lets pass."""

    in_ci: bool = False
    sending: Sending = AT_ONCE
    wish: GateWish = field(default_factory=GateWish)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Planned moves, and for each that changes anything what its gate said (None: the environment has none) and who
    agreed."""

    planned: tuple[PlannedMove, ...]
    gates: Mapping[str, GateOutcome | None]
    agreed: Mapping[str, tuple[str, ...]]

    @property
    def wanted(self) -> tuple[PlannedMove, ...]:
        """The moves to something that is not served already."""
        return tuple(move for move in self.planned if move.direction != "same")

    def gate(self, move: PlannedMove) -> GateOutcome | None:
        """What the gate said of one of the moves."""
        return self.gates.get(move.release.reference)

    def approvals(self, move: PlannedMove) -> tuple[str, ...]:
        """Who agreed to one of the moves."""
        return self.agreed.get(move.release.reference, ())

    def notes(self, move: PlannedMove) -> tuple[str, ...]:
        """What the move's line should say."""
        gate = self.gate(move)
        downgrade = ("DOWNGRADE",) if move.direction == "DOWNGRADE" else ()
        return (gate.notes if gate else ("no gate",)) + downgrade

    @property
    def files(self) -> dict[str, bytes | None]:
        """New evidence, which lands in the same commit."""
        return {path: data for gate in self.gates.values() if gate for path, data in gate.files.items()}


class GateRefused(Exception):
    """Carries gates that said no out of the publishing loop; a "no" is an answer, not an error."""

    def __init__(self, refused: tuple[tuple[str, GateOutcome], ...]) -> None:
        super().__init__()
        self.refused = refused


def admit(
    repository: Repository, state: State, planned: Sequence[PlannedMove], asked: Asked, gate: GateContext
) -> Admission:
    """The moves, once all that guards the environment said yes.

    Raises StateError with everything that refuses them, GateRefused with the names and gates that said no.
    """
    wanted = [move for move in planned if move.direction != "same"]
    found = {move.release.reference: standing(repository, state, move, asked.wish, gate.now) for move in wanted}
    problems = [
        *(problem for move in wanted for problem in move.refusals),
        *(it.missing for it in found.values() if it.missing),
    ]
    if problems:
        raise refusal(list(dict.fromkeys(problems)))
    require_known_tags(repository, [move.release for move in wanted], asked=asked.sending.push)
    gates = {move.release.reference: judge(repository, state, move, asked.wish, gate) for move in wanted}
    if refused := tuple(_refused(wanted, gates)):
        raise GateRefused(refused)
    agreed = {reference: it.counted.agreed for reference, it in found.items()}
    return Admission(planned=tuple(planned), gates=gates, agreed=agreed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The approvals of one move: those there are, how many are ``needed``, and what refuses it while some are
    ``missing``."""

    counted: Counted
    needed: int
    missing: Problem | None


def standing(repository: Repository, state: State, move: PlannedMove, wish: GateWish, now: datetime) -> Standing:
    """Who agreed to a move. History is read only where the environment asks for approvals, and some are there."""
    environment, release = move.environment, move.release
    needed = environment.approvals
    if not needed:
        return Standing(counted=Counted(), needed=0, missing=None)
    from promptctl.workflows.approvals import counted, missing

    needed += 1 if wish.accept_suite_change else 0
    promoter = committer(repository.git).person
    found = counted(repository, state, environment, release, move.live_release, promoter, now)
    return Standing(counted=found, needed=needed, missing=missing(environment, release, found, needed))


def refusal(problems: Sequence[Problem]) -> StateError:
    """Every refusal as one error."""
    first = problems[0]
    error = StateError(first.code, first.message, hint=first.hint)
    error.problems = tuple(problems)
    return error


def _refused(
    wanted: Sequence[PlannedMove], gates: Mapping[str, GateOutcome | None]
) -> Iterator[tuple[str, GateOutcome]]:
    for move in wanted:
        gate = gates[move.release.reference]
        if gate and not gate.ok:
            yield move.release.name, gate
