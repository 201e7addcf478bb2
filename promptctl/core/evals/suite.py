"""A prompt's tests as a value: parsed from ``eval.yaml`` and its data sets, and named by a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promptctl.core.evals.case import DATASET, Case, Row, expand_cases
from promptctl.core.evals.gate import Gate, parse_gate
from promptctl.core.evals.packed import in_order
from promptctl.core.evals.packed_cases import pack_cases
from promptctl.core.files import schema
from promptctl.core.files.document import Document
from promptctl.core.models.request import compact_json
from promptctl.core.scorers.command import program_file
from promptctl.core.scorers.graded import judges
from promptctl.core.scorers.python import function_name
from promptctl.core.scorers.registry import Expectation
from promptctl.errors import DocumentError

DATASET_SUFFIXES = (".jsonl", ".csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The cases, how often each is asked of which models, and the gate. No ``models`` means the prompt's own."""

    cases: Sequence[Case]
    gate: Gate
    models: tuple[str, ...] = ()
    repeat: int = 1

    @property
    def functions(self) -> tuple[str, ...]:
        """The ``module:function`` names that ``python`` expectations call, sorted."""
        found = {
            function_name(expectation.argument)
            for case in self.cases
            for expectation in case.expect
            if expectation.kind == "python"
        }
        return tuple(sorted(found))

    @property
    def programs(self) -> tuple[str, ...]:
        """The files that ``command`` expectations run, sorted: paths below the prompt's folder."""
        found = {
            program_file(expectation.argument)
            for case in self.cases
            for expectation in case.expect
            if expectation.kind == "command"
        }
        return tuple(sorted(found))

    @property
    def judges(self) -> tuple[str, ...]:
        """The prompts that judge answers, as the suite names them, sorted."""
        return judges((found.kind, found.argument) for case in self.cases for found in case.expect)


def dataset_names(document: Document) -> tuple[str, ...]:
    """The data sets that ``eval.yaml`` names, each once: paths below the prompt's folder.

    Raises DocumentError for a malformed file and for paths that leave the folder or are neither .jsonl nor .csv.
    """
    schema.check(document, "eval")
    names = {entry["dataset"]: index for index, entry in enumerate(document.value["cases"]) if "dataset" in entry}
    problems = [
        document.problem(DATASET, f"`{name}` {fault}", ("cases", index, "dataset"), "for example cases.jsonl")
        for name, index in names.items()
        if (fault := _path_fault(name))
    ]
    if problems:
        raise DocumentError(tuple(problems))
    return tuple(names)


def _path_fault(name: str) -> str | None:
    if not name.endswith(DATASET_SUFFIXES):
        return "is neither a .jsonl nor a .csv file"
    if any(segment in ("", ".", "..") for segment in name.split("/")):
        return "is not a plain path below the prompt's folder"
    if "\\" in name or ":" in name or not name.isprintable():
        return "holds characters that are not portable in paths"
    return None


def parse_suite(document: Document, datasets: Mapping[str, Sequence[Row]], input_names: frozenset[str]) -> Suite:
    """The suite of a prompt with these inputs; ``datasets`` holds the rows of every file of ``dataset_names``.

    Raises DocumentError with the place in ``eval.yaml``: malformed, unknown inputs, templates that cannot be filled,
    arguments that no answer could meet, no cases, a gate over metrics or tags that nothing has.
    """
    dataset_names(document)
    cases = pack_cases(expand_cases(document, datasets, input_names))
    repeat = document.value.get("repeat", 1)
    return Suite(
        cases=cases,
        gate=parse_gate(document, cases, repeat),
        models=tuple(document.value.get("models", ())),
        repeat=repeat,
    )


def suite_digest(suite: Suite, sources: Mapping[str, str]) -> str:
    """``sha256:<hex>`` over everything that can change a score; the gate is not part of it.

    ``sources`` names what the suite runs (functions, judges) by the digest of its text.
    """
    rest = {"repeat": suite.repeat, "models": sorted(suite.models), "sources": dict(sorted(sources.items()))}
    # Case by case: cases that share large rows are many times larger when they are spelled out together.
    found = hashlib.sha256(b'promptctl-suite/v1\n{"cases":[')
    for number, case in enumerate(in_order(suite.cases, lambda case: case.name)):
        found.update(("," * (number > 0) + compact_json(case_form(case))).encode())
    found.update(("]," + compact_json(rest)[1:]).encode())
    return "sha256:" + found.hexdigest()


def case_form(case: Case) -> dict[str, Any]:
    """A case as plain data in a fixed order."""
    return {
        "name": case.name,
        "tags": dict(sorted(case.tags.items())),
        "inputs": dict(sorted(case.inputs.items())),
        "row": dict(sorted(case.row.items())),
        "expect": [expectation_form(expectation) for expectation in case.expect],
    }


def expectation_form(expectation: Expectation) -> dict[str, Any]:
    """An expectation as plain data in a fixed order."""
    return {
        "kind": expectation.kind,
        "argument": expectation.argument,
        "negate": expectation.negate,
        "name": expectation.name,
        "weight": expectation.weight,
    }
