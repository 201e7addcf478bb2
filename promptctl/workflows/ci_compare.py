"""What a change does to the answers: a prompt beside the base's version of it, under the same suite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from promptctl.adapters.project import Project
from promptctl.adapters.repository import read_lock
from promptctl.core.counting import count
from promptctl.core.evals.case import Case
from promptctl.core.evals.report import Difference
from promptctl.core.evals.rows import Answers, Enough, common, differences, paired_check
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.contract import accepts
from promptctl.errors import PromptctlError, UsageError
from promptctl.runtime.gateway.spending import Forecast
from promptctl.workflows.baseline import weaker_than
from promptctl.workflows.ci_impact import name_before
from promptctl.workflows.ci_unjudged import Unjudged
from promptctl.workflows.evaluation import own_model
from promptctl.workflows.evidence import Sources, Subject
from promptctl.workflows.missing import Missing, missing_answers


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseComparison:
    """``label`` is how the base's version is called. ``lost`` cases passed before and fail now, ``gained`` the other
    way round; ``cases`` is how many both sides could be judged on.

    ``differences`` are estimates of both sides over those cases, "pass_rate" first; costs in US dollars a case.
    ``weaker`` says how the suite asks for less than the base's.
    """

    label: str
    sentence: str
    cases: int = 0
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    weaker: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """What is printed of it as JSON."""
        return {
            "base": self.label,
            "sentence": self.sentence,
            "cases": self.cases,
            "lost": list(self.lost),
            "gained": list(self.gained),
            "differences": [it.to_dict() for it in self.differences],
            "weaker": list(self.weaker),
        }


def compare_with_base(
    base: Project, commit: str, candidate: Subject, now: Answers, sources: Sources, cases: Sequence[Case]
) -> tuple[BaseComparison | None, tuple[Unjudged, ...]]:
    """A prompt beside the base's version of it, by recorded replies alone, and what that leaves out.

    None where the base does not have the prompt, or nothing can be compared.
    """
    called = name_before(base, candidate.closure)
    if called is None:
        return None, ()
    label = _label(base, called)
    try:
        before = _before(base, called, candidate)
        weaker = weaker_than(candidate.loaded.suite, base, called)
        if before.digest == candidate.digest:
            sentence = "the prompt is as it was, only what judges it changed"
            return BaseComparison(label=label, sentence=sentence, weaker=weaker), ()
        fitting = [case for case in cases if accepts(before.closure, case.inputs)]
        if not fitting:
            sentence = f"not compared: the contract of {label} accepts none of the cases"
            return BaseComparison(label=label, sentence=sentence, weaker=weaker), ()
        model = own_model(before.closure, before.loaded.suite)
        found = missing_answers(before, sources, fitting, forecast=Forecast(sources.now), models=[model])
    except PromptctlError as error:
        return None, (_uncompared(candidate, f"not compared with {label}: {error}", error.hint),)
    old = Answers(model=model, results=found.replayed.results)
    left = _left_out(candidate, label, found, commit)
    if len(found.cases) == len(fitting):
        return BaseComparison(label=label, sentence=f"not compared with {label}", weaker=weaker), left
    return _compared(label, old, now, candidate, weaker), left


def _label(base: Project, called: str) -> str:
    """How the base's version is called: with its number, where the lock there has the prompt as it is."""
    entry = read_lock(base).prompts.get(called)
    try:
        agreed = entry is not None and entry.digest == base.digest(called)
    except UsageError:
        agreed = False
    return f"the base ({entry.version})" if entry and agreed else "the base"


def _before(base: Project, called: str, candidate: Subject) -> Subject:
    closure = base.closure(called)
    return Subject(
        name=called,
        reference=f"{called} of the base",
        released=False,
        closure=closure,
        digest=digest(closure),
        loaded=candidate.loaded,
    )


def _compared(label: str, before: Answers, now: Answers, candidate: Subject, weaker: tuple[str, ...]) -> BaseComparison:
    suite = candidate.loaded.suite
    enough = Enough(min_pass=suite.gate.min_pass, repeat=suite.repeat)
    old, new = common(before.side(enough), now.side(enough))
    return BaseComparison(
        label=label,
        sentence=paired_check(old, new, label).reason,
        cases=len(new.passed),
        lost=tuple(name for name in new.passed if old.passed[name] and not new.passed[name]),
        gained=tuple(name for name in new.passed if new.passed[name] and not old.passed[name]),
        differences=tuple(differences(old, new)),
        weaker=weaker,
    )


def _left_out(candidate: Subject, label: str, found: Missing, commit: str) -> tuple[Unjudged, ...]:
    if not found.cases:
        return ()
    why = f"not compared with {label} on {count(len(found.cases), 'case')}: no recorded reply of its version"
    command = f"promptctl eval {candidate.name} --against {commit}"
    return (_uncompared(candidate, why, command, found),)


def _uncompared(candidate: Subject, why: str, command: str | None, found: Missing | None = None) -> Unjudged:
    cases, price = (found.cases, found.price) if found else ((), None)
    return Unjudged(kind="comparison", prompt=candidate.reference, why=why, command=command, cases=cases, price=price)
