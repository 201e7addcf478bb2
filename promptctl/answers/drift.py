"""``drift`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.drift import DriftResult


def data(result: DriftResult) -> dict[str, Any]:
    """Every finding, and which state was read."""
    return {
        "findings": [finding.to_dict() for finding in result.findings],
        "read": result.read,
        "notes": list(result.notes),
    }
