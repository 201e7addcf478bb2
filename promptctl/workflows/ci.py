"""``ci``: all that a change has to pass, judged at once: lint, the lock, and the suites of what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from promptctl.adapters.github import GithubEvent
from promptctl.adapters.repository import Repository, read_lock
from promptctl.core import lockfile
from promptctl.core.lint.finding import Finding, problem_finding, tidy
from promptctl.core.selection import Selection
from promptctl.errors import PromptctlError, StateError, UsageError
from promptctl.workflows.changed import ChangedPrompt, changed_prompts
from promptctl.workflows.ci_base import CiBase, find_base
from promptctl.workflows.ci_result import CiResult, Unjudged
from promptctl.workflows.eval import EvalWish, evaluate_suite
from promptctl.workflows.eval_plan import plan_suite
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.hooks.lock_check import lock_finding
from promptctl.workflows.judged import Judged
from promptctl.workflows.lint import LintResult, lint
from promptctl.workflows.lock_base import Base
from promptctl.workflows.lock_check import check_lock
from promptctl.workflows.untrusted import UntrustedEval, judge_change, ruled_by, trusted_base, untrusted_notes

REFUSED_EVENT = "PC131"


def ci(
    repository: Repository,
    event: GithubEvent,
    context: GateContext,
    base: str | None = None,
    *,
    fetch: bool = False,
    untrusted: bool = False,
) -> CiResult:
    """Judges the work tree as a change of its base. Suites see recorded replies only, and nothing is written.

    An ``untrusted`` change is judged by what its base holds, whose providers are asked where there is a key for them.
    Raises StateError on an event that runs foreign changes with this repository's secrets.
    """
    if event.name == "pull_request_target":
        message = (
            "pull_request_target runs a stranger's change with this repository's secrets, so ci does nothing there"
        )
        raise StateError(REFUSED_EVENT, message, hint="on: pull_request")
    if untrusted:
        found = trusted_base(repository, base, event, fetch=fetch)
        repository = ruled_by(repository, found.commit or "")
    else:
        found = find_base(repository, base, event, fetch=fetch)
    linted = lint(repository.work)
    lock, unread = _lock(repository, found, linted)
    changed, unknown = _changed(repository, found)
    names = repository.work.names if changed is None else [it.name for it in changed if it.kind != "removed"]
    files = repository.work.tree.files()
    suites = [name for name in names if f"prompts/{name}/eval.yaml" in files]
    foreign = _foreign(repository, found, names, context) if untrusted else ()
    evals = () if untrusted else tuple(_evaluated(repository, name, context) for name in suites)
    notes = (f"{it.judged.prompt}: {text}" for it in foreign for text in untrusted_notes(it))
    return CiResult(
        base=found,
        lint=linted,
        lock=lock,
        changed=changed,
        evals=evals or tuple(it.judged for it in foreign if it.decides),
        unjudged=(*unknown, *_uncompared(evals), *unread),
        notes=tuple(notes),
    )


def _foreign(
    repository: Repository, base: CiBase, names: Iterable[str], context: GateContext
) -> tuple[UntrustedEval, ...]:
    before = repository.at(base.commit or "")
    return tuple(judge_change(repository, before, name, EvalWish(), context) for name in names)


def _lock(repository: Repository, base: CiBase, linted: LintResult) -> tuple[tuple[Finding, ...], tuple[Unjudged, ...]]:
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


def _changed(repository: Repository, base: CiBase) -> tuple[tuple[ChangedPrompt, ...] | None, tuple[Unjudged, ...]]:
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


def _uncompared(evals: Iterable[Judged]) -> Iterator[Unjudged]:
    """What suites compare with, and what is not here."""
    for found in evals:
        if found.result and found.result.note:
            yield Unjudged(kind="suite", prompt=found.prompt, why=found.result.note, decides=True)


def _evaluated(repository: Repository, name: str, context: GateContext) -> Judged:
    """One suite on recorded replies. A run over chosen cases keeps nothing; here all of them are chosen."""
    try:
        planned = plan_suite(repository, name, Selection(only="*"))
        result = evaluate_suite(repository, planned, EvalWish(mode="recorded"), context)
    except PromptctlError as error:
        return Judged.without(name, error)
    return Judged.by(name, result)
