"""Rendering over HTTP: the same messages as the command's, and nothing that a template can do to the server."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters import bounded
from promptctl.server.api import rendering
from promptctl.workflows import render as workflow
from tests.serving import Reply, Served, serving
from tests.shipping import NAME, done, line
from tests.support import GitRepository

CHAIN = "steps:\n- {name: first, prompt: support/triage, inputs: {ticket: '{{ text }}'}}\ninputs: {text: string}\n"
BOMB = (
    'inputs: {n: integer}\ntemplate: "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}"\n'
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    found = line(tmp_path_factory.mktemp("served"), staged=("1.0.0",))
    found.commit({"prompts/bomb/prompt.yaml": BOMB, "prompts/chain/prompt.yaml": CHAIN}, "more")
    found.git("push", "-q")
    return found


@pytest.fixture(scope="module")
def server(repository: GitRepository) -> Iterator[Served]:
    with serving(repository.folder) as found:
        yield found


def render(server: Served, name: str, body: Any, at: str = "") -> Reply:
    path = f"/api/v1/prompts/{name}/-/{f'at/{at}/' if at else ''}render"
    return server.ask(path, "POST", json.dumps(body).encode(), content_type="application/json")


INPUTS = {"ticket": "Charged twice"}
SAME: dict[str, tuple[str, str, dict[str, Any], list[str]]] = {
    "today": (NAME, "", {"inputs": INPUTS}, []),
    "a version": (NAME, "1.0.0", {"inputs": INPUTS}, []),
    "an environment": (NAME, "staging", {"inputs": INPUTS}, []),
    "a request": (NAME, "1.1.0", {"inputs": INPUTS, "format": "openai"}, ["--format", "openai"]),
    "of another model": (
        NAME,
        "",
        {"inputs": INPUTS, "format": "openai", "model": "gpt-4.1"},
        ["--format", "openai", "--model", "gpt-4.1"],
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_the_same_as_the_command(server: Served, repository: GitRepository, case: str) -> None:
    name, at, body, options = SAME[case]
    said = done(repository, "render", f"{name}@{at or 'main'}", "-i", "ticket=Charged twice", *options, "--json").data
    assert {**render(server, name, body, at).json, "reference": "", "version": ""} == {
        **said,
        "reference": "",
        "version": "",
    }


def test_a_chain_goes_on_with_what_its_steps_answered(server: Served) -> None:
    found = render(server, "chain", {"inputs": {"text": "x"}, "outputs": {}}).json
    assert (found["step"], found["prompt"], found["later_steps"]) == ("first", NAME, [])


REFUSED: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "no such prompt": ("nobody", {}, 404, "PC002"),
    "an input is missing": (NAME, {}, 400, "PC020"),
    "an unknown input": (NAME, {"inputs": {"nobody": 1}}, 400, "PC020"),
    "an unknown step": (NAME, {"inputs": INPUTS, "outputs": {"first": "x"}}, 400, "PC046"),
    "an unknown field": (NAME, {"input": {}}, 400, "PC001"),
    "loops in loops": ("bomb", {"inputs": {"n": 1}}, 400, "PC022"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_a_problem(server: Served, case: str) -> None:
    name, body, status, code = REFUSED[case]
    found = render(server, name, body)
    assert (found.status, found.json["code"]) == (status, code), found.body


def test_what_never_ends_is_stopped(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a loop in a C function would be, which nothing that counts can see."""
    children: list[int] = []
    stop = os.kill

    def killed(child: int, how: int) -> None:
        children.append(child)
        stop(child, how)

    monkeypatch.setattr("promptctl.adapters.bounded.os.kill", killed)
    monkeypatch.setattr(bounded, "SECONDS", 0.2)
    monkeypatch.setattr(workflow, "_next_call", lambda *_: sum(itertools.repeat(0)))
    found = render(server, NAME, {"inputs": INPUTS})
    assert (found.status, found.json["code"], len(children)) == (400, "PC022", 1)
    with pytest.raises(ProcessLookupError):
        stop(children[0], 0)


def test_only_some_are_rendered_at_once(server: Served) -> None:
    for _ in range(rendering.AT_ONCE):
        assert rendering._places.acquire(blocking=False)
    try:
        found = render(server, NAME, {"inputs": INPUTS})
        assert (found.status, found.json["code"]) == (429, "PC318")
    finally:
        rendering._places.release(rendering.AT_ONCE)
    assert render(server, NAME, {"inputs": INPUTS}).status == 200


def test_nothing_is_written(server: Served, repository: GitRepository) -> None:
    before = sorted(Path(repository.folder).rglob("*"))
    assert render(server, NAME, {"inputs": INPUTS}).status == 200
    assert sorted(Path(repository.folder).rglob("*")) == before
