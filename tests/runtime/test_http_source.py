"""Servers that misbehave (RELIABILITY I10): a look ends in time and in bounds, and what was served goes on."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from promptctl import OutsideError
from promptctl.adapters.bundle_http import HttpSource
from tests.bundles import small_bundle
from tests.runtime.prompting import bundle_server, prompts_of, serves, written


@pytest.mark.parametrize("tag", ['"1"', 'W/"é"'])
def test_an_address_is_asked_by_its_tag(tag: str) -> None:
    with bundle_server(small_bundle(serial=5).to_bytes()) as shelf:
        shelf.tag = tag
        prompts = prompts_of(shelf.url)
        assert prompts.refresh().ok
        assert (shelf.asked, prompts.status().refreshes) == ([None, tag], 1)
        shelf.data, shelf.tag = small_bundle(serial=6).to_bytes(), '"2"'
        assert prompts.refresh().serials["greet"] == 6
        serves(prompts, "fresh", None)


def answer(status: int, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def react(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return react


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(2)


def lie(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\x01garbage\r\n\r\n")


def flood(handler: BaseHTTPRequestHandler) -> None:
    """Never ends; the reader has to."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x" * (1 << 20))
    except OSError:
        pass


ANSWERS: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {
    "500": answer(500, b"{}"),
    "404": answer(404),
    "empty": answer(200),
    "garbage": answer(200, b"<html>sign in</html>"),
    "redirect": answer(302, location="https://elsewhere.example/"),
    "gzip": answer(200, b"\x1f\x8b", content_encoding="gzip"),
    "unasked 304": answer(304),
    "cut": answer(200, b"{", content_length="1000"),
    "hang up": hang_up,
    "no HTTP": lie,
    "huge": flood,
}


@pytest.mark.parametrize("called", ANSWERS)
def test_a_server_that_misbehaves(called: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promptctl.adapters.bundle_http.MAX_BYTES", 1 << 20)
    with bundle_server(small_bundle().to_bytes()) as shelf:
        prompts = prompts_of(shelf.url)
        shelf.react, prompts._keeper._tag = ANSWERS[called], None
        prompts.refresh()
        serves(prompts, "stale", "PC210" if called in ("empty", "garbage") else "PC217")
        shelf.react = None
        assert prompts.refresh().ok


def test_a_signed_bundle_from_a_server_that_closes_after_each_answer() -> None:
    with bundle_server(b"data") as shelf:
        shelf.react = answer(200, b"data", connection="close")
        found = HttpSource(shelf.url, signed=True).fetch(None)
    assert found
    assert (found.data, found.signature) == (b"data", b"data")


@pytest.mark.parametrize("pieces", [0, 10_000])
def test_a_server_that_is_slow_is_left(pieces: int) -> None:
    """Silence, or a byte at a time: the deadline is for the whole look, not for each read."""
    with bundle_server() as shelf:

        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            for _ in range(pieces):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                if shelf.released.wait(0.02):
                    return
            shelf.released.wait(30)

        shelf.react = drip
        with pytest.raises(OutsideError, match=r"no whole answer within 0\.2 s"):
            HttpSource(shelf.url, signed=False, seconds=0.2).fetch(None)


def test_the_start_waits_for_a_silent_source_as_long_as_it_is_told(tmp_path: Path) -> None:
    with bundle_server(small_bundle().to_bytes()) as shelf:

        def wait(_: BaseHTTPRequestHandler) -> None:
            shelf.released.wait(30)

        shelf.react = wait
        prompts = prompts_of(shelf.url, patience=0.01, fallback=written(tmp_path))
        serves(prompts, "fallback", None)
        shelf.react = None
        shelf.released.set()
        prompts.refresh()
        assert prompts.status().state == "fresh"
        prompts._keeper._guarded(prompts._keeper._fall_back)
        assert prompts.status().state == "fresh"


def test_a_server_that_is_down_at_the_start(tmp_path: Path) -> None:
    with bundle_server(small_bundle().to_bytes()) as shelf:
        assert prompts_of(shelf.url).status().ok
        url = shelf.url
    serves(prompts_of(url), "last-good", "PC217")
