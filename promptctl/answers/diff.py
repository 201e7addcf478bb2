"""``diff`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.diff import Compared


def data(compared: Compared) -> dict[str, Any]:
    """Both sides, what differs by meaning, and where it was asked for what each case is sent."""
    cases = compared.cases
    return {
        "old": compared.old.to_dict(),
        "new": compared.new.to_dict(),
        "differs": compared.diff.differs,
        **compared.diff.to_dict(),
        "cases": None if cases is None else [case.to_dict() for case in cases],
    }
