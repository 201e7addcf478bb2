"""``promote``: points an environment at released versions, in one commit, once everything that guards it says yes."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.core.moves.moves import Move
from promptctl.core.moves.pointer import Served
from promptctl.core.name import check_name
from promptctl.core.releases.reference import parse_reference
from promptctl.core.timestamp import timestamp
from promptctl.workflows.admission import Admission, Asked, GateRefused, admit
from promptctl.workflows.gate import GateOutcome, GateWish
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.moving import check_reason, move_files, next_serial, require_expected
from promptctl.workflows.promotion import PlannedMove, plan_moves
from promptctl.workflows.publish import Edit, Published, publish
from promptctl.workflows.sending import AT_ONCE, Sending


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What to promote, where to, and what was said about it.

    ``expected`` are the versions that prompts are taken to be served with (None: not at all): where that is so no more,
    nothing is moved.
    """

    environment: str
    references: tuple[str, ...]
    reason: str | None = None
    expected: Mapping[str, str | None] = field(default_factory=dict)
    in_ci: bool = False
    sending: Sending = AT_ONCE
    wish: GateWish = field(default_factory=GateWish)

    @property
    def operation(self) -> str:
        """The command's spelling; the same spelling is the same command."""
        return shlex.join(["promote", *self.references, self.environment])


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One pointer that changed, with what the gate said (None: no gate)."""

    name: str
    before: Served | None
    after: Served
    direction: str
    gate: GateOutcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteResult:
    """``ok`` is False when a gate said no; then nothing was written and ``refused`` names the gates.

    ``already`` is what was asked for and served already.
    """

    environment: str
    moved: tuple[Moved, ...]
    already: tuple[Moved, ...] = ()
    refused: tuple[tuple[str, GateOutcome], ...] = ()
    published: Published | None = None
    note: str | None = None

    @property
    def ok(self) -> bool:
        return not self.refused


def promote(repository: Repository, promotion: Promotion, gate: GateContext) -> PromoteResult:
    """Makes the promotion. Raises StateError for what refuses it but the gate, OutsideError when it is not live."""
    committer(repository.git)
    repository.settings.environment(promotion.environment)
    if promotion.reason is not None:
        check_reason(promotion.reason)
    names = [check_name(parse_reference(text).name) for text in promotion.references]
    if promotion.sending.push:
        repository.fetch(names)
    moved: list[Moved] = []
    already: list[Moved] = []
    notes: list[str] = []

    def build(state: State) -> Edit | None:
        for name, version in promotion.expected.items():
            require_expected(repository, state, promotion.environment, check_name(name), version)
        planned = plan_moves(repository, state, promotion.environment, promotion.references, in_ci=promotion.in_ci)
        asked = Asked(in_ci=promotion.in_ci, sending=promotion.sending, wish=promotion.wish)
        admission = admit(repository, state, planned, asked, gate)
        moved[:] = [_moved(move, admission.gate(move)) for move in admission.wanted]
        already[:] = [_moved(move, None) for move in planned if move.direction == "same"]
        notes[:] = [it for move in planned for it in _by_former_names(state, promotion.environment, move)]
        return _edit(repository, state, promotion, admission, gate.now) if admission.wanted else None

    try:
        published = publish(repository, promotion.operation, build, sending=promotion.sending, fetch=False)
    except GateRefused as no:
        return PromoteResult(
            environment=promotion.environment, moved=(), refused=no.refused, note=repository.policy_note
        )
    return PromoteResult(
        environment=promotion.environment,
        moved=tuple(moved),
        already=tuple(already),
        published=published,
        note="; ".join(filter(None, (repository.policy_note, *notes))) or None,
    )


def _by_former_names(state: State, environment: str, move: PlannedMove) -> Iterator[str]:
    """What to do about pointers by names that a prompt had before: whoever asks by them gets what they say."""
    for old in move.release.closure.prompt.formerly:
        if pointer := state.pointer(environment, old):
            line = f"promptctl remove {old} {environment} --reason renamed"
            yield f"who asks for {old} still gets {pointer.served.version} in {environment}; to give them this: {line}"


def _moved(move: PlannedMove, gate: GateOutcome | None) -> Moved:
    return Moved(
        name=move.release.name,
        before=move.live.served if move.live else None,
        after=Served(move.release.version, move.release.digest),
        direction=move.direction,
        gate=gate,
    )


def _edit(repository: Repository, state: State, promotion: Promotion, admission: Admission, now: datetime) -> Edit:
    files = admission.files
    by = committer(repository.git).person
    for planned in admission.wanted:
        name, gate = planned.release.name, admission.gate(planned)
        move = Move(
            serial=next_serial(state.moves(promotion.environment, name), planned.live),
            at=timestamp(now),
            kind="promote",
            served=Served(planned.release.version, planned.release.digest),
            by=by,
            source=str(planned.live.served.version) if planned.live else None,
            reason=promotion.reason,
            approvals=admission.approvals(planned),
            evidence=gate.summary if gate else None,
            notes=admission.notes(planned),
        )
        files |= move_files(state, promotion.environment, name, planned.live, move, now)
    titles = [planned.release.reference for planned in admission.wanted]
    subject = f"promote {titles[0] if len(titles) == 1 else f'{len(titles)} prompts'} to {promotion.environment}"
    body = "\n".join([*(titles if len(titles) > 1 else []), *([promotion.reason] if promotion.reason else [])])
    return Edit(files=files, message=f"{subject}\n\n{body}".rstrip())
