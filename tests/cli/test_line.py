"""Plain command lines mean what the command line library takes them to mean; the others are left to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.cli.app import build
from promptctl.cli.commands.lock import Step
from promptctl.cli.line import plain_arguments
from promptctl.cli.parameters import parameters_of
from promptctl.cli.shell import load
from promptctl.cli.table import command_named, summaries


def plain(line: str) -> dict[str, Any] | None:
    words = line.split()
    name = command_named(words)
    assert name
    return plain_arguments(parameters_of(load(name)), words[len(name.split()) :])


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("status", {}),
        ("hash a/b", {"name": "a/b"}),
        ("hash --explain a/b --json", {"name": "a/b", "explain": True, "as_json": True}),
        ("render a -i x=1 --input y=2 -i -", {"name": "a", "inputs": ["x=1", "y=2", "-"]}),
        ("render a --format=messages", {"name": "a", "format": "messages"}),
        ("rollback a@1.0.0 prod --reason worse", {"reference": "a@1.0.0", "environment": "prod", "reason": "worse"}),
        ("promote a b prod", {"targets": ["a", "b", "prod"]}),
        ("hook lint one two", {"hook": "lint", "files": ["one", "two"]}),
        ("eval show a --case x*", {"names": ["a"], "case": "x*"}),
        ("run a", {"name": "a"}),
        ("lint a b -q", {"names": ["a", "b"], "quiet": True}),
        ("lock --bump major", {"bump": Step.major}),
    ],
)
def test_plain_lines_are_read(line: str, arguments: dict[str, Any]) -> None:
    assert plain(line) == arguments


@pytest.mark.parametrize(
    "line",
    [
        "hash",
        "hash a b",
        "hash a --help",
        "hash -- a",
        "hash a --expl",
        "hash a --explain=yes",
        "render a -i",
        "render a -i --json",
        "render a --format text --format text",
        "render a -ix=1",
        "render a -i=x",
        "status -qC .",
        "rollback a prod",
        "lock --bump largest",
        "eval --concurrency 3",
        "promote",
    ],
)
def test_other_lines_are_left_to_the_library(line: str) -> None:
    assert plain(line) is None


def test_a_value_from_the_environment_is_left_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTCTL_PROVIDER", "echo")
    assert plain("run a") is None
    assert plain("status") == {}


_WORDS = st.sampled_from(
    "a b/c prod - -- -i x=1 -q --json --json=1 -C . --format text --format=text --reason why --reason= --explain"
    " --tag t --env prod --check --bump minor --model -h --no-push --fix --select L0".split()
)


@given(name=st.sampled_from(sorted(summaries())), words=st.lists(_WORDS, max_size=5))
def test_what_is_read_is_what_the_library_reads(name: str, words: list[str]) -> None:
    function = load(name)
    parameters = parameters_of(function)
    found = plain_arguments(parameters, words)
    if found is None:
        return
    read = build().get_command(None, name).make_context(name, list(words)).params
    defaults = {parameter.name: None if parameter.required else parameter.default for parameter in parameters}
    assert {key: _spelled(value) for key, value in (defaults | found).items()} == {
        key: _spelled(defaults[key] if value in (None, ()) else value) for key, value in read.items()
    }


def _spelled(value: Any) -> Any:
    """The library converts lists and paths only when it calls the command."""
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Path) else value
