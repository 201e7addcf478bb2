"""``eval add``: one more case for a suite, written into its file, of which nothing else changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promptctl.adapters.files import decode, parse_yaml
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.adapters.suites import load_suite
from promptctl.adapters.writing import write_file
from promptctl.adapters.yaml_tokens import yaml_tokens
from promptctl.core.files.made_trees import ChangedTree
from promptctl.core.files.yaml_edit import with_item
from promptctl.core.files.yaml_lines import mapping_lines
from promptctl.errors import StateError, UsageError
from promptctl.workflows.fmt import with_line_ends_of
from promptctl.workflows.gate_context import NO_SUITE

NO_CASE, NO_PLACE = "PC194", "PC195"
_TEMPLATES = ("{{", "{%", "{#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The case as it was written, its file, and how many cases the suite has now."""

    name: str
    file: str
    case: Mapping[str, Any]
    cases: int


def read_expectations(written: Sequence[str]) -> list[dict[str, Any]]:
    """Expectations as a command line writes them: ``contains: late`` or any other YAML. Raises UsageError."""
    found = []
    for text in written:
        value = parse_yaml(text.encode(), "--expect").value
        if not isinstance(value, dict) or not value:
            raise UsageError(NO_CASE, f"--expect {text}: no expectation", hint="--expect 'contains: late'")
        found.append(value)
    return found


def equals(answer: str) -> dict[str, Any]:
    """The expectation of exactly this answer. Raises UsageError for one that a suite would take for a template."""
    if any(sign in answer for sign in _TEMPLATES):
        message = "the answer holds what a suite takes for a template, so it cannot be expected word for word"
        raise UsageError(NO_CASE, message, hint="--expect 'contains: …'")
    return {"equals": answer}


def add_case(
    repository: Repository,
    name: str,
    case: str,
    inputs: Mapping[str, Any],
    expect: Sequence[Mapping[str, Any]],
    tags: Mapping[str, str],
) -> Added:
    """Appends a case to the suite in the files, comments and layout kept.

    Raises StateError without a suite, UsageError for a case that the suite cannot have, and where its list of cases is
    written on one line.
    """
    name, tree = repository.work.find(name), repository.work.tree
    path = f"prompts/{name}/eval.yaml"
    if path not in tree.files():
        raise StateError(NO_SUITE, f"{name} has no suite", hint=f"promptctl new --suite {name}")
    if not expect:
        raise UsageError(NO_CASE, "a case needs something to expect", hint="--expect 'contains: late', or --equals")
    written: dict[str, Any] = {"name": case} | ({"tags": dict(tags)} if tags else {})
    written |= {"inputs": dict(inputs)} if inputs else {}
    written |= {"expect": [dict(item) for item in expect]}
    data = _edited(tree.read(path), path, written)
    loaded = load_suite(Project(ChangedTree(tree, {path: data})), name)
    write_file(repository.root / path, data, path)
    return Added(name=name, file=path, case=written, cases=len(loaded.suite.cases) if loaded else 0)


def _edited(data: bytes, path: str, case: Mapping[str, Any]) -> bytes:
    """The file with one more case; whatever else it means stays, or it is refused."""
    text, value = decode(data, path), parse_yaml(data, path).value
    # Two spaces less than below a key: the file's own indentation is put before them.
    lines = [line[2:] for line in "\n".join(mapping_lines({"cases": [case]}, spread=["cases"])).split("\n")[1:]]
    edited = with_item(text, yaml_tokens(text), "cases", lines)
    found = with_line_ends_of(data, edited) if edited is not None else b""
    wanted = value | {"cases": [*value["cases"], case]}
    if edited is None or parse_yaml(found, path).value != wanted:
        hint = "write `cases:` as a list with a dash for each case, then add it again"
        raise UsageError(NO_PLACE, f"a case cannot be put behind the cases of {path}", hint=hint)
    return found
