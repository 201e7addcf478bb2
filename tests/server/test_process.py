"""The server as a process: it stops in good order, and its workers all follow the repository."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import pytest

from tests.server.test_following import wait_until
from tests.serving import Served
from tests.shipping import NAME, done, line, refused

RESOLVED = f"/api/v1/environments/prod/prompts/{NAME}"


_TOLD_BEFORE_IT_RUNS = """
import os, signal, uvicorn
from promptctl.__main__ import main

run = uvicorn.Server.run


def told(*given, **named):
    os.kill(os.getpid(), signal.SIGTERM)
    run(*given, **named)


uvicorn.Server.run = told
main()
"""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server of its own."""

    process: subprocess.Popen[str]
    server: Served

    @property
    def is_refused(self) -> bool:
        try:
            self.server.ask("/healthz")
        except URLError:
            return True
        except OSError:
            return False
        return False


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Running]:
    """``promptctl serve``, killed at the end unless it ended before."""
    line = [sys.executable, "-P", "-m", "promptctl", "serve", "--port", "0", "--poll", "0.1", "-C", str(folder)]
    with subprocess.Popen([*line, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            found = re.search(r"http://\S+?(?=/)", process.stderr.readline())
            assert found
            yield Running(process=process, server=Served(url=found[0]))
        finally:
            process.kill()


def test_what_is_under_way_is_finished_and_nothing_else_begun(tmp_path: Path) -> None:
    body = json.dumps({"inputs": {"ticket": "Charged twice"}}).encode()
    with running(line(tmp_path, staged=("1.0.0",)).folder) as it:
        with closing(http.client.HTTPConnection(it.server.url.removeprefix("http://"), timeout=30)) as connection:
            connection.putrequest("POST", f"/api/v1/prompts/{NAME}/-/render")
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body[:10])
            assert it.server.ask("/healthz").status == 200
            it.process.send_signal(signal.SIGTERM)
            wait_until(lambda: it.is_refused)
            assert it.process.poll() is None
            connection.send(body[10:])
            answer = connection.getresponse()
            assert (answer.status, json.loads(answer.read())["name"]) == (200, NAME)
        assert it.process.wait(20) == 0
        assert it.process.stderr
        *_, last = (json.loads(line) for line in it.process.stderr.read().splitlines() if line.startswith("{"))
        assert (last["route"], last["status"]) == ("/api/v1/prompts/{name}/-/render", 200)


def test_what_others_count_is_not_counted_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "counts"
    folder.mkdir()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
    repository = line(tmp_path, staged=("1.0.0",)).folder
    for _ in range(2):
        with running(repository) as it:
            assert it.server.ask("/healthz").status == 200
            said = it.server.ask("/metrics").body.decode()
            assert 'promptctl_http_requests_total{method="GET",route="/healthz",status="200"} 1.0\n' in said
    assert not list(folder.iterdir())


@pytest.mark.parametrize("wish", ["--poll=0", "--poll=-1", "--fetch=0", "--poll=nan", "--fetch=inf", "--poll=1e10"])
def test_who_looks_without_a_pause_is_refused(tmp_path: Path, wish: str) -> None:
    refused(line(tmp_path, staged=("1.0.0",)), "serve", "--port=0", wish, code=2, error="PC001")


def test_who_is_told_to_stop_while_it_starts_stops(tmp_path: Path) -> None:
    words = [sys.executable, "-P", "-c", _TOLD_BEFORE_IT_RUNS, "serve", "--port", "0"]
    ended = subprocess.run(
        words, cwd=line(tmp_path, staged=("1.0.0",)).folder, capture_output=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.long
def test_every_worker_sees_what_moved_and_ends_with_its_parent(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    with running(repository.folder, "--workers", "2", "--no-access-log") as it:
        seen: dict[str, int] = {}
        asked = 0

        def ask() -> dict[str, int]:
            nonlocal asked
            with suppress(URLError):
                reply = it.server.ask(RESOLVED)
                seen[reply.headers["x-request-id"].partition("-")[0]] = reply.status
                asked += 1
            return seen

        wait_until(lambda: len(ask()) == 2, 60)
        assert set(seen.values()) == {404}
        done(repository, "promote", NAME, "prod")
        wait_until(lambda: set(ask().values()) == {200}, 60)
        told = it.server.ask("/metrics").body.decode()
        counted = re.findall(r"^promptctl_http_requests_total\{.*environment.*\} (\S+)$", told, re.MULTILINE)
        assert sum(map(float, counted)) == asked
        it.process.kill()
        wait_until(lambda: it.is_refused, 60)


@pytest.mark.long
def test_workers_stop_in_good_order(tmp_path: Path) -> None:
    with running(line(tmp_path, staged=("1.0.0",)).folder, "--workers", "2") as it:
        wait_until(lambda: not it.is_refused, 60)
        it.process.send_signal(signal.SIGTERM)
        assert it.process.wait(30) == 0
        assert it.is_refused
