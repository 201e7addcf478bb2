"""The reference pages keep up with the schemas and the scorers: samples are valid, keys are told, examples score so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from promptctl import schemas
from promptctl.adapters.files import parse_yaml
from promptctl.adapters.settings import parse_toml
from promptctl.core.evals.suite import parse_suite
from promptctl.core.files import schema
from promptctl.core.files.document import Document
from promptctl.core.moves.drift import LEVELS
from promptctl.core.scorers.answer import Answer
from promptctl.core.scorers.registry import SCORERS, score
from tests.console import Written, steps

DOCS = Path(__file__).parent.parent / "docs"
REFERENCE = DOCS / "reference"
KINDS = {
    "promptctl.toml": "settings",
    "prompt.yaml": "prompt",
    "eval.yaml": "eval",
    "prompts.lock": "lock",
    "_freeze.yaml": "freeze",
    "grace@example.org.yaml": "approval",
    "triage.yaml": "pointer",
    "triage.moves.jsonl": "move",
    "triage-tone.yaml": "experiment",
}


def samples() -> Iterator[Any]:
    """Every file that the reference pages show, with its kind."""
    for page in sorted(REFERENCE.glob("*.md")):
        for step in steps(page.read_text(encoding="utf-8")):
            if isinstance(step, Written) and not step.path.endswith(".py"):
                yield pytest.param(step, KINDS[Path(step.path).name], id=f"{page.stem}:{step.path}")


def parsed(step: Written) -> Document:
    """A sample as a document."""
    if step.path.endswith(".toml"):
        return parse_toml(step.text.encode(), step.path)
    if step.path.endswith((".lock", ".jsonl")):
        return Document(step.path, json.loads(step.text), {}, step.text)
    return parse_yaml(step.text.encode(), step.path)


@pytest.mark.parametrize(("step", "kind"), list(samples()))
def test_samples_are_valid(step: Written, kind: str) -> None:
    schema.check(parsed(step), kind)


def test_there_is_a_sample_of_each_kind() -> None:
    shown = {parameter.values[1] for parameter in samples()}
    assert shown == set(schemas.KINDS) - {"evidence", "bundle", "experiment-report"}


def keys(kind: str, *path: str) -> set[str]:
    """The keys that a schema knows at a place."""
    found: Any = schemas.load(kind)
    for step in path:
        found = found[step]
    return set(found["properties"])


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("settings.md", keys("settings")),
        ("settings.md", keys("settings", "properties", "repository")),
        ("settings.md", keys("settings", "properties", "defaults") | keys("settings", "properties", "lint")),
        ("settings.md", keys("settings", "properties", "environments", "additionalProperties")),
        ("settings.md", keys("settings", "properties", "providers", "additionalProperties")),
        ("files.md", keys("prompt")),
        ("files.md", keys("pointer")),
        ("files.md", keys("pointer", "$defs", "split") | keys("pointer", "$defs", "arm")),
        ("files.md", keys("bundle") | keys("bundle", "properties", "content") | keys("bundle", "$defs", "pointer")),
        ("files.md", keys("move")),
        ("files.md", keys("freeze")),
        ("files.md", keys("evidence", "$defs", "result") | {"time", "tool", "durations"}),
        ("evals.md", keys("eval")),
        ("evals.md", keys("eval", "$defs", "gate") | {"min", "max", "max_drop", "max_rise"}),
    ],
)
def test_every_key_is_told(page: str, told: set[str]) -> None:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    assert {key for key in told if not re.search(rf"\b{key}\b", text)} == set()


def rows() -> list[list[str]]:
    """The table of expectations: kind, meaning, example, an answer that passes, one that fails."""
    text = (REFERENCE / "evals.md").read_text(encoding="utf-8")
    table = text.partition("| kind | passes when |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def answer(cell: str) -> Answer:
    """An answer as the table writes it: a text in backticks, or what it took in parentheses."""
    if found := re.fullmatch(r"\((\d+) ms\)", cell):
        return Answer(text="", latency_ms=float(found[1]))
    if found := re.fullmatch(r"\(\$([\d.]+)\)", cell):
        return Answer(text="", cost=float(found[1]))
    return Answer(text=cell.strip("`"))


def test_every_kind_of_expectation_is_told_with_its_meaning() -> None:
    assert {row[0].strip("`"): row[1] for row in rows() if row[0]} == {
        kind: scorer.meaning for kind, scorer in SCORERS.items()
    }


@pytest.mark.parametrize("row", [row for row in rows() if row[3]], ids=lambda row: row[2])
def test_examples_of_expectations_are_true(row: list[str]) -> None:
    text = f"cases:\n  - name: x\n    expect:\n      - {row[2].strip('`')}\n"
    document = parse_yaml(text.encode(), "eval.yaml")
    (case,) = parse_suite(document, {}, frozenset()).cases
    (expectation,) = case.expect
    assert score(expectation, answer(row[3])).passed
    assert not score(expectation, answer(row[4])).passed


def test_every_finding_of_drift_is_told() -> None:
    text = (DOCS / "explanation" / "model.md").read_text(encoding="utf-8")
    told: dict[str, str] = {}
    for line in re.findall(r"^\| `.*", text, re.MULTILINE):
        kinds, level, _ = line.strip("| ").split(" | ")
        told |= dict.fromkeys(re.findall(r"`([a-z-]+)`", kinds), level)
    assert told == LEVELS
