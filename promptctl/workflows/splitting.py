"""One decided change of a split becomes the files of one commit: what rollouts and experiments have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.core.moves.moves import Move
from promptctl.core.moves.pointer import Pointer, Served
from promptctl.core.splits.split import Split
from promptctl.core.timestamp import timestamp
from promptctl.errors import StateError
from promptctl.workflows.admission import Admission, Asked, admit, refusal
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.moving import move_files, next_serial
from promptctl.workflows.promotion import SPLIT, plan_moves, under_way
from promptctl.workflows.resolve import NOT_SERVED

NO_SPLIT = "PC246"


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitMove:
    """One change of a split pointer. ``kind`` is the move's: "split" while the split goes on, "promote" where it ends
    with an arm for everybody, "rollback" where it ends on what was served.

    ``served`` is what the pointer serves after it, outside the split; ``split`` is None when the split has ended.
    ``change`` is what the move's line says (see ``change_of``), ``evidence`` what a gate or the numbers said.
    """

    kind: str
    served: Served
    split: Split | None
    change: Mapping[str, Any]
    reason: str | None
    notes: tuple[str, ...] = ()
    evidence: Mapping[str, Any] | None = None
    approvals: tuple[str, ...] = ()


def let_in(move: SplitMove, admission: Admission) -> SplitMove:
    """The move that lets arms in, with what its line keeps of that: what the gates said, and everybody who agreed.

    Of one new arm it is what a promotion keeps; of several, evidence by version, and notes that name the version.
    """
    wanted = admission.wanted
    said = {str(it.release.version): gate.summary for it in wanted if (gate := admission.gate(it))}
    alone = len(wanted) == 1
    notes = [note if alone else f"{it.release.version}: {note}" for it in wanted for note in admission.notes(it)]
    agreed = dict.fromkeys(person for it in wanted for person in admission.approvals(it))
    evidence = next(iter(said.values()), None) if alone else said or None
    return replace(move, notes=tuple(notes), approvals=tuple(agreed), evidence=evidence)


def change_of(
    split: Split, action: str, numbers: Mapping[str, Any] | None = None, winner: str | None = None
) -> dict[str, Any]:
    """What a move's line says of a change of a split: which, what was done, its arms and the shares that they have now;
    a split that ends leaves everything to its ``winner``."""
    percents = {name: 100.0 if name == winner else 0.0 for name in split.percents} if winner else split.percents
    arms = {arm.name: arm.served.to_dict() for arm in split.arms}
    head = {"kind": split.kind, "id": split.id, "action": action, "arms": arms, "percents": percents}
    return head | ({"numbers": dict(numbers)} if numbers else {})


def split_files(
    state: State, environment: str, prompt: str, live: Pointer, move: SplitMove, by: str, now: datetime
) -> dict[str, bytes | None]:
    """The pointer after the change and the moves with one more line: to be put into one edit, beside what else the
    change writes. The line keeps the digest of the split, which whoever reads the pointer checks."""
    line = Move(
        serial=next_serial(state.moves(environment, prompt), live),
        at=timestamp(now),
        kind=move.kind,
        served=move.served,
        by=by,
        source=str(live.served.version),
        reason=move.reason,
        approvals=move.approvals,
        evidence=move.evidence,
        notes=move.notes,
        split={**move.change, "digest": move.split.digest if move.split else None},
    )
    return move_files(state, environment, prompt, live, line, now, move.split)


def admitted(
    repository: Repository, state: State, environment: str, references: Sequence[str], asked: Asked, gate: GateContext
) -> Admission:
    """Versions of one prompt or several (NAME@VERSION each) through the environment's policy, as in a promotion: order,
    retired, freeze, gate, approvals, tags on the remote. What is live already needs no admission.

    The traffic may be split: that is for the caller to judge. Raises StateError with everything that refuses, and
    GateRefused where a gate says no; new evidence is in ``files`` of the answer.
    """
    planned = [
        move
        for reference in references
        for move in plan_moves(repository, state, environment, [reference], in_ci=asked.in_ci)
    ]
    judged = [
        replace(move, refusals=tuple(problem for problem in move.refusals if problem.code != SPLIT)) for move in planned
    ]
    return admit(repository, state, judged, asked, gate)


def require_served(pointer: Pointer | None, name: str, environment: str) -> Pointer:
    """The pointer. Raises StateError where there is none: there is nothing to split."""
    if pointer is None:
        hint = f"promptctl promote {name} {environment}"
        raise StateError(NOT_SERVED, f"{environment} does not serve {name}", hint=hint)
    return pointer


def require_unsplit(pointer: Pointer, environment: str) -> None:
    """Raises StateError while the traffic is split: a second split, or a promotion, has to wait for its end."""
    if pointer.split:
        raise refusal([under_way(pointer.prompt, environment, pointer.split)])


def require_split(pointer: Pointer | None, name: str, environment: str, kind: str, id: str | None = None) -> Split:
    """The split that is meant. Raises StateError where there is none, or another one."""
    split = pointer.split if pointer else None
    if split is None:
        called = f"{kind} {id}" if id else kind
        hint = f"promptctl history {name} --env {environment}"
        raise StateError(NO_SPLIT, f"{name} has no {called} in {environment}", hint=hint)
    if split.kind != kind or id not in (None, split.id):
        raise refusal([under_way(name, environment, split)])
    return split


def new_salt(lineage: str, id: str, commit: str | None, now: datetime) -> str:
    """16 hexadecimal characters, others for each split: who is in which arm of one says nothing about the next."""
    return hashlib.sha256("\0".join((lineage, id, str(commit), timestamp(now))).encode()).hexdigest()[:16]
