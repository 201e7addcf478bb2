"""What monitors and logs are told of requests: counts by route, and never what was asked for."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from promptctl.server import log as module
from promptctl.server.follower import Follower
from promptctl.server.log import JsonLines, RequestLog
from promptctl.server.metrics import Metrics
from tests.serving import Served, serving
from tests.shipping import NAME, line

SECRET = "sk-very-secret"
RESOLVED = f"/api/v1/environments/staging/prompts/{NAME}?unit={SECRET}"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, io.StringIO]]:
    """A server of which some things were asked, and its log."""
    folder, written = tmp_path_factory.mktemp("served"), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        patch.setattr(module, "EVERY", 0.01)
        with serving(line(folder, staged=("1.0.0",)).folder, access_log=True) as found:
            for _ in range(3):
                assert found.ask(RESOLVED, authorization=f"Bearer {SECRET}", host="localhost").status == 401
                assert found.ask(RESOLVED).status == 200
            found.ask(f"/nowhere/{SECRET}")
            found.ask("/api/v1/prompts", "POST", json.dumps({"a": SECRET}).encode())
            found.ask("/api/v1/prompts", host=f"{SECRET}.example")
            yield found, written


def samples(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float:
    return found[f"promptctl_{name}", frozenset(labels.items())]


def test_requests_are_counted_by_route(asked: tuple[Served, io.StringIO]) -> None:
    reply = asked[0].ask("/metrics")
    found = samples(reply.body.decode())
    route = "/api/v1/environments/{environment}/prompts/{name}"
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert of(found, "http_requests_total", method="GET", route=route, status="200") == 3
    assert of(found, "http_requests_total", method="GET", route="none", status="401") == 3
    assert of(found, "http_requests_total", method="GET", route="none", status="404") == 1
    assert of(found, "http_requests_total", method="POST", route="/api/v1/prompts", status="405") == 1
    assert of(found, "http_requests_total", method="GET", route="none", status="421") == 1
    assert of(found, "http_request_seconds_count", route=route) == 3
    assert of(found, "http_answers_kept_total") == 2
    assert (of(found, "following"), of(found, "follow_errors_total")) == (1, 0)
    assert 0 < of(found, "changed_timestamp_seconds") <= of(found, "looked_timestamp_seconds")
    commit = asked[0].ask("/readyz").json["commit"]
    assert of(found, "commit", commit=commit) == 1
    assert SECRET not in reply.body.decode()


def test_each_request_is_a_line_that_tells_nothing_of_what_was_asked(asked: tuple[Served, io.StringIO]) -> None:
    server, written = asked
    name = server.ask("/api/v1/status").headers["x-request-id"]
    while name not in written.getvalue():
        server.ask("/healthz")
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert all(list(line) == ["time", "level", "request", "method", "route", "status", "ms"] for line in lines)
    assert len({line["request"] for line in lines}) == len(lines)
    (found,) = (line for line in lines if line["request"] == name)
    assert (found["method"], found["route"], found["status"]) == ("GET", "/api/v1/status", 200)
    assert SECRET not in written.getvalue()


def test_a_log_that_nobody_reads_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 10)
    log = RequestLog(io.StringIO())
    for number in range(15):
        log.add(f"x-{number}", "GET", "/", 200, 0.1)
    stream = log._stream
    log.start()
    log.stop()
    assert isinstance(stream, io.StringIO)
    assert len(stream.getvalue().splitlines()) == 10


def test_a_bug_is_logged_without_its_words() -> None:
    def broken() -> None:
        raise ValueError(SECRET)

    try:
        broken()
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "a bug: %s", ("ValueError",), (type(error), error, None))
        record.exc_info = (type(error), error, error.__traceback__)
    found = json.loads(JsonLines().format(record))
    assert (found["message"], found["error"], found["level"]) == ("a bug: ValueError", "ValueError", "error")
    assert found["at"][-1].endswith(" broken")
    assert SECRET not in json.dumps(found)


def test_a_follower_that_fails_is_counted(tmp_path: Any) -> None:
    follower = Follower(line(tmp_path, staged=("1.0.0",)).folder, poll=3600)
    (follower.root / ".git").rename(tmp_path / "away")
    follower.look()
    follower.look()
    found = samples(Metrics(follower).text().decode())
    assert (of(found, "following"), of(found, "follow_errors_total")) == (0, 2)
