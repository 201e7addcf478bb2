"""``ci``: all that a change has to pass, judged at once: lint, the lock, and the suites of what changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from promptctl.adapters.github import GithubEvent
from promptctl.adapters.repository import Repository, read_lock
from promptctl.core import lockfile
from promptctl.core.lint.finding import Finding, problem_finding, tidy
from promptctl.core.selection import Selection
from promptctl.errors import Place, PromptctlError, StateError, UsageError
from promptctl.workflows.changed import ChangedPrompt, changed_prompts
from promptctl.workflows.ci_base import CiBase, find_base
from promptctl.workflows.eval import EvalWish, evaluate_suite
from promptctl.workflows.eval_plan import plan_suite
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.hooks.lock_check import lock_finding
from promptctl.workflows.judged import Judged
from promptctl.workflows.lint import LintResult, lint
from promptctl.workflows.lock_base import Base
from promptctl.workflows.lock_check import check_lock
from promptctl.workflows.untrusted import UntrustedEval, judge_change, ruled_by, trusted_base, untrusted_notes

REFUSED_EVENT, NO_VERDICT, NOT_JUDGED = "PC131", "PC132", "PC133"


@dataclass(frozen=True, slots=True, kw_only=True)
class CiResult:
    """``lock`` are the lock's findings; ``changed`` is None where the base is missing: then every suite is run.

    ``unknown`` is what had to be judged and could not be, with the command that helps; ``notes`` what only informs.
    """

    base: CiBase
    lint: LintResult
    lock: tuple[Finding, ...]
    changed: tuple[ChangedPrompt, ...] | None
    evals: tuple[Judged, ...]
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Nothing refuses the change, and all was judged."""
        return not self.refused and not self.unknown

    @property
    def refused(self) -> bool:
        """Whether a finding or a suite says no."""
        return not self.lint.ok or bool(self.lock) or any(not found.ok for found in self.evals)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything as findings with places, for annotations."""
        evals = (_eval_finding(found) for found in self.evals if not found.ok)
        place = Place(lockfile.PATH)
        unknown = (Finding(code=NOT_JUDGED, level="error", message=text, place=place) for text in self.unknown)
        notes = (Finding(code=NOT_JUDGED, level="notice", message=text, place=place) for text in self.notes)
        return (*self.lint.findings, *self.lock, *evals, *unknown, *notes)


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
    lock, note = _lock(repository, found, linted)
    changed, unknown = _changed(repository, found)
    names = repository.work.names if changed is None else [it.name for it in changed if it.kind != "removed"]
    files = repository.work.tree.files()
    suites = [name for name in names if f"prompts/{name}/eval.yaml" in files]
    foreign = _foreign(repository, found, names, context) if untrusted else ()
    evals = () if untrusted else tuple(_evaluated(repository, name, context) for name in suites)
    notes = [note, *(f"{it.judged.prompt}: {text}" for it in foreign for text in untrusted_notes(it))]
    return CiResult(
        base=found,
        lint=linted,
        lock=lock,
        changed=changed,
        evals=evals or tuple(it.judged for it in foreign if it.decides),
        unknown=tuple(dict.fromkeys([*unknown, *(it.result.note for it in evals if it.result and it.result.note)])),
        notes=tuple(text for text in notes if text),
    )


def _foreign(
    repository: Repository, base: CiBase, names: Iterable[str], context: GateContext
) -> tuple[UntrustedEval, ...]:
    before = repository.at(base.commit or "")
    return tuple(judge_change(repository, before, name, EvalWish(), context) for name in names)


def _lock(repository: Repository, base: CiBase, linted: LintResult) -> tuple[tuple[Finding, ...], str | None]:
    """The lock's findings that are not lint's already, and what could not be judged of it."""
    try:
        result = check_lock(repository, base=_lock_base(repository, base))
    except UsageError as error:
        found = tidy(problem_finding(problem, lockfile.PATH) for problem in error.problems)
        left = tuple(finding for finding in found if finding not in linted.findings)
        return left, "the lock: prompts of it cannot be read" if not left else None
    return tidy(lock_finding(drift) for drift in result.findings), result.note


def _lock_base(repository: Repository, base: CiBase) -> Base | None:
    """The base for the lock where history cannot say it; None leaves it to history."""
    if base.commit is None or not repository.git.shallow:
        return None
    project = repository.at(base.commit)
    lock = read_lock(project)
    return Base(commit=base.commit, project=project, lock=lock, tip=lock)


def _changed(repository: Repository, base: CiBase) -> tuple[tuple[ChangedPrompt, ...] | None, tuple[str, ...]]:
    """What changed, or None and why that is not known."""
    if base.fault:
        return None, (f"which prompts changed: {base.fault}, so every suite was run; {base.fetch}",)
    if base.commit is None:
        return tuple(ChangedPrompt(name=name, kind="new") for name in repository.work.readable()[0]), ()
    try:
        return changed_prompts(repository, base.commit), ()
    except UsageError as error:
        return None, (f"which prompts changed: {error}, so every suite was run",)


def _evaluated(repository: Repository, name: str, context: GateContext) -> Judged:
    """One suite on recorded replies. A run over chosen cases keeps nothing; here all of them are chosen."""
    try:
        planned = plan_suite(repository, name, Selection(only="*"))
        result = evaluate_suite(repository, planned, EvalWish(mode="recorded"), context)
    except PromptctlError as error:
        return Judged.without(name, error)
    return Judged.by(name, result)


def _eval_finding(found: Judged) -> Finding:
    place = Place(f"prompts/{found.prompt}/eval.yaml")
    code = "eval" if found.result else NO_VERDICT
    return Finding(code=code, level="error", message=f"{found.prompt}: {found.sentence}", place=place, hint=found.hint)
