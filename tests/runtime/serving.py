"""The example application as a process, a registry whose pointers move, and requests that keep coming."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from tests.shipping import done
from tests.support import GitRepository, new_repository
from tests.versioning import released

APP = Path(__file__).parents[2] / "examples" / "app" / "app.py"
SETTINGS = """\
[repository]
default_branch = "main"

[environments.prod]
gate = false

[events]
content = true

[providers.relay]
kind = "openai"
base_url = "{relay}/v1"
key = "RELAY_KEY"
models = ["gpt-*"]
weight = 50

[providers.other]
kind = "openai"
base_url = "{other}/v1"
key = "RELAY_KEY"
models = ["gpt-*"]

[providers.openai]
weight = 0
"""


def prompt(word: str) -> str:
    return f'model: gpt-4.1\ninputs: {{text: string}}\ntemplate: "{word} {{{{ text }}}}"\n'


class Registry:
    """``answer`` 1.0.0, 1.1.0 and 1.2.0, and a bundle of what prod serves; ``live`` is every version that ever was."""

    def __init__(self, folder: Path, relay: str, other: str) -> None:
        settings = SETTINGS.format(relay=relay, other=other)
        self.repository: GitRepository = new_repository(
            folder / "registry", {"promptctl.toml": settings, "prompts/answer/prompt.yaml": prompt("one")}
        )
        released(self.repository)
        for word in ("two", "three"):
            released(self.repository, {"prompts/answer/prompt.yaml": prompt(word)})
        self.bundle, self.live = folder / "prod.json", set[tuple[str, str]]()

    def move(self, version: str) -> tuple[str, str]:
        """Promotes a version and writes the bundle; the version and digest that are live from now on."""
        done(self.repository, "promote", f"answer@{version}", "prod")
        pointer = read_state(Repository(self.repository.folder)).live("prod", "answer")
        assert pointer
        served = str(pointer.served.version), pointer.served.digest
        self.live.add(served)
        done(self.repository, "bundle", "prod", "-o", str(self.bundle))
        return served

    @property
    def trust(self) -> str:
        providers = parse_providers(Repository(self.repository.folder).settings.providers)
        return str(trust_digest(providers))


@dataclass
class Load:
    """Requests of some threads, without a pause. ``replies`` counts version and digest of each, ``bad`` are others."""

    port: int
    threads: int = 8
    replies: Counter[tuple[str, str]] = field(default_factory=Counter)
    bad: list[Any] = field(default_factory=list)
    slowest: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def running(self) -> Iterator[Load]:
        workers = [threading.Thread(target=self._ask, args=(number,)) for number in range(self.threads)]
        for worker in workers:
            worker.start()
        try:
            yield self
        finally:
            self._stop.set()
            for worker in workers:
                worker.join()

    def total(self) -> int:
        return sum(self.replies.values()) + len(self.bad)

    def _ask(self, number: int) -> None:
        connection, count = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60), 0
        while not self._stop.is_set():
            count += 1
            if count % 20 == 0:
                # Another worker may take the next connection.
                connection.close()
            begun = time.monotonic()
            try:
                connection.request("GET", f"/answer?user=user-{number}-{count}&text={quote(f'hi {count}')}")
                answer = connection.getresponse()
                body = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError) as error:
                connection.close()
                body, status = {"error": repr(error)}, 0
            else:
                status = answer.status
            with self._lock:
                self.slowest = max(self.slowest, time.monotonic() - begun)
                if status == 200 and body["text"].endswith(f"HI {count}"):
                    self.replies[body["version"], body["digest"]] += 1
                else:
                    self.bad.append((status, body))
        connection.close()


def feedbacks(port: int, count: int) -> int:
    """Says something of calls so many times, over one connection, and so to one worker; how often that was kept."""
    connection, kept = http.client.HTTPConnection("127.0.0.1", port, timeout=60), 0
    for number in range(count):
        connection.request("GET", f"/feedback?call=call-{number}&resolved=1")
        answer = connection.getresponse()
        answer.read()
        kept += answer.status == 200
    connection.close()
    return kept


@contextmanager
def served(
    source: Path, folder: Path, environment: dict[str, str], workers: int = 8
) -> Iterator[tuple[int, list[Any]]]:
    """The application at a port; when it has ended, the list holds what each worker counted."""
    line = [sys.executable, str(APP), "--source", str(source), "--port", "0"]
    process = subprocess.Popen(
        [*line, "--workers", str(workers), "--refresh", "0.1"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=os.environ | environment,
    )
    assert process.stdout
    counted: list[Any] = []
    try:
        yield int(process.stdout.readline().split()[-1]), counted
        process.send_signal(signal.SIGTERM)
        counted += [json.loads(line) for line in process.stdout]
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()
