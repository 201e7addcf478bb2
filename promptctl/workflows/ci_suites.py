"""The suites of a change, each beside the base's version of its prompt: a verdict, or what it lacks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.core.counting import count
from promptctl.core.evals.rows import Enough
from promptctl.errors import PromptctlError
from promptctl.workflows.ci_answers import Attempt, attempt, recorded_sources
from promptctl.workflows.ci_compare import compare_with_base
from promptctl.workflows.ci_unjudged import Unjudged
from promptctl.workflows.eval_plan import Planned
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.judged import Judged

UNKNOWN = "unknown"
"""The outcome of a suite that could not be judged to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteJudged:
    """One suite: what it says, and what it could not say. ``asked`` answers were given now.

    ``missing`` calls get what was not recorded, for ``price`` US dollars, None where that is unknown.
    """

    judged: Judged
    unjudged: tuple[Unjudged, ...] = ()
    asked: int = 0
    missing: int = 0
    price: float | None = 0.0


def judge_suite(
    repository: Repository, planned: Planned, base: Project | None, commit: str, context: GateContext
) -> SuiteJudged:
    """One suite by recorded replies, and by what ``context`` may spend, beside what the ``base`` at a commit says."""
    try:
        found = attempt(repository, planned, context)
    except PromptctlError as error:
        return SuiteJudged(judged=Judged.without(planned.subject.reference, error))
    judged = _judged(found)
    unjudged = (_unjudged(found, found.why, commit),) if found.why else ()
    answers = found.answers
    if base and answers:
        sources = recorded_sources(repository, planned, context)
        sources = replace(sources, trees=(base.tree, *sources.trees))
        comparison, left = compare_with_base(base, commit, planned.subject, answers, sources, planned.cases)
        judged, unjudged = replace(judged, comparison=comparison), (*unjudged, *left)
    asked = found.result.asked if found.result else 0
    return SuiteJudged(judged=judged, unjudged=unjudged, asked=asked, missing=found.calls, price=found.price)


def _judged(found: Attempt) -> Judged:
    """The verdict. One that something is left out of may be a "no", and is no "yes"."""
    name = found.planned.subject.reference
    if found.result is None:
        return Judged(prompt=name, ok=False, outcome=UNKNOWN, sentence=_in_part(found))
    judged = Judged.by(name, found.result)
    return replace(judged, ok=False, outcome=UNKNOWN) if judged.ok and found.why else judged


def _unjudged(found: Attempt, why: str, commit: str) -> Unjudged:
    return Unjudged(
        kind="suite",
        prompt=found.planned.subject.reference,
        why=why,
        command=_command(found, commit) if found.cases else found.hint,
        cases=found.cases,
        price=found.price if found.cases else None,
        decides=True,
    )


def _command(found: Attempt, commit: str) -> str:
    """Who records the answers: the author of a change, or of a stranger's change somebody who has a key."""
    name = found.planned.subject.reference
    if found.planned.trusted is None:
        return f"promptctl eval {name}"
    if found.price is None:
        return f"promptctl eval {name} --untrusted --base {commit}"
    return f"promptctl ci --untrusted --base {commit} --max-cost {max(1, math.ceil(100 * found.price)) / 100:.2f}"


def _in_part(found: Attempt) -> str:
    """What the replies that are there say."""
    suite = found.planned.subject.loaded.suite
    side = found.answers.side(Enough(min_pass=suite.gate.min_pass, repeat=suite.repeat)) if found.answers else None
    passed = side.passed if side else {}
    said = f"no verdict: {len(passed)} of {count(len(found.planned.cases), 'case')} answered"
    return f"{said}, {sum(passed.values())} of them pass" if passed else said
