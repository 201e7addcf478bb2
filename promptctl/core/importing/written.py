"""The files of an imported prompt as text, in the layout that ``fmt`` gives: prompt.yaml, eval.yaml, its data sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from promptctl.core.files.yaml_lines import mapping_lines
from promptctl.core.importing.source import Imported, Test
from promptctl.core.models.request import compact_json
from promptctl.core.prompts.scaffold import modeline

_SPREAD = ("inputs", "messages", "cases")
_FEWEST_ROWS = 3


def files(found: Imported) -> dict[str, str]:
    """The texts of a prompt's files by their names."""
    written = {"prompt.yaml": _document("prompt", found.value)}
    if found.tests:
        suite, rows = _suite(found)
        written["eval.yaml"] = _document("eval", suite)
        written |= {name: "".join(f"{compact_json(row)}\n" for row in lines) for name, lines in rows.items()}
    return written


def _document(kind: str, value: Mapping[str, Any]) -> str:
    return "\n".join([modeline(kind), *mapping_lines(value, spread=_SPREAD)]) + "\n"


def _suite(found: Imported) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """What eval.yaml says, and the rows of its data sets.

    Tests that expect the same are rows of one data set; so are those whose values are not all inputs.
    """
    inputs = found.value.get("inputs", {})
    cases: list[dict[str, Any]] = []
    rows: dict[str, list[dict[str, Any]]] = {}
    for tests in _alike(_with_names(found.tests)):
        if len(tests) < _FEWEST_ROWS and all(test.values.keys() <= inputs.keys() for test in tests):
            cases += [_case(test) for test in tests]
        else:
            name = f"cases-{len(rows) + 1}.jsonl" if rows else "cases.jsonl"
            rows[name] = [_row(test, inputs) for test in tests]
            cases.append({"dataset": name, "expect": [dict(item) for item in tests[0].expect]})
    return {**found.suite, "cases": cases}, rows


def _alike(tests: Iterable[Test]) -> list[list[Test]]:
    groups: dict[str, list[Test]] = defaultdict(list)
    for test in tests:
        groups[compact_json(list(test.expect))].append(test)
    return list(groups.values())


def _with_names(tests: Sequence[Test]) -> Iterator[Test]:
    """The tests with names that tell them apart."""
    seen: dict[str, int] = defaultdict(int)
    for number, test in enumerate(tests, 1):
        name = (" ".join(test.name.split()) or f"test {number}")[:180]
        seen[name] += 1
        name = f"{name} ({seen[name]})" if seen[name] > 1 else name
        yield Test(name=name, values=test.values, expect=test.expect, tags=test.tags)


def _case(test: Test) -> dict[str, Any]:
    case: dict[str, Any] = {"name": test.name}
    case |= {"tags": dict(test.tags)} if test.tags else {}
    case |= {"inputs": dict(test.values)} if test.values else {}
    return case | {"expect": [dict(item) for item in test.expect]}


def _row(test: Test, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """``name`` names the case unless an input is called so."""
    named = {} if "name" in inputs else {"name": test.name}
    return named | {f"tags.{key}": value for key, value in test.tags.items()} | dict(test.values)
