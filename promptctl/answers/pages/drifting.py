"""What disagrees, as pages tell it: looked for once, for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.answers.pages.faults import said
from promptctl.errors import PromptctlError


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifting:
    """Findings as ``drift --json`` has them, and what was not judged: a page never takes that for nothing found."""

    findings: Sequence[Mapping[str, Any]]
    notes: Sequence[str] = ()

    def of(self, name: str) -> list[Mapping[str, Any]]:
        """The findings of one prompt."""
        return [finding for finding in self.findings if finding["prompt"] == name]


def drifting(repository: Repository, now: datetime) -> Drifting:
    """Looks everywhere."""
    from promptctl.answers.drift import data
    from promptctl.workflows.drift import drift

    try:
        found = data(drift(repository, now))
    except PromptctlError as error:
        return Drifting(findings=(), notes=(f"drift was not judged: {said(error)}",))
    return Drifting(findings=found["findings"], notes=found["notes"])
