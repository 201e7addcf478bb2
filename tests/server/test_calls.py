"""Calls, evidence and moves over HTTP: what a registry that has lived tells of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from promptctl.server.paging import token_of
from tests.evals import NAME
from tests.server.registry import CALL, INPUTS, OTHER_CALL, SINCE, Lived, lived
from tests.serving import Served, serving
from tests.shipping import done, run

NUL = "\0"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with lived(tmp_path_factory.mktemp("lived")) as found:
        yield found


@pytest.fixture(scope="module")
def server(registry: Lived) -> Iterator[Served]:
    with serving(registry.folder, store=registry.store) as found:
        yield found


def paged(server: Served, path: str, called: str, size: int) -> list[Any]:
    """All rows, a page at a time."""
    found: list[Any] = []
    token: str | None = ""
    while token is not None:
        page = server.ask(f"{path}{'&' if '?' in path else '?'}page_size={size}&page_token={token}").json
        assert len(page[called]) <= size
        found, token = found + page[called], page["next_page_token"]
    return found


LISTS = {
    f"/api/v1/prompts/{NAME}/-/versions": ("versions", 2),
    f"/api/v1/prompts/{NAME}/-/evidence": ("runs", 2),
    "/api/v1/environments/staging/moves": ("moves", 2),
    f"/api/v1/calls?{SINCE}": ("calls", 62),
    f"/api/v1/calls?{SINCE}&model=gpt-4.1": ("calls", 22),
}


@pytest.mark.parametrize("path", LISTS)
def test_pages_have_every_row_once(server: Served, path: str) -> None:
    called, count = LISTS[path]
    whole = server.ask(f"{path}{'&' if '?' in path else '?'}page_size=1000").json[called]
    assert (paged(server, path, called, max(1, count // 3)), len(whole)) == (whole, count)


def test_versions_are_those_of_the_history(server: Served) -> None:
    found = server.ask(f"/api/v1/prompts/{NAME}/-/versions").json
    assert found["versions"] == server.ask(f"/api/v1/prompts/{NAME}/-/history").json["versions"]
    assert [row["version"] for row in found["versions"]] == ["1.1.0", "1.0.0"]


def test_evidence_has_shares_with_intervals(server: Served) -> None:
    runs = server.ask(f"/api/v1/prompts/{NAME}/-/evidence").json["runs"]
    assert [(run["label"], run["passed"], run["cases"]) for run in runs] == [("1.1.0", 2, 3), ("1.0.0", 2, 3)]
    low, high = runs[0]["interval"]
    assert 0 < low < runs[0]["share"] == 2 / 3 < high < 1


def test_moves_of_an_environment_are_those_of_its_prompts(server: Served) -> None:
    found = server.ask("/api/v1/environments/staging/moves").json["moves"]
    said = server.ask(f"/api/v1/prompts/{NAME}/-/history?env=staging").json["moves"]
    assert [{**row, "environment": "staging"} for row in found] == [{**row, "prompt": NAME} for row in said]


def test_a_call_is_shown_with_exactly_what_was_sent(server: Served) -> None:
    found = server.ask(f"/api/v1/calls/{CALL}").json
    assert (found["messages"], found["exact"]) == ([{"role": "user", "content": INPUTS["ticket"]}], True)
    assert (found["inputs"], found["output"], found["served"]["reference"]) == (INPUTS, "OK: billing", f"{NAME}@1.0.0")
    assert [(it["name"], it["correction"]) for it in found["scores"]] == [("helpful", "billing")]


def test_a_call_without_its_inputs_says_so(server: Served) -> None:
    found = server.ask(f"/api/v1/calls/{OTHER_CALL}").json
    assert (found["messages"], found["unknown"]) == (None, "the call was kept without its inputs")


@pytest.mark.parametrize("what", [CALL, f"{NAME}@1.0.0", "the digest"])
def test_why_is_what_the_command_says(server: Served, registry: Lived, what: str) -> None:
    if what == "the digest":
        what = server.ask(f"/api/v1/calls/{CALL}").json["call"]["rendered"]
    said = run(registry.it.repository, "why", what, "--store", registry.store, "--json").data
    assert server.ask(f"/api/v1/why?what={what}").json == said


SAME = {
    f"/api/v1/costs/whatif?model=gpt-4.1&{SINCE}": ("costs", "whatif", "--model", "gpt-4.1"),
    f"/api/v1/costs/whatif?cache=24h&{SINCE}": ("costs", "whatif", "--cache", "24h"),
    f"/api/v1/costs/whatif?prompt={NAME}@1.0.0&{SINCE}": ("costs", "whatif", "--prompt", f"{NAME}@1.0.0"),
    f"/api/v1/feedback?{SINCE}&top=3": ("feedback", "list", "--top", "3"),
    f"/api/v1/feedback?{SINCE}&negative=true": ("feedback", "list", "--negative"),
}


@pytest.mark.parametrize("path", SAME)
def test_the_same_as_the_command(server: Served, registry: Lived, path: str) -> None:
    line = [*SAME[path], "--since", "2025-11-01", "--store", registry.store, "--json"]
    assert server.ask(path).json == done(registry.it.repository, *line).data


REFUSED = {
    f"/api/v1/calls/01K{999:023d}": (404, "PC235"),
    "/api/v1/calls/job%2F7": (404, "PC235"),
    "/api/v1/calls?since=nonsense": (400, "PC230"),
    "/api/v1/calls?page_token=bm9uc2Vuc2U=": (400, "PC001"),
    f"/api/v1/calls?page_token={token_of('--5 x')}": (400, "PC001"),
    f"/api/v1/calls?page_token={token_of('9999999999999999999 x')}": (400, "PC001"),
    f"/api/v1/calls?page_token={token_of(f'5 {NUL}')}": (400, "PC001"),
    "/api/v1/calls/x%00y": (400, "PC001"),
    "/api/v1/quality?name=x%00y": (400, "PC001"),
    "/api/v1/why?what=nobody": (404, "PC002"),
    "/api/v1/costs/whatif": (400, "PC001"),
    "/api/v1/costs/whatif?cache=1": (400, "PC182"),
    "/api/v1/environments/nowhere/moves": (404, "PC004"),
    "/api/v1/prompts/nobody/-/versions": (404, "PC002"),
    "/api/v1/prompts/nobody/-/evidence": (404, "PC002"),
}


@pytest.mark.parametrize("path", REFUSED)
def test_a_no_is_a_problem_with_a_code(server: Served, path: str) -> None:
    found = server.ask(path)
    assert (found.status, found.json["code"]) == REFUSED[path], found.body
