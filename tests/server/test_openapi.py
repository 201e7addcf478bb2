"""The API's description: nothing is undescribed, examples are answered as they say, and all else as described."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.server.openapi import examples, operations
from promptctl.server.routes import described_routes
from tests import docs_http
from tests.api_examples import answers, fields, options
from tests.api_run import ask_everything, served
from tests.server.registry import lived
from tests.serving import serving
from tests.shapes import validator
from tests.writing import World

DOCUMENT = described_routes().openapi()
OPERATIONS = {f"{method} {path}": operation for path, method, operation in operations(DOCUMENT)}
ANSWERED = [name for name in OPERATIONS if name != "GET /metrics"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("lived")
    with lived(folder) as it, serving(it.folder, **options(folder, it.store)) as server:
        yield World(folder, it.it.repository, server)


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_is_undescribed(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert len(operation["description"]) > 20
    assert operation["tags"]
    assert {"200", "400", "401", "403", "404", "409", "429", "503"} <= set(operation["responses"])
    (content,) = operation["responses"]["200"]["content"].values()
    assert content["schema"] not in ({}, None)
    for parameter in operation.get("parameters", ()):
        assert parameter.get("description") or parameter["in"] == "path" or "example" in parameter, parameter


def test_references_lead_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', text)) <= set(DOCUMENT["components"]["schemas"])
    assert "HTTPValidationError" not in text


@pytest.mark.parametrize("name", ANSWERED)
def test_an_example_is_as_its_route_is_described(name: str) -> None:
    schema = OPERATIONS[name]["responses"]["200"]["content"]["application/json"]["schema"]
    validator(json.dumps(schema)).validate(examples()[name])


def test_every_example_is_answered_as_it_says(world: World) -> None:
    found = answers(world)
    assert set(found) == set(ANSWERED) == set(examples())
    for name, answer in found.items():
        assert fields(answer) == fields(examples()[name]), f"{name}: python -m tests.api_examples"


def test_a_server_hands_out_its_description(world: World) -> None:
    assert world.server.ask("/openapi.json").json == json.loads(json.dumps(DOCUMENT))


def test_the_reference_has_every_route_and_count(world: World) -> None:
    page = docs_http.PAGE.read_text()
    assert page == docs_http.written(), "python -m tests.docs_http"
    (problem,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert world.server.ask("/api/v1/prompts/support/triage/-/at/9.9.9").json == json.loads(problem)
    world.server.ask("/nowhere")
    told = re.findall(r"^# TYPE (\w+)", world.server.ask("/metrics").body.decode(), re.MULTILINE)
    assert set(told) == set(re.findall(r"`(promptctl_\w+)`", page))
    statuses = {int(status) for row in re.findall(r"^\| ([\d, ]+) \|", page, re.MULTILINE) for status in row.split(",")}
    assert statuses == {int(status) for it in OPERATIONS.values() for status in it["responses"]} - {200, 304}


@pytest.mark.long
def test_whatever_is_asked_is_answered_as_described(tmp_path: Path) -> None:
    with served(tmp_path, 50) as (url, tokens):
        assert ask_everything(url, tokens, 20, 1).total() > 1000
