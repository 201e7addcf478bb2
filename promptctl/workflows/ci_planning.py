"""Plans of a change: for each environment what merging makes possible there, and what will be asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import State
from promptctl.core.counting import count
from promptctl.core.moves.pointer import Pointer
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.contract import change_class
from promptctl.core.releases.lockfile import LockEntry
from promptctl.core.settings import Environment
from promptctl.errors import Problem, PromptctlError
from promptctl.workflows.changed import ChangedPrompt
from promptctl.workflows.ci_plan import Direction, EnvironmentMove, EnvironmentPlan
from promptctl.workflows.ci_served import Live, bring_tags, live_text
from promptctl.workflows.ci_suites import SuiteJudged
from promptctl.workflows.ci_unjudged import Unjudged
from promptctl.workflows.promotion import barriers, under_way


def plans_of(
    repository: Repository,
    base: Project | None,
    state: State,
    changed: Iterable[ChangedPrompt],
    suites: Mapping[str, SuiteJudged],
    *,
    fetch: bool,
) -> tuple[tuple[EnvironmentPlan, ...], tuple[Unjudged, ...]]:
    """A plan for each environment of the policy, in its order, and what could not be read for them.

    Only prompts whose text changed can be promoted; without one there are no plans.
    """
    moving = [change for change in changed if change.kind != "suite"]
    environments = list(repository.settings.environments.values()) if moving else []
    unjudged: list[Unjudged] = []
    pointers = _pointers(state, environments, moving, unjudged)
    if fetch:
        bring_tags(repository, base, ((name, it) for (_, name), it in pointers.items() if it))
    plans = [
        EnvironmentPlan(
            environment=it.name,
            read=state.label,
            gate=it.gate,
            after=it.after,
            approvals=it.approvals,
            from_ci=it.from_ci,
            moves=tuple(_moves(repository, base, state, it, moving, pointers, suites, unjudged)),
        )
        for it in environments
    ]
    return tuple(plans), tuple(dict.fromkeys(unjudged))


def _pointers(
    state: State, environments: Sequence[Environment], moving: Iterable[ChangedPrompt], unjudged: list[Unjudged]
) -> dict[tuple[str, str], Pointer | None]:
    """What is served for each prompt in each environment, those left out that cannot be read."""
    found: dict[tuple[str, str], Pointer | None] = {}
    for change in moving:
        for environment in environments:
            try:
                found[environment.name, change.name] = state.live(environment.name, change.name)
            except PromptctlError as error:
                unjudged.append(Unjudged(kind="plan", prompt=change.name, why=str(error), command=error.hint))
    return found


def _moves(
    repository: Repository,
    base: Project | None,
    state: State,
    environment: Environment,
    moving: Iterable[ChangedPrompt],
    pointers: Mapping[tuple[str, str], Pointer | None],
    suites: Mapping[str, SuiteJudged],
    unjudged: list[Unjudged],
) -> Iterator[EnvironmentMove]:
    for change in moving:
        if (environment.name, change.name) in pointers:
            pointer = pointers[environment.name, change.name]
            try:
                yield _move(repository, base, state, environment, change, pointer, suites, unjudged)
            except PromptctlError as error:
                unjudged.append(Unjudged(kind="plan", prompt=change.name, why=str(error), command=error.hint))


def _move(
    repository: Repository,
    base: Project | None,
    state: State,
    environment: Environment,
    change: ChangedPrompt,
    pointer: Pointer | None,
    suites: Mapping[str, SuiteJudged],
    unjudged: list[Unjudged],
) -> EnvironmentMove:
    live = live_text(repository, base, change.name, pointer) if pointer else None
    closure = repository.work.closure(change.name) if change.kind != "removed" else None
    entry = read_lock(repository.work).prompts.get(change.name)
    agreed = entry if entry and closure and entry.digest == digest(closure) else None
    if live and live.why and closure:
        why = f"how it differs from what {environment.name} serves: {live.why}"
        unjudged.append(Unjudged(kind="plan", prompt=change.name, why=why, command=live.command))
    gate, price = _asked(environment, suites.get(change.name)) if closure else (None, 0.0)
    return EnvironmentMove(
        prompt=change.name,
        serving=str(live.pointer.served.version) if live else None,
        possible=str(agreed.version) if agreed else None,
        direction=_direction(live, agreed, removed=closure is None),
        contract=change_class(live.closure, closure) if live and live.closure and closure else None,
        gate=gate,
        price=price,
        refusals=tuple(_refusals(state, environment, change.name, pointer)),
    )


def _refusals(state: State, environment: Environment, name: str, pointer: Pointer | None) -> Iterator[Problem]:
    """What stands in the way today, whichever version is to be promoted."""
    yield from barriers(state, environment, in_ci=True)
    if pointer and pointer.split:
        yield under_way(name, environment.name, pointer.split)


def _direction(live: Live | None, entry: LockEntry | None, *, removed: bool) -> Direction:
    if removed:
        return "removed"
    if entry is None:
        return "unlocked"
    if live is None:
        return "first"
    served = live.pointer.served
    if (served.version, served.digest) == (entry.version, entry.digest):
        return "same"
    return "DOWNGRADE" if entry.version < served.version else "upgrade"


def _asked(environment: Environment, suite: SuiteJudged | None) -> tuple[str, float | None]:
    """What the gate will ask for, and about what that costs."""
    if environment.gate is None:
        return "none", 0.0
    if suite is None:
        return "asks for a suite, and there is none", None
    if environment.gate == "rerun":
        return "runs the suite anew", None
    if suite.judged.outcome == "none":
        return "asks for a verdict, and the suite gives none", None
    if not suite.missing:
        return f"takes the recorded replies, which say {suite.judged.outcome}", 0.0
    unpriced = ", of unknown price" if suite.price is None else ""
    return f"asks for {count(suite.missing, 'answer')} that nobody recorded{unpriced}", suite.price
