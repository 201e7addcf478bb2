"""Who agreed to a promotion, and by which key they signed that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptctl.adapters.git.signed import Signature
from promptctl.adapters.repository import Repository, require_full_history
from promptctl.adapters.state import State, read_state
from promptctl.core.moves.approval import Approval, address, approvals_folder
from promptctl.core.releases.version import Version
from promptctl.workflows.approvals import approval_signature
from promptctl.workflows.history import MoveRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """One person's approval of one move. ``signer`` is whom the allowed signers of the default branch know the ``key``
    of; ``fault`` says why nobody is known to have signed it, or that the file is gone."""

    environment: str
    serial: int
    by: str
    at: str | None = None
    reason: str | None = None
    signer: str | None = None
    key: str | None = None
    fault: str | None = None


def approvals_of(
    repository: Repository, name: str, version: Version, digest: str, rows: tuple[MoveRow, ...]
) -> tuple[Agreed, ...]:
    """The approvals that moves of a release name, as the state branch still has them.

    Raises StateError in a shallow clone, where nobody can tell who signed.
    """
    if not any(row.move.approvals for row in rows):
        return ()
    require_full_history(repository, "who signed approvals")
    state = read_state(repository)
    return tuple(agreed for row in rows for agreed in _agreed(repository, state, name, version, digest, row))


def _agreed(
    repository: Repository, state: State, name: str, version: Version, digest: str, row: MoveRow
) -> Iterator[Agreed]:
    kept: dict[str, tuple[str, Approval]] = {}
    for path, approval in state.approvals(approvals_folder(row.environment, name, str(version))):
        if isinstance(approval, Approval) and _fits(approval, digest, row):
            kept[address(approval.by)] = (path, approval)
    for by in row.move.approvals:
        found = kept.get(address(by))
        if found is None:
            fault = "the approval itself is not there any more"
            yield Agreed(environment=row.environment, serial=row.move.serial, by=by, fault=fault)
            continue
        path, approval = found
        signed = _own(approval_signature(repository, state, path, address(by)), by)
        yield Agreed(
            environment=row.environment,
            serial=row.move.serial,
            by=by,
            at=approval.at,
            reason=approval.reason,
            signer=signed.signer,
            key=signed.key,
            fault=signed.fault,
        )


def _fits(approval: Approval, digest: str, row: MoveRow) -> bool:
    """Whether it is of this promotion, and not of a later one of the same version."""
    return approval.promoted.digest == digest and approval.promoted.follows < row.move.serial


def _own(found: Signature, by: str) -> Signature:
    if found.signer and found.signer.lower() != address(by):
        return Signature(key=found.key, fault=f"it is signed by {found.signer}")
    return found
