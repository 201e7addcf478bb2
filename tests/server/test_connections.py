"""Who dawdles or says too much on a connection is let go, and everybody else is answered meanwhile."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from promptctl.server import connection as module
from promptctl.server.connection import MOST_HEAD
from tests.serving import Served, serving
from tests.shipping import line

HALF = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: "


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(line(tmp_path_factory.mktemp("served")).folder) as found:
        yield found


def connected(server: Served, sent: bytes) -> socket.socket:
    """A connection on which that was sent."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    found = socket.create_connection((host, int(port)), timeout=20)
    found.sendall(sent)
    return found


def ended(found: socket.socket) -> bytes:
    """What came until the server ended the connection."""
    said = b""
    try:
        while part := found.recv(1 << 16):
            said += part
    except ConnectionResetError:
        pass
    return said


def test_half_a_head_is_waited_for_no_longer_than_that(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEAD_SECONDS", 0.3)
    with ExitStack() as open_ones:
        dawdling = [open_ones.enter_context(closing(connected(server, sent))) for sent in (b"", b"G", HALF) * 10]
        assert server.ask("/healthz").status == 200
        assert {ended(found) for found in dawdling} == {b""}


def test_who_waits_longest_makes_room(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 8)
    with ExitStack() as open_ones:
        dawdling = [open_ones.enter_context(closing(connected(server, HALF))) for _ in range(30)]
        assert server.ask("/healthz").status == 200
        assert {ended(found) for found in dawdling[:20]} == {b""}
        dawdling[-1].sendall(b"y\r\nConnection: close\r\n\r\n")
        assert ended(dawdling[-1]).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("whole", [True, False])
def test_huge_headers_are_refused(server: Served, whole: bool) -> None:
    ending = b"\r\n\r\n" if whole else b""
    with closing(connected(server, HALF + b"x" * (MOST_HEAD + 1) + ending)) as found:
        assert ended(found).startswith(b"HTTP/1.1 400")
    assert server.ask("/healthz").status == 200


def test_a_body_that_nobody_wants_is_thrown_away_for_a_while(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINGER_SECONDS", 0.2)
    head = b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
    with closing(connected(server, head + b"x" * 1000)) as found:
        assert ended(found).startswith(b"HTTP/1.1 404")


def test_a_connection_is_kept_for_the_next_request(server: Served) -> None:
    whole = HALF + b"y\r\n\r\n"
    with closing(connected(server, whole)) as found:
        assert found.recv(1 << 16).startswith(b"HTTP/1.1 200")
        found.sendall(whole[:10])
        assert server.ask("/healthz").status == 200
        found.sendall(whole[10:])
        assert found.recv(1 << 16).startswith(b"HTTP/1.1 200")


def test_who_sends_too_much_reads_the_answer_before_the_end(server: Served) -> None:
    head = b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 4000000\r\n\r\n"
    with closing(connected(server, head)) as found:
        for _ in range(40):
            found.sendall(b"x" * 100_000)
        assert ended(found).startswith(b"HTTP/1.1 413")
