"""Judges the staged lock by the staged prompts, and by its base where that can be read."""

from __future__ import annotations

from promptctl.core.lint.finding import Finding, problem_finding, tidy
from promptctl.core.moves.drift import Drift
from promptctl.core.releases import lockfile
from promptctl.errors import Place, UsageError
from promptctl.workflows.hooks.staged import HookResult, Staged
from promptctl.workflows.lock_check import check_lock


def judge(found: Staged) -> HookResult:
    """The findings of ``lock --check`` over the index. Raises StateError while files are not merged."""
    if not found.paths:
        return HookResult()
    try:
        result = check_lock(found.repository)
    except UsageError as error:
        return HookResult(findings=tidy(problem_finding(problem, lockfile.PATH) for problem in error.problems))
    findings = tidy(lock_finding(drift) for drift in result.findings)
    judged = f"{result.prompts} prompt{'' if result.prompts == 1 else 's'}"
    repair = "promptctl lock && git add prompts/prompts.lock" if findings else None
    return HookResult(findings=findings, judged=judged, note=result.note, next=repair)


def lock_finding(drift: Drift) -> Finding:
    """A disagreement of the lock as a finding in its file."""
    place = Place(lockfile.PATH)
    return Finding(code=drift.kind, level="error", message=drift.message, place=place, hint=drift.repair)
