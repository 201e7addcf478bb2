"""``diff`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.diff import Compared
    from promptctl.workflows.resolve import Resolved


def data(compared: Compared) -> dict[str, Any]:
    """Both sides, what differs by meaning, and where it was asked for what each case is sent."""
    cases = compared.cases
    return {
        "old": _side(compared.old),
        "new": _side(compared.new),
        "differs": compared.diff.differs,
        **compared.diff.to_dict(),
        "cases": None if cases is None else [case.to_dict() for case in cases],
    }


def _side(side: Resolved) -> dict[str, Any]:
    return {
        "name": side.name,
        "reference": str(side.reference),
        "version": str(side.version) if side.version else None,
        "commit": side.commit,
        "digest": side.digest,
    }
