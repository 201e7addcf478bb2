"""The columns of promptfoo's CSV tests: values, and assertions spelled as ``kind(threshold): value``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ASSERTION = re.compile(
    r"(?P<kind>(?:not-)?[a-z][a-z-]*)(?:\((?P<threshold>[0-9.]+)\))?(?::\s*(?P<value>.*))?", re.DOTALL
)
_CODE = {
    "fn": "javascript",
    "eval": "javascript",
    "javascript": "javascript",
    "python": "python",
    "grade": "llm-rubric",
}
_KINDS = frozenset(
    "equals contains icontains contains-any contains-all icontains-any icontains-all starts-with regex is-json "
    "contains-json levenshtein latency cost similar llm-rubric rouge-n bleu is-refusal factuality "
    "model-graded-closedqa answer-relevance perplexity word-count".split()
)
_LISTS = ("contains-any", "contains-all", "icontains-any", "icontains-all")


def test_of_row(row: Mapping[str, str]) -> dict[str, Any]:
    """A row as a test of the configuration. Special columns begin with two underscores."""
    test: dict[str, Any] = {"vars": {}}
    asserts: list[dict[str, Any]] = []
    for column, cell in row.items():
        if not column.startswith("__"):
            test["vars"][column] = cell
        elif re.fullmatch(r"__expected\d*", column):
            asserts += [assertion(cell)] if cell.strip() else []
        elif column.startswith("__metadata:"):
            name = column.removeprefix("__metadata:")
            value: Any = re.split(r"(?<!\\),", cell) if name.endswith("[]") else cell
            test.setdefault("metadata", {})[name.removesuffix("[]")] = value
        elif cell:
            test[column.removeprefix("__")] = cell
    if metric := test.pop("metric", None):
        asserts = [{**found, "metric": metric} for found in asserts]
    return test | ({"assert": asserts} if asserts else {})


def assertion(cell: str) -> dict[str, Any]:
    """A cell as an assertion; what names no kind is the answer itself."""
    found = _ASSERTION.fullmatch(cell.strip())
    kind = found["kind"] if found else ""
    if found and kind in _CODE and found["value"] is not None:
        return {"type": _CODE[kind], "value": found["value"]}
    if not found or kind.removeprefix("not-") not in _KINDS:
        return {"type": "equals", "value": cell}
    value: Any = found["value"]
    if kind.removeprefix("not-") in _LISTS and value is not None:
        value = [item.strip() for item in value.split(",")]
    read: dict[str, Any] = {"type": kind} | ({} if value is None else {"value": value})
    return read | ({"threshold": float(found["threshold"])} if found["threshold"] else {})
