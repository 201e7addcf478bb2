"""``diff``: two states of prompts compared by meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from promptctl.adapters.bounded import alive
from promptctl.adapters.git.refs import commit_of
from promptctl.adapters.project import UNKNOWN_PROMPT
from promptctl.adapters.repository import Repository
from promptctl.core.diffs.diff import PromptDiff, prompt_diff
from promptctl.core.diffs.rendered_diff import CaseDiff, rendered_diff
from promptctl.core.releases.reference import Reference, parse_reference
from promptctl.errors import UsageError
from promptctl.workflows.resolve import Resolved, resolve

if TYPE_CHECKING:
    from promptctl.core.evals.suite import Suite

NO_CASES, NO_MESSAGES, NO_COMMIT = "PC030", "PC031", "PC032"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Both sides and what differs. ``cases`` is None unless the suite's cases were to be rendered."""

    old: Resolved
    new: Resolved
    diff: PromptDiff
    cases: tuple[CaseDiff, ...] | None = None

    @property
    def notes(self) -> str | None:
        """What either side's reference needs said, or None."""
        return "; ".join(side.note for side in (self.old, self.new) if side.note) or None


def diff(repository: Repository, old: str, new: str | None = None, *, rendered: bool = False) -> Compared:
    """Compares two references. With one alone, its other side is the work tree; a bare name is compared with HEAD.

    Raises UsageError for unknown prompts and for cases that do not exist, StateError for what cannot be read.
    """
    before, after = _sides(repository, old, new)
    cases = _cases(before, after) if rendered else None
    return Compared(old=before, new=after, diff=prompt_diff(before.closure, after.closure), cases=cases)


def _sides(repository: Repository, old: str, new: str | None) -> tuple[Resolved, Resolved]:
    if new is not None:
        return resolve(repository, old), resolve(repository, new)
    reference = parse_reference(old)
    if reference.ref != "work":
        return resolve(repository, old), resolve(repository, reference.name)
    after = resolve(repository, old)
    return _committed(repository, after), after


def _committed(repository: Repository, after: Resolved) -> Resolved:
    """The prompt at HEAD, under the name it had there."""
    if commit_of(repository.git, "HEAD") is None:
        raise UsageError(
            NO_COMMIT, "there is no commit yet to compare with", hint="promptctl diff A B, or commit first"
        )
    names = [after.name, *after.closure.prompt.formerly]
    for name in names:
        try:
            return resolve(repository, str(Reference(name, "git:HEAD")))
        except UsageError as error:
            if error.code != UNKNOWN_PROMPT or name == names[-1]:
                raise
    raise AssertionError("the last name was tried")


def _cases(before: Resolved, after: Resolved) -> tuple[CaseDiff, ...]:
    for side in (before, after):
        if side.closure.prompt.steps:
            message = f"{side.name} is a chain: what its steps are sent depends on answers"
            steps = ", ".join(dict.fromkeys(step.prompt for step in side.closure.prompt.steps))
            raise UsageError(NO_MESSAGES, message, hint=f"compare its steps: {steps}")
    from promptctl.adapters.suites import load_suite

    loaded = load_suite(after.project, after.name)
    if loaded is None:
        hint = f"promptctl new --suite {after.name}"
        raise UsageError(NO_CASES, f"{after.reference} has no eval.yaml, so there are no cases to render", hint=hint)
    return rendered_diff(before.closure, after.closure, _given(loaded.suite))


def _given(suite: Suite) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each case's name and inputs; every one shows that the work goes on."""
    for case in suite.cases:
        alive()
        yield case.name, case.inputs
