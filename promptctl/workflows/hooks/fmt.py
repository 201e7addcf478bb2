"""Finds staged files whose layout is not canonical."""

from __future__ import annotations

from promptctl.core.lint.finding import Finding, problem_finding, tidy
from promptctl.core.releases import lockfile
from promptctl.errors import Place, UsageError
from promptctl.workflows.fmt import KINDS, fmt_files
from promptctl.workflows.hooks.staged import HookResult, Staged


def judge(found: Staged) -> HookResult:
    """One finding a file that ``fmt`` would change, or that cannot be read."""
    project = found.repository.work
    known = (
        {lockfile.PATH, *(f"prompts/{name}/{file}" for name in project.names for file in KINDS)}
        if found.paths
        else set()
    )
    paths = sorted(found.paths & known & set(project.tree.files()))
    if not paths:
        return HookResult()
    findings: list[Finding] = []
    for path in paths:
        try:
            findings += [_finding(file.path) for file in fmt_files(project, [path]).files]
        except UsageError as error:
            findings += [problem_finding(problem, path) for problem in error.problems]
    judged = f"{len(paths)} file{'' if len(paths) == 1 else 's'}"
    return HookResult(findings=tidy(findings), judged=judged, next="promptctl fmt" if findings else None)


def _finding(path: str) -> Finding:
    hint = f"promptctl fmt && git add {path}"
    return Finding(code="PC128", level="error", message="the layout is not canonical", place=Place(path), hint=hint)
