"""A rollback while units have the canary: after one poll nobody gets it, in no thread and no process, by any source."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from promptctl import Prompts
from tests.runtime.forking import Worker
from tests.runtime.prompting import bundle_server
from tests.shipping import NAME, done, line
from tests.splitting import start_split
from tests.support import GitRepository

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
STABLE, CANARY, THREADS = "1.1.0", "1.2.0", 3
WORKERS = {"file": 3, "https": 3, "repository": 1}
"""Each look at a repository is a process more."""

UNITS = [f"user-{number}" for number in range(200)]


def versions(prompts: Prompts) -> Counter[str]:
    """What the units get now."""
    return Counter(prompts.get(NAME, unit=unit).version for unit in UNITS)


def polled_once(prompts: Prompts) -> dict[str, Any]:
    """What units get before one poll and after it, and what threads get that ask all the while: ``late`` is what they
    got when the poll was over."""
    before, over, late, seen = versions(prompts), threading.Event(), Counter[str](), Counter[str]()

    def ask() -> None:
        ended = False
        while not ended:
            ended = over.wait(0.002)
            (late if ended else seen).update(versions(prompts))

    threads = [threading.Thread(target=ask) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    prompts._keeper.look()
    over.set()
    for thread in threads:
        thread.join()
    return {"before": before, "late": late, "after": versions(prompts), "seen": seen}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    found = line(tmp_path_factory.mktemp("rolled-back"), staged=("1.0.0", "1.1.0"))
    start_split(found, CANARY)
    return found


@pytest.fixture(scope="module")
def rolled_back(repository: GitRepository) -> Iterator[dict[str, list[dict[str, Any]]]]:
    """What workers found that were forked before the rollback, and the process they are of, by their source."""
    bundle = repository.folder.parent / "staging.json"
    done(repository, "bundle", "staging", "-o", str(bundle))
    with bundle_server(bundle.read_bytes()) as shelf:
        sources = {"file": str(bundle), "https": shelf.url, "repository": str(repository.folder)}
        prompts = {
            name: Prompts("staging", source=source, refresh_every=0, patience=60) for name, source in sources.items()
        }
        workers = {name: [_worker(it) for _ in range(WORKERS[name])] for name, it in prompts.items()}
        done(repository, "rollback", NAME, "staging", "--reason", "slow")
        done(repository, "bundle", "staging", "-o", str(bundle))
        shelf.data, shelf.tag = bundle.read_bytes(), '"2"'
        for worker in (it for found in workers.values() for it in found):
            worker.go()
        yield {name: [polled_once(prompts[name]), *(worker.result() for worker in workers[name])] for name in prompts}


def _worker(prompts: Prompts) -> Worker:
    return Worker(lambda: polled_once(prompts))


@pytest.mark.parametrize("source", WORKERS)
def test_within_one_poll_nobody_gets_what_was_rolled_back(
    rolled_back: dict[str, list[dict[str, Any]]], source: str
) -> None:
    found = rolled_back[source]
    assert len(found) == WORKERS[source] + 1
    for process in found:
        assert 30 < process["before"][CANARY] < 70
        assert set(process["after"]) == {STABLE}
        assert set(process["late"]) == {STABLE}
        assert process["late"][STABLE] == THREADS * len(UNITS)
        assert set(process["seen"]) <= {STABLE, CANARY}
