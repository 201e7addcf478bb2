"""What files alone tell of a change: lint, the lock, and which prompts changed."""

from __future__ import annotations

from dataclasses import replace

from promptctl.adapters.repository import Repository, read_lock
from promptctl.core.lint.finding import Finding, problem_finding, tidy
from promptctl.core.releases import lockfile
from promptctl.errors import UsageError
from promptctl.workflows.changed import ChangedPrompt, changed_prompts
from promptctl.workflows.ci_base import CiBase
from promptctl.workflows.ci_unjudged import Unjudged
from promptctl.workflows.hooks.lock_check import lock_finding
from promptctl.workflows.lint import LintResult, lint
from promptctl.workflows.lock_base import Base
from promptctl.workflows.lock_check import check_lock


def judge_lint(repository: Repository) -> LintResult:
    """As ``lint`` says it, with the code that the settings name."""
    found = lint(repository.work)
    try:
        code = repository.work.settings.code
    except UsageError:
        # They are a finding already, and say nothing of code.
        return found
    if not code:
        return found
    from promptctl.workflows.code import with_code

    try:
        return with_code(found, repository.work, repository.root, code)
    except UsageError as error:
        return replace(found, findings=(*found.findings, problem_finding(error.problem, "promptctl.toml")))


def judge_lock(
    repository: Repository, base: CiBase, linted: LintResult
) -> tuple[tuple[Finding, ...], tuple[Unjudged, ...]]:
    """The lock's findings that are not lint's already, and what could not be judged of it."""
    try:
        result = check_lock(repository, base=_lock_base(repository, base))
    except UsageError as error:
        found = tidy(problem_finding(problem, lockfile.PATH) for problem in error.problems)
        left = tuple(finding for finding in found if finding not in linted.findings)
        return left, () if left else (Unjudged(kind="lock", why="the lock: prompts of it cannot be read"),)
    unread = (Unjudged(kind="lock", why=result.note),) if result.note else ()
    return tidy(lock_finding(drift) for drift in result.findings), unread


def _lock_base(repository: Repository, base: CiBase) -> Base | None:
    """The base for the lock where history cannot say it; None leaves it to history."""
    if base.commit is None or not repository.git.shallow:
        return None
    project = repository.at(base.commit)
    lock = read_lock(project)
    return Base(commit=base.commit, project=project, lock=lock, tip=lock)


def judge_changed(
    repository: Repository, base: CiBase
) -> tuple[tuple[ChangedPrompt, ...] | None, tuple[Unjudged, ...]]:
    """What changed, or None and why that is not known."""
    if base.fault:
        return None, (_not_known(base.fault, base.fetch),)
    if base.commit is None:
        return tuple(ChangedPrompt(name=name, kind="new") for name in repository.work.readable()[0]), ()
    try:
        return changed_prompts(repository, base.commit), ()
    except UsageError as error:
        return None, (_not_known(str(error), error.hint),)


def _not_known(why: str, command: str | None) -> Unjudged:
    why = f"which prompts changed: {why}, so every suite was run"
    return Unjudged(kind="changed", why=why, command=command, decides=True)
