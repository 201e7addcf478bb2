"""What is read over HTTP: the same as the command line says, with entity tags, in pages, and as problems."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import pytest

from tests.serving import Served, serving
from tests.shipping import NAME, done, line
from tests.support import GitRepository


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    return line(tmp_path_factory.mktemp("served"), staged=("1.0.0",))


@pytest.fixture(scope="module")
def server(repository: GitRepository) -> Iterator[Served]:
    with serving(repository.folder) as found:
        yield found


SAME = {
    f"/api/v1/prompts/{NAME}": ("show", NAME),
    f"/api/v1/prompts/{NAME}/-/at/1.0.0": ("show", f"{NAME}@1.0.0"),
    f"/api/v1/prompts/{NAME}/-/at/staging": ("show", f"{NAME}@staging"),
    f"/api/v1/prompts/{NAME}/-/history": ("history", NAME),
    f"/api/v1/prompts/{NAME}/-/history?env=staging": ("history", NAME, "--env", "staging"),
    f"/api/v1/prompts/{NAME}/-/diff?old=1.0.0&new=1.1.0": ("diff", f"{NAME}@1.0.0", f"{NAME}@1.1.0"),
    "/api/v1/status": ("status",),
    "/api/v1/drift": ("drift",),
    "/api/v1/rollouts": ("rollout", "status"),
    "/api/v1/experiments": ("experiment", "list"),
}


@pytest.mark.parametrize("path", SAME)
def test_a_prompt_is_what_show_says(server: Served, repository: GitRepository, path: str) -> None:
    said = done(repository, *SAME[path], "--json").data
    found = server.ask(path).json
    assert {**found, "reference": None, "commit": None} == {**said, "reference": None, "commit": None}


def test_the_bundle_is_the_bundle(server: Served, repository: GitRepository) -> None:
    written = done(repository, "bundle", "staging").out.encode()
    assert server.ask("/api/v1/environments/staging/bundle").body == written


def test_a_unit_gets_what_the_environment_serves(server: Served) -> None:
    found = server.ask(f"/api/v1/environments/staging/prompts/{NAME}?unit=u1").json
    assert (found["version"], found["reason"], found["content"]["format"]) == ("1.0.0", "pointer", 1)


READ = [
    "/api/v1/prompts",
    "/api/v1/status",
    f"/api/v1/prompts/{NAME}",
    "/api/v1/environments/staging/bundle",
    f"/api/v1/environments/staging/prompts/{NAME}?unit=u",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/",
]


@pytest.mark.parametrize("path", READ)
def test_whoever_has_it_is_sent_nothing(server: Served, path: str) -> None:
    first = server.ask(path)
    again = server.ask(path, if_none_match=first.tag)
    assert (first.status, again.status, again.body, again.tag) == (200, 304, b"", first.tag)
    assert server.ask(path, if_none_match='"other"').body == first.body


@pytest.mark.parametrize("path", READ)
def test_a_packed_answer_is_the_same(server: Served, path: str) -> None:
    plain, packed = server.ask(path), server.ask(path, accept_encoding="gzip")
    if packed.headers.get("content-encoding") == "gzip":
        assert (gzip.decompress(packed.body), packed.tag != plain.tag) == (plain.body, True)
        assert server.ask(path, accept_encoding="gzip", if_none_match=packed.tag).status == 304
    else:
        assert len(plain.body) < 1000
        assert packed.body == plain.body


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("gzip ; q=0.000, br", False), ("br", False)],
)
def test_what_is_accepted_is_packed(server: Served, accepted: str, packed: bool) -> None:
    found = server.ask("/openapi.json", accept_encoding=accepted)
    assert (found.headers.get("content-encoding") == "gzip") == packed


@pytest.mark.parametrize("path", READ)
def test_a_head_request_has_no_body(server: Served, path: str) -> None:
    head = server.ask(path, "HEAD")
    assert (head.status, head.body, head.tag) == (200, b"", server.ask(path).tag)


REFUSED = {
    "/api/v1/prompts/nobody": (404, "PC002"),
    f"/api/v1/prompts/{NAME}/-/at/9.9.9": (404, "PC096"),
    "/api/v1/environments/nowhere/bundle": (404, "PC004"),
    "/api/v1/environments/staging/prompts/nobody": (404, "PC002"),
    f"/api/v1/environments/staging/prompts/{NAME}?attributes=1": (400, "PC001"),
    f"/api/v1/environments/staging/prompts/{NAME}?attributes={'[' * 5000}": (400, "PC001"),
    "/api/v1/prompts?page_size=0": (400, "PC001"),
    "/api/v1/prompts?page_token=%FF": (400, "PC001"),
    "/nowhere": (404, "PC001"),
}


@pytest.mark.parametrize("path", REFUSED)
def test_a_no_is_a_problem_with_a_code(server: Served, path: str) -> None:
    found = server.ask(path)
    assert (found.status, found.json["code"]) == REFUSED[path]
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json["type"] == f"urn:promptctl:error:{found.json['code']}"


def test_nothing_is_written_here(server: Served) -> None:
    for path in READ:
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            refused = server.ask(path, method, b"{}")
            assert refused.status == 405
            assert "GET" in refused.headers["allow"]


def test_pages_have_every_prompt_once(server: Served) -> None:
    names: list[str] = []
    token = ""
    while True:
        page = server.ask(f"/api/v1/prompts?page_size=1&page_token={token}").json
        names += [row["name"] for row in page["prompts"]]
        token = page["next_page_token"]
        if token is None:
            break
    assert names == [row["name"] for row in json.loads(server.ask("/api/v1/prompts").body)["prompts"]]
    assert len(names) == len(set(names)) == page["total"]
