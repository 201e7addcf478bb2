"""What is refused before any route sees it, and what every answer carries."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing

import pytest

from promptctl.server.guard import MOST_BODY, MOST_TARGET
from tests.serving import Served, serving
from tests.shipping import line

HOSTS = ("registry.example", "Prompts.example:8443")
NAMES = {
    "localhost": 200,
    "LOCALHOST:8420": 200,
    "127.0.0.1": 200,
    "[::1]:8420": 200,
    "registry.example": 200,
    "registry.example:443": 200,
    "prompts.example:8443": 200,
    "prompts.example": 200,
    "evil.example": 421,
    "localhost.evil.example": 421,
    "127.0.0.1.evil.example": 421,
    "localhost@evil.example": 421,
    "": 421,
}
ORIGINS = {
    "http://localhost:8420": 200,
    "https://registry.example": 200,
    "https://evil.example": 403,
    "null": 403,
    "http://localhost.evil.example": 403,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(line(tmp_path_factory.mktemp("served")).folder, hosts=HOSTS) as found:
        yield found


@pytest.mark.parametrize("name", NAMES)
def test_only_who_calls_it_by_its_name_is_answered(server: Served, name: str) -> None:
    assert server.ask("/healthz", host=name).status == NAMES[name]


@pytest.mark.parametrize("origin", ORIGINS)
def test_pages_of_other_hosts_get_nothing(server: Served, origin: str) -> None:
    found = server.ask("/api/v1/prompts", origin=origin)
    assert found.status == ORIGINS[origin]
    assert "access-control-allow-origin" not in found.headers


def test_what_is_too_long_is_refused(server: Served) -> None:
    assert server.ask("/healthz?" + "x" * MOST_TARGET).status == 414
    assert server.ask("/healthz?" + "x" * (MOST_TARGET - 100)).status == 200
    assert server.ask("/api/v1/prompts", "POST", content_length=str(MOST_BODY + 1)).status == 413


def test_a_body_without_a_length_is_cut_off(server: Served) -> None:
    parts = (b"x" * (1 << 16) for _ in range(32))
    with closing(http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)) as connection:
        connection.request("POST", "/api/v1/prompts", parts, {"Transfer-Encoding": "chunked"}, encode_chunked=True)
        with connection.getresponse() as answer:
            assert answer.status == 405
    assert server.ask("/healthz").status == 200


@pytest.mark.parametrize("path", ["/", "/api/v1/prompts", "/nowhere", "/healthz", "/openapi.json"])
def test_every_answer_keeps_browsers_in_bounds(server: Served, path: str) -> None:
    headers = server.ask(path).headers
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "server" not in headers


def test_what_a_browser_has_keeps_its_policy(server: Served) -> None:
    again = server.ask("/", if_none_match=server.ask("/").tag)
    assert (again.status, "content-security-policy" in again.headers) == (304, False)
