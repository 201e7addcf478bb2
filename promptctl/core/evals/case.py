"""The cases of a suite: written ones, and one for each row of a data set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from promptctl.core.evals.expectation import Expectations
from promptctl.core.files.document import Document, Path
from promptctl.core.models.request import compact_json
from promptctl.core.prompts.budget import Budget
from promptctl.core.scorers.argument import text_of
from promptctl.core.scorers.registry import Expectation
from promptctl.core.suggestion import suggest
from promptctl.errors import MOST_PROBLEMS, DocumentError, Problem

DATASET = "PC052"
CASE = "PC053"
NOT_JSON = "PC056"
MOST_CASES = 100_000

Row = Mapping[str, Any]
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test: ``inputs`` go to the prompt, ``row`` holds what else its data set says, ``expect`` is fully rendered.

    ``inputs`` are the given ones: defaults are the prompt's.
    """

    name: str
    expect: tuple[Expectation, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    row: Row = field(default_factory=dict)


def expand_cases(document: Document, datasets: Mapping[str, Sequence[Row]], inputs: frozenset[str]) -> Iterator[Case]:
    """All cases in the order of the file, data sets expanded, one after the other: there may be many.

    Raises DocumentError with the first problem of each entry, with names that stand twice, and for too many cases.
    """
    count = 0
    seen: set[str] = set()
    problems: list[Problem] = []
    repeated: list[Problem] = []
    budget = Budget()
    for index in range(len(document.value["cases"])):
        path = ("cases", index)
        try:
            for case in _entry(document, path, datasets, inputs, budget):
                count += 1
                if count > MOST_CASES:
                    raise document.error(CASE, f"a suite has at most {MOST_CASES} cases", path, "sample its data sets")
                if case.name in seen and len(repeated) < MOST_PROBLEMS:
                    repeated.append(_repeated(document, path, case.name))
                seen.add(case.name)
                yield case
        except DocumentError as error:
            problems.extend(error.problems)
        if len(problems) > MOST_PROBLEMS or count > MOST_CASES:
            break
    if problems or repeated:
        raise DocumentError((*problems, *repeated))


def _entry(
    document: Document, path: Path, datasets: Mapping[str, Sequence[Row]], inputs: frozenset[str], budget: Budget
) -> Iterator[Case]:
    written = document.value["cases"][path[-1]]
    unknown = next((name for name in written.get("inputs", {}) if name not in inputs), None)
    if unknown is not None:
        hint = suggest(unknown, inputs) or f"inputs: {', '.join(sorted(inputs)) or 'none'}"
        raise document.error(CASE, f"the prompt has no input `{unknown}`", (*path, "inputs", unknown), hint)
    expectations = Expectations(document, (*path, "expect"), budget)
    if "dataset" in written:
        return _rows(document, path, datasets, inputs, expectations)
    return iter((_case(document, path, expectations, written["name"], written.get("inputs", {}), {}, {}),))


def _rows(
    document: Document,
    path: Path,
    datasets: Mapping[str, Sequence[Row]],
    inputs: frozenset[str],
    expectations: Expectations,
) -> Iterator[Case]:
    """One case a row: a column named like an input fills it, ``tags.x`` tags, ``name`` names, the rest is ``row``."""
    written = document.value["cases"][path[-1]]
    file = written["dataset"]
    rows = datasets.get(file)
    if not rows:
        message = f"the data set {file} holds no rows" if rows is not None else f"the data set {file} was not read"
        raise document.error(DATASET, message, (*path, "dataset"))
    for number, row in enumerate(rows, 1):
        given = dict(written.get("inputs", {})) | {key: value for key, value in row.items() if key in inputs}
        tags = {key[5:]: value for key, value in row.items() if key.startswith("tags.") and value not in ("", None)}
        named = "name" not in inputs and row.get("name") not in ("", None)
        name = text_of(row["name"]) if named else f"{file}:{number}"
        if name is None:
            raise document.error(CASE, f"{file}:{number}: the column `name` holds no text", (*path, "dataset"))
        taken = inputs | {"name"} if "name" not in inputs else inputs
        rest = {key: value for key, value in row.items() if key not in taken and not key.startswith("tags.")}
        yield _case(document, path, expectations, name, given, tags, rest)


def _case(
    document: Document,
    path: Path,
    expectations: Expectations,
    name: str,
    inputs: Mapping[str, Any],
    tags: Mapping[str, Any],
    row: Row,
) -> Case:
    if _CONTROL.search(name) or len(name) > 200:
        raise document.error(CASE, f"{name[:60]!r} cannot name a case: at most 200 characters, none of control", path)
    spelled = {
        key: text_of(value) for key, value in {**document.value["cases"][path[-1]].get("tags", {}), **tags}.items()
    }
    wrong = next((key for key, value in spelled.items() if value is None), None)
    if wrong is not None:
        raise document.error(CASE, f"{name}: the tag `{wrong}` is not a text", path)
    found = Case(
        name=name,
        expect=expectations.rendered(name, row, inputs),
        tags={key: value for key, value in sorted(spelled.items()) if value is not None},
        inputs=inputs,
        row=row,
    )
    _check_json(document, path, found)
    return found


def _check_json(document: Document, path: Path, case: Case) -> None:
    """Everything in a case is hashed and sent as JSON, so NaN, infinities and broken text stop here."""
    try:
        compact_json([case.inputs, case.row, [expectation.argument for expectation in case.expect]]).encode()
    except (ValueError, TypeError, RecursionError) as error:
        message = f"{case.name}: holds a value that JSON cannot spell: {error}"
        raise document.error(NOT_JSON, message, path) from None


def _repeated(document: Document, path: Path, name: str) -> Problem:
    hint = "names tell cases apart in results and against the baseline"
    return document.problem(CASE, f"the name {name!r} stands twice", path, hint)
