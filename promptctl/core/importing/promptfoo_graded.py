"""promptfoo's assertions that a model judges, where one of our judges is asked the same question.

https://www.promptfoo.dev/docs/configuration/expected-outputs/model-graded/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FACTS = "Nothing in it disagrees with this expert answer, of which it may say less or more: {value}"
_RUBRICS: Mapping[str, str] = {
    "llm-rubric": "{value}",
    "g-eval": "{value}",
    "model-graded-closedqa": "{value}",
    "factuality": _FACTS,
    "model-graded-factuality": _FACTS,
}
_LEAST = {"g-eval": 0.7}
GRADED = frozenset({*_RUBRICS, "context-faithfulness"})
"""Kinds that are asked of a judge here."""


def graded(kind: str, value: Any, threshold: float | None, names: frozenset[str]) -> tuple[str, Any] | str:
    """The kind of expectation and its argument, or why a judge is not asked the same.

    ``value`` has its templates as a suite has them; ``names`` are the test's values that are inputs of the prompt.
    """
    if kind == "context-faithfulness":
        if "context" not in names:
            return "has no value `context` that the prompt takes"
        if not threshold:
            return "has no threshold, so that it never fails there"
        return "grounded", {"min": threshold, "inputs": {"context": "{{ inputs.context }}"}}
    if not isinstance(value, str) or not value.strip():
        return "has no rubric that is a text"
    least = threshold if threshold is not None else _LEAST.get(kind)
    if least is not None and not 0 < least <= 1:
        return "has a threshold that is no share"
    bound = {} if least is None else {"min": least}
    rubric = _RUBRICS[kind].replace("{value}", value.strip())
    return "judge", {"prompt": "judges/rubric", **bound, "inputs": {"rubric": rubric}}
