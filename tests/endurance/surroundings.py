"""What is around the application, in a process of its own: a model, a server of bundles, a file, a repository.

All of it changes once a tick and fails now and then. ``python -m tests.endurance.surroundings FOLDER SEED SECONDS``
says in one line of JSON where things are, and goes on until its input ends; with ``whole``, there are a repository, and
a Redis where it is installed.
"""

from __future__ import annotations

import itertools
import json
import shutil
import ssl
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from tests.certificates import authority
from tests.endurance.served import bundle, trusted
from tests.runtime.prompting import Shelf, bundle_server, written
from tests.runtime.test_http_source import ANSWERS
from tests.servers import Handler, answer_well, model_server, raw, reset, reset_midway, status
from tests.services import Redis
from tests.shipping import NAME, done, line

_MODEL = (status(503), status(500), reset, reset_midway, raw(b"{"), status(429, headers={"Retry-After": "0"}))
_HTTP = tuple(ANSWERS[name] for name in ("500", "404", "empty", "garbage", "gzip", "unasked 304", "cut", "hang up"))


def spoiled(data: bytes, chances: Random) -> bytes:
    """A bundle that nobody may take: cut short, a byte turned, or nothing at all."""
    place = chances.randrange(len(data))
    return chances.choice((data[:place], data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :], b""))


class Surroundings:
    """``tick`` changes everything by one step."""

    def __init__(self, folder: Path, shelf: Shelf, model: str, store: str, chances: Random) -> None:
        self._folder, self._shelf, self._model, self._store, self._chances = folder, shelf, model, store, chances
        self._serial = 0
        self.tick()

    def tick(self) -> None:
        """The next bundles, each of them perhaps with a fault in place of it."""
        self._serial += 1
        data = bundle(self._model, self._store, self._serial).to_bytes()
        self._shelf.data, self._shelf.tag = data, f'"{self._serial}"'
        self._shelf.react = self._chances.choice(_HTTP) if self._serial > 1 and self._chances.random() < 0.2 else None
        del self._shelf.asked[:]
        self._file(bundle(self._model, "sqlite", self._serial).to_bytes())

    def _file(self, data: bytes) -> None:
        luck = self._chances.random() if self._serial > 1 else 1.0
        if luck < 0.05:
            (self._folder / "prod.json").unlink(missing_ok=True)
        elif luck < 0.15:
            written(self._folder, spoiled(data, self._chances))
        elif luck < 0.2:
            written(self._folder, bundle(self._model, "sqlite", self._serial - 1).to_bytes())
        else:
            written(self._folder, data)


def faulty(chances: Random) -> Callable[[Handler], None]:
    """A model of whose answers a twentieth is none."""

    def react(handler: Handler) -> None:
        del handler.model.received[:]
        (chances.choice(_MODEL) if chances.random() < 0.05 else answer_well)(handler)

    return react


def main() -> None:
    """Ticks every so many seconds until the input ends; each twentieth time a pointer of the repository moves."""
    folder, seed, every, whole = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:] == ["whole"]
    program = shutil.which("redis-server") if whole else None
    redis = Redis(program) if program else None
    chances, ended = Random(seed), threading.Event()
    registry = line(folder / "registry", staged=("1.0.0", "1.1.0")) if whole else None
    with ExitStack() as stack:
        if redis:
            redis.start()
            stack.callback(redis.kill)
        vouched = authority(folder)
        context: ssl.SSLContext = vouched.server_context()
        model, shelf = stack.enter_context(model_server()), stack.enter_context(bundle_server(context=context))
        model.always, store = faulty(chances), redis.url if redis else "sqlite"
        around = Surroundings(folder, shelf, model.url, store, chances)
        said: dict[str, Any] = {
            "https": shelf.url,
            "file": str(folder / "prod.json"),
            "repository": str(registry.folder) if registry else None,
            "trust": sorted({*trusted(model.url, store)}),
            "authority": str(vouched.file),
        }
        print(json.dumps(said), flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
        for number in itertools.count(1):
            if ended.wait(every):
                break
            around.tick()
            if registry and number % 20 == 0:
                done(registry, "promote", f"{NAME}@{'1.2.0' if number % 40 else '1.1.0'}", "staging")


if __name__ == "__main__":
    main()
