"""Verdicts over made-up outcomes, as the tests of the decision need them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from promptctl.core.evals.check import Check
from promptctl.core.evals.comparison import Baseline
from promptctl.core.evals.suite import Suite
from promptctl.core.evals.verdict import Verdict, decide
from tests.core.eval_samples import MODEL, results

AGAINST = "against: prod, pass_rate: {min: 0}"


def verdict(found: Suite, outcomes: Sequence[Any], before: Sequence[Any] | None = None, **fields: Any) -> Verdict:
    """The verdict on a case an outcome, compared with ``before`` where that is given."""
    baseline = None if before is None else Baseline(label="prod", model=MODEL, results=tuple(results(before)))
    return decide(suite=found, model=MODEL, results=results(outcomes), **{"baseline": baseline, **fields})


def check(found: Verdict, name: str, segment: str | None = None) -> Check:
    """The only check of that name and segment."""
    (only,) = [item for item in found.checks if (item.name, item.segment) == (name, segment)]
    return only
