"""``ci``: all that a change has to pass, judged at once: lint, the lock, and the suites of what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from promptctl.adapters.github import GithubEvent
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.core.evals.selection import Selection
from promptctl.core.lint.finding import tidy
from promptctl.errors import PromptctlError, StateError, UsageError
from promptctl.workflows.changed import ChangedPrompt
from promptctl.workflows.ci_answers import RECORDED, within
from promptctl.workflows.ci_base import CiBase, find_base
from promptctl.workflows.ci_files import judge_changed, judge_lint, judge_lock
from promptctl.workflows.ci_impact import impacts_of
from promptctl.workflows.ci_plan import EnvironmentPlan
from promptctl.workflows.ci_planning import plans_of
from promptctl.workflows.ci_refused import brought_answers, less_findings, not_run, refused_findings
from promptctl.workflows.ci_result import CiResult
from promptctl.workflows.ci_served import state_for
from promptctl.workflows.ci_suites import SuiteJudged, judge_suite
from promptctl.workflows.ci_unjudged import Unjudged
from promptctl.workflows.eval_plan import Planned, plan_suite
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.judged import Judged
from promptctl.workflows.untrusted import judge_change, ruled_by, trusted_base, untrusted_notes
from promptctl.workflows.untrusted_suite import OwnSuite

REFUSED_EVENT = "PC131"


@dataclass(frozen=True, slots=True, kw_only=True)
class CiWish:
    """How ``ci`` judges: ``base`` is what it compares with, ``fetch`` may bring what is missing, an ``untrusted``
    change is judged by what its base holds, and missing answers may cost ``max_cost`` US dollars; None asks nobody. In
    a ``pipeline`` the settings of the change do not say what it is compared with.
    """

    base: str | None = None
    fetch: bool = False
    untrusted: bool = False
    max_cost: float | None = None
    pipeline: bool = False


def ci(repository: Repository, event: GithubEvent, context: GateContext, wish: CiWish) -> CiResult:
    """Judges the work tree as a change of its base; nothing is written.

    Raises StateError on an event that runs foreign changes with this repository's secrets.
    """
    if event.name == "pull_request_target":
        message = (
            "pull_request_target runs a stranger's change with this repository's secrets, so ci does nothing there"
        )
        raise StateError(REFUSED_EVENT, message, hint="on: pull_request")
    if wish.untrusted:
        found = trusted_base(repository, wish.base, event, fetch=wish.fetch)
        repository = ruled_by(repository, found.commit or "")
    else:
        found = find_base(repository, wish.base, event, fetch=wish.fetch, pipeline=wish.pipeline)
    linted = judge_lint(repository)
    lock, unread = judge_lock(repository, found, linted)
    changed, unknown = judge_changed(repository, found)
    impacts, unseen = impacts_of(repository, found.commit, changed or ())
    names = repository.work.names if changed is None else [it.name for it in changed if it.kind != "removed"]
    spending = within(context, wish.max_cost)
    judge = _foreign if wish.untrusted else _own
    suites, notes, strange = judge(repository, found, names, spending)
    refused = refused_findings(repository, found.commit, untrusted=wish.untrusted)
    rules = repository.at(found.commit) if found.commit and wish.untrusted else None
    lesser = less_findings(rules, repository.work, strange) if rules else ()
    plans, unplanned = _planned(repository, event, found, changed, suites, fetch=wish.fetch)
    unanswered = [*(it for suite in suites for it in suite.unjudged), *not_run(strange)]
    unanswered += brought_answers(repository, found.commit) if found.commit and wish.untrusted else ()
    left = [*unknown, *unanswered, *unread, *unseen, *unplanned]
    return CiResult(
        base=found,
        lint=replace(linted, findings=tidy([*linted.findings, *refused, *lesser])),
        lock=lock,
        changed=changed,
        evals=tuple(it.judged for it in suites),
        impacts=impacts,
        plans=plans,
        unjudged=tuple(sorted(left, key=lambda it: not it.decides)),
        notes=(*_policy_note(repository, found.commit), *notes),
        asked=sum(it.asked for it in suites),
        spent=spending.stopping.spent if spending.stopping else 0.0,
    )


def _policy_note(repository: Repository, base: str | None) -> Iterator[str]:
    """Says that a change of the settings does not count for the change itself."""
    if base and _settings(repository.work) != _settings(repository.at(base)):
        yield "promptctl.toml is changed; environments go by the base's until it is merged"


def _settings(project: Project) -> bytes | None:
    """What the settings say, None for those that cannot be read, which are a finding."""
    if "promptctl.toml" not in project.tree.files():
        return b""
    try:
        return project.tree.read("promptctl.toml").replace(b"\r\n", b"\n")
    except UsageError:
        return None


def _planned(
    repository: Repository,
    event: GithubEvent,
    base: CiBase,
    changed: Sequence[ChangedPrompt] | None,
    suites: Iterable[SuiteJudged],
    *,
    fetch: bool,
) -> tuple[tuple[EnvironmentPlan, ...], tuple[Unjudged, ...]]:
    """Plans by the policy of the base, which the change cannot write."""
    if base.commit is None or not any(it.kind != "suite" for it in changed or ()):
        return (), ()
    ruled = ruled_by(repository, base.commit)
    state, unread = state_for(ruled, event, base.commit, fetch=fetch)
    if state is None:
        return (), (unread,) if unread else ()
    by_name = {it.judged.prompt: it for it in suites}
    return plans_of(ruled, ruled.at(base.commit), state, changed or (), by_name, fetch=fetch)


_Suites = tuple[tuple[SuiteJudged, ...], tuple[str, ...], Mapping[str, OwnSuite]]


def _own(repository: Repository, base: CiBase, names: Iterable[str], context: GateContext) -> _Suites:
    """Suites as the change has them. A run over chosen cases keeps nothing; here all of them are chosen."""
    before = repository.at(base.commit) if base.commit else None
    files = repository.work.tree.files()
    found = []
    for name in names:
        if f"prompts/{name}/eval.yaml" in files:
            try:
                planned = plan_suite(repository, name, Selection(only="*"))
            except PromptctlError as error:
                found.append(SuiteJudged(judged=Judged.without(name, error)))
            else:
                found.append(judge_suite(repository, planned, before, base.commit or "", context))
    suites = {name: f"prompts/{name}/eval.yaml" for name in repository.work.names}
    gone = [name for name, path in suites.items() if before and path in before.tree.files() and path not in files]
    return tuple(found), tuple(f"{name}: the change takes the suite away" for name in gone), {}


def _foreign(repository: Repository, base: CiBase, names: Iterable[str], context: GateContext) -> _Suites:
    """Suites as the base has them, and what a change's own cases say, which decides nothing."""
    before = repository.at(base.commit or "")
    found: dict[str, SuiteJudged] = {}
    notes: list[str] = []
    own: dict[str, OwnSuite] = {}
    for name in names:

        def run(planned: Planned, name: str = name) -> Judged:
            found[name] = judge_suite(repository, planned, before, base.commit or "", context)
            return found[name].judged

        it = judge_change(repository, before, name, RECORDED, within(context, None), run)
        if it.decides:
            found.setdefault(name, SuiteJudged(judged=it.judged))
        notes += (f"{name}: {text}" for text in untrusted_notes(it))
        own[name] = it.own
    return tuple(found.values()), tuple(notes), own
