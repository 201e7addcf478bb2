"""``bisect``: finds the first version of a prompt at which a case fails, or a command of the user's says no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from promptctl.adapters.programs import run_check
from promptctl.adapters.repository import Repository
from promptctl.adapters.suites import LoadedSuite, load_suite
from promptctl.core.evals.bisection import Outcome, first_bad
from promptctl.core.evals.case import Case
from promptctl.core.evals.comparison import side
from promptctl.core.prompts.contract import accepts
from promptctl.core.releases.lockfile import ordered
from promptctl.core.releases.version import Version
from promptctl.errors import OutsideError, PromptctlError, StateError, UsageError
from promptctl.workflows.eval_plan import NO_SUCH_CASE
from promptctl.workflows.evaluation import own_model
from promptctl.workflows.evidence import Subject
from promptctl.workflows.gate_context import NO_SUITE, GateContext
from promptctl.workflows.gather import gather
from promptctl.workflows.kept_evidence import offline
from promptctl.workflows.release_tags import known_tags, require_tags
from promptctl.workflows.resolve import Resolved, resolve

NO_RANGE = "PC191"
SKIPPED = 125


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One version that was judged, and why so; ``asked`` answers were asked for."""

    label: str
    outcome: Outcome
    reason: str = ""
    asked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """What may be the first bad version: its commit, who wrote that (name and mail) and its subject line."""

    label: str
    commit: str | None
    author: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BisectResult:
    """``good`` is the last version that passes. With one suspect it is the first that fails; more were skipped."""

    name: str
    good: str
    suspects: tuple[Suspect, ...]
    steps: tuple[Step, ...]

    @property
    def ok(self) -> bool:
        return len(self.suspects) == 1


Judge = Callable[[Resolved], Step]


def bisect(
    repository: Repository, name: str, good: str | None, bad: str | None, judge: Judge, watch: Callable[[Step], None]
) -> BisectResult:
    """Searches the released versions from ``good`` (the first one) to ``bad`` (the last one, or any reference).

    Raises StateError where the ends are not what they are said to be or there is nothing between them.
    """
    states = _states(repository, repository.work.find(name), good, bad)
    steps: list[Step] = []

    def judged(index: int) -> Outcome:
        step = judge(states[index])
        steps.append(step)
        watch(step)
        return step.outcome

    for index, wanted in ((len(states) - 1, "bad"), (0, "good")):
        if judged(index) != wanted:
            raise _unlike(steps[-1], wanted)
    found = first_bad(len(states), judged)
    suspects = tuple(_suspect(repository, states[index]) for index in found.suspects)
    return BisectResult(name=name, good=_label(states[found.good]), suspects=suspects, steps=tuple(steps))


def _states(repository: Repository, name: str, good: str | None, bad: str | None) -> list[Resolved]:
    require_tags(repository, name)
    versions = list(ordered({tag.version: tag for tag in known_tags(repository, name)}))
    first = resolve(repository, f"{name}@{good or _end(versions, 0, name)}")
    last = resolve(repository, f"{name}@{bad or _end(versions, -1, name)}")
    between = [version for version in versions if _is_between(version, first, last)]
    found = [first, *(resolve(repository, f"{name}@{version}") for version in between), last]
    if first.digest == last.digest:
        raise StateError(NO_RANGE, f"{_label(first)} and {_label(last)} are the same", hint=f"promptctl history {name}")
    return found


def _end(versions: Sequence[Version], index: int, name: str) -> Version:
    if not versions:
        raise StateError(NO_RANGE, f"{name} was never released", hint="--good REF --bad REF")
    return versions[index]


def _is_between(version: Version, first: Resolved, last: Resolved) -> bool:
    return (first.version is None or version > first.version) and (last.version is None or version < last.version)


def _unlike(step: Step, wanted: str) -> StateError:
    if step.outcome == "skip":
        message = f"{step.label} cannot be judged: {step.reason}"
    else:
        message = f"{step.label} is {step.outcome}, not {wanted}" + (f": {step.reason}" if step.reason else "")
    return StateError(NO_RANGE, message, hint=f"name another end: --{wanted} REF")


def _label(state: Resolved) -> str:
    return str(state.version or state.reference.ref)


def _suspect(repository: Repository, state: Resolved) -> Suspect:
    if state.commit is None:
        return Suspect(label=_label(state), commit=None)
    line = repository.git.text("log", "-1", "--no-show-signature", "--format=%an <%ae>%x00%s", state.commit)
    author, _, subject = line.partition("\0")
    return Suspect(label=_label(state), commit=state.commit, author=author, subject=subject)


def by_cases(repository: Repository, name: str, glob: str, mode: str, context: GateContext) -> Judge:
    """Judges a version by cases of the suite in the files, on kept replies as far as there are some.

    Raises StateError without a suite, UsageError without such a case.
    """
    loaded = load_suite(repository.work, repository.work.find(name))
    if loaded is None:
        raise StateError(NO_SUITE, f"{name} has no suite", hint=f"promptctl new --suite {name}")
    cases = [case for case in loaded.suite.cases if fnmatchcase(case.name, glob) or case.name == glob]
    if not cases:
        names = ", ".join(case.name for case in loaded.suite.cases[:5])
        raise UsageError(NO_SUCH_CASE, f"no case of {name} matches `{glob}`", hint=f"cases: {names}")

    def judge(state: Resolved) -> Step:
        try:
            return _step(repository, state, loaded, cases, mode, context)
        except OutsideError:
            raise
        except PromptctlError as error:
            return Step(label=_label(state), outcome="skip", reason=str(error))

    return judge


def _step(
    repository: Repository,
    state: Resolved,
    loaded: LoadedSuite,
    cases: Sequence[Case],
    mode: str,
    context: GateContext,
) -> Step:
    label, model = _label(state), own_model(state.closure, loaded.suite)
    accepted = [case for case in cases if accepts(state.closure, case.inputs)]
    if not accepted:
        return Step(label=label, outcome="skip", reason="its contract accepts none of the cases")
    subject = Subject(
        name=state.name,
        reference=f"{state.name}@{state.reference.ref}",
        released=state.version is not None,
        closure=state.closure,
        digest=state.digest,
        loaded=loaded,
    )
    sources = replace(offline(repository, state.project, context), mode=mode, watch=context.watch)
    found = gather(subject, replace(sources, patience=context.patience), accepted, [model])
    passed = side(loaded.suite, found.results, model).passed
    failing = [case.name for case in accepted if passed.get(case.name) is False]
    if failing:
        reason = "; ".join(next((why for key, why in found.reasons.items() if key[0] == failing[0]), ()))
        return Step(label=label, outcome="bad", reason=f"{failing[0]}: {reason}", asked=found.asked)
    if any(case.name not in passed for case in accepted):
        error = next((result.error for result in found.results if result.error), "an answer is missing")
        return Step(label=label, outcome="skip", reason=error, asked=found.asked)
    return Step(label=label, outcome="good", asked=found.asked)


def by_command(repository: Repository, command: Sequence[str]) -> Judge:
    """Judges a version by a command: 0 is good, 125 skips, another code is bad.

    It finds the version as ``PROMPTCTL_PROMPT`` (NAME@REF) and ``PROMPTCTL_VERSION``.
    """

    def judge(state: Resolved) -> Step:
        label = _label(state)
        variables = {"PROMPTCTL_PROMPT": f"{state.name}@{state.reference.ref}", "PROMPTCTL_VERSION": label}
        code = run_check(command, repository.root, variables)
        outcome: Outcome = "good" if code == 0 else "skip" if code == SKIPPED else "bad"
        return Step(label=label, outcome=outcome, reason=f"{command[0]} ended with {code}" if code else "")

    return judge
