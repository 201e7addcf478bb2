"""``doctor``: looks at what commands rely on and nobody sees, in this clone and on this machine; changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.repository import Repository
from promptctl.core.ailment import Ailment
from promptctl.errors import PromptctlError
from promptctl.workflows.doctoring import clone, files, hooks, locks, sharing
from promptctl.workflows.doctoring.patient import Patient

Check = Callable[[Patient], Iterator[Ailment]]
CHECKS: tuple[Check, ...] = (*locks.CHECKS, *files.CHECKS, *clone.CHECKS, *sharing.CHECKS, *hooks.CHECKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorResult:
    """What was found; errors stop one of the next commands."""

    findings: tuple[Ailment, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.level == "error" for finding in self.findings)


def doctor(repository: Repository, now: datetime) -> DoctorResult:
    """Runs every check. One that cannot be made is a finding itself, once a reason.

    Raises UsageError where there is no repository, OutsideError when Git does not open it.
    """
    _ = repository.git.directory
    patient = Patient(repository=repository, now=now)
    found: dict[Ailment, None] = {}
    for check in CHECKS:
        try:
            found |= dict.fromkeys(check(patient))
        except PromptctlError as error:
            found[_unreadable(error)] = None
    return DoctorResult(findings=tuple(found))


def _unreadable(error: PromptctlError) -> Ailment:
    place = error.problem.place
    return Ailment(
        kind="unreadable",
        message=f"{error}" + (f" ({place})" if place else ""),
        why="every command that needs it stops here",
        repair=error.hint or f"see {error.code} in the reference of errors",
    )
