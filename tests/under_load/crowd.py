"""People who use the application: the same ones again and again, who say whether an answer helped."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote


class Served(NamedTuple):
    """Who got which version: ``asked`` and ``answered`` are seconds of the monotonic clock."""

    user: str
    version: str
    asked: float
    answered: float


@dataclass
class Crowd:
    """``content`` says by version which share of people is content; who is, is drawn once for each.

    ``faults`` are answers that no version explains: neither an answer nor a refusal of the model.
    """

    port: int
    content: dict[str, float]
    people: int = 3000
    threads: int = 6
    served: list[Served] = field(default_factory=list)
    refused: int = 0
    faults: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def using(self) -> Iterator[Crowd]:
        """Asks without a pause until it is left."""
        threads = [threading.Thread(target=self._use, args=(number,)) for number in range(self.threads)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def since(self, moment: float) -> list[Served]:
        """What was asked for from a moment on."""
        with self._lock:
            return [it for it in reversed(self.served[-100_000:]) if it.asked >= moment]

    def total(self) -> int:
        """How many questions were answered or refused."""
        return len(self.served) + self.refused

    def _use(self, number: int) -> None:
        chances, connection = random.Random(number), http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for count in iter(lambda: self._stop.is_set() or self.total(), True):
            if count % 25 == 0:
                # Another worker may take the next connection.
                connection.close()
            user = f"user-{chances.randrange(self.people)}"
            try:
                self._ask(connection, user)
            except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                connection.close()
                with self._lock:
                    self.faults.append(repr(error))
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection, user: str) -> None:
        asked = time.monotonic()
        status, body = _get(connection, f"/answer?user={user}&text={quote(user)}")
        answered = time.monotonic()
        if status == 200:
            with self._lock:
                self.served.append(Served(user, body["version"], asked, answered))
            content = random.Random(f"{user} {body['version']}").random() < self.content[body["version"]]
            _get(connection, f"/feedback?call={body['call']}&resolved={int(content)}")
        elif status == 502 and "answered 400" in body["error"]:
            with self._lock:
                self.refused += 1
        else:
            with self._lock:
                self.faults.append(f"{status} {body}")


def _get(connection: http.client.HTTPConnection, path: str) -> tuple[int, dict[str, str]]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())
