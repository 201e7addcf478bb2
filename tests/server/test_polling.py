"""A moved pointer is seen by every client that polls, and nobody ever sees anything but one whole version."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import pytest

from tests.polling import figures, polled, require_sound
from tests.server.test_following import wait_until
from tests.server.test_process import running
from tests.serving import Served, serving
from tests.shipping import NAME, done, line
from tests.support import GitRepository, promptctl

PATH = f"/api/v1/environments/staging/prompts/{NAME}"


def seen_by(server: Served, version: str) -> bytes:
    """The answer, once it has that version."""
    wait_until(lambda: server.ask(PATH).json["version"] == version)
    return server.ask(PATH).body


def test_clients_see_a_move_and_nothing_else(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    with serving(repository.folder, poll=0.05) as server:
        bodies = {"1.0.0": server.ask(PATH).body}

        def act() -> None:
            done(repository, "promote", f"{NAME}@1.1.0", "staging")
            bodies["1.1.0"] = seen_by(server, "1.1.0")

        seen = polled(20, server.url, PATH, 0.1, act)
    require_sound(seen, bodies, 20)


class Landing:
    """When the remote's branch last moved."""

    def __init__(self, bare: Path) -> None:
        self._file, self._stop = bare / "refs/heads/main", threading.Event()
        self.at: list[float] = []
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        before = self._file.read_bytes()
        while not self._stop.wait(0.002):
            with suppress(FileNotFoundError):
                if (now := self._file.read_bytes()) != before:
                    before = now
                    self.at.append(perf_counter())

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


@pytest.mark.long
def test_two_hundred_clients_see_moves_of_others_and_of_here(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    other: GitRepository = repository.clone(tmp_path / "other")
    landing = Landing(tmp_path / "origin.git")
    with running(repository.folder, "--poll", "0.5", "--fetch", "1", "--no-access-log") as it:
        bodies = {"1.0.0": it.server.ask(PATH).body}

        def act() -> None:
            for folder, version in ((other.folder, "1.1.0"), (repository.folder, "1.2.0")):
                assert promptctl("promote", f"{NAME}@{version}", "staging", cwd=folder).code == 0
                bodies[version] = seen_by(it.server, version)

        seen = polled(200, it.server.url, PATH, 1.0, act, rounds=5)
    landing.stop()
    require_sound(seen, bodies, 200)
    assert len(landing.at) == 2
    print("\n" + "\n".join(map(figures, [seen] * 2, ("1.1.0", "1.2.0"), landing.at)))
