"""``costs whatif`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.core.reporting.money import exact

if TYPE_CHECKING:
    from promptctl.core.reporting.evaluated import Evaluated
    from promptctl.core.reporting.other_version import VersionLine, VersionWhatIf
    from promptctl.core.reporting.whatif import WhatIf


def data(found: WhatIf) -> dict[str, Any]:
    """Costs of the same calls with another model, or with answers kept."""
    return {
        "lines": [
            {
                "prompt": line.prompt,
                "calls": line.calls,
                "now": exact(line.now),
                "then": None if line.then is None else exact(line.then),
                "evidence": _evaluated(line.other),
                "own_evidence": _evaluated(line.own),
            }
            for line in found.lines
        ],
        "now": exact(found.now),
        "then": exact(found.then),
    }


def _evaluated(found: Evaluated | None) -> dict[str, int] | None:
    return None if found is None else {"passed": found.passed, "cases": found.cases}


def version_data(found: VersionWhatIf) -> dict[str, Any]:
    """Costs of the same calls with another version of their prompt."""
    return {
        "prompt": found.prompt,
        "reference": found.reference,
        "lines": [_version_line(line) for line in found.lines],
        "now": exact(found.now),
        "then": exact(found.then),
    }


def _version_line(line: VersionLine) -> dict[str, Any]:
    change = line.change
    return {
        "served": line.served,
        "model": line.model,
        "calls": line.calls,
        "input_tokens": float(line.tokens),
        "input_tokens_change": float(change.tokens) if change else None,
        "basis": None if change is None else "rendered" if change.rendered else "fixed",
        "rendered": change.rendered if change else 0,
        "now": exact(line.now),
        "then": None if line.then is None else exact(line.then),
        "unknown": line.unknown,
    }
