"""What a model is sent for the first cases of a suite, before and after, for whoever looks at a page."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.bounded import Worker
from promptctl.adapters.suites import load_suite
from promptctl.core.diffs.rendered_diff import CaseDiff, rendered_diff
from promptctl.errors import UsageError
from promptctl.workflows.diff import NO_CASES, NO_MESSAGES, Compared

MOST_CASES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesCompared:
    """The cases that were rendered, and how many the suite has."""

    cases: tuple[CaseDiff, ...]
    total: int


def diff_cases(compared: Compared) -> CasesCompared:
    """Renders the first cases of the newer side's suite with both sides; what is not released, in a child.

    Raises UsageError for chains, where there is no suite, and for what takes too long to render.
    """
    for side in (compared.old, compared.new):
        if side.closure.prompt.steps:
            raise UsageError(NO_MESSAGES, f"{side.name} is a chain: what its steps are sent depends on answers")
    loaded = load_suite(compared.new.project, compared.new.name)
    if loaded is None:
        hint = f"promptctl new --suite {compared.new.name}"
        raise UsageError(NO_CASES, f"{compared.new.reference} has no suite, so there are no cases to render", hint=hint)
    cases = loaded.suite.cases
    given = [(case.name, case.inputs) for case in cases[:MOST_CASES]]

    def rendered(_: None) -> tuple[CaseDiff, ...]:
        return rendered_diff(compared.old.closure, compared.new.closure, given)

    if all(side.version for side in (compared.old, compared.new)):
        return CasesCompared(cases=rendered(None), total=len(cases))
    worker = Worker(rendered)
    try:
        return CasesCompared(cases=worker(None), total=len(cases))
    finally:
        worker.close()
