"""Threads, forks and event loops: a process goes on asking the source, whatever was going on when it was made."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest

from promptctl import Prompts
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from tests.bundles import bundle_of, small_bundle
from tests.runtime.forking import in_child
from tests.runtime.prompting import bundle_server, prompts_of, written
from tests.shipping import NAME, line

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def waits_for(prompts: Prompts, serial: int) -> int:
    """The serial that is served once it is this one, without anybody asking for it."""
    pause = threading.Event()
    while (found := prompts.status().serials["greet"]) < serial:
        pause.wait(0.005)
    return found


def test_a_thread_looks_again_by_itself(tmp_path: Path) -> None:
    prompts = prompts_of(written(tmp_path, small_bundle(serial=1)), refresh_every=0.01)
    written(tmp_path, small_bundle(serial=2))
    assert waits_for(prompts, 2) == 2
    prompts.close()


def test_an_object_that_nobody_has_any_more_leaves_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    prompts = prompts_of(written(tmp_path), refresh_every=0.01)
    (thread,) = [it for it in threading.enumerate() if it.name == "promptctl-refresh" and it not in before]
    gone = weakref.ref(prompts._keeper)
    del prompts
    gc.collect()
    thread.join(10)
    assert gone() is None
    assert not thread.is_alive()


def test_every_forked_worker_goes_on_asking(tmp_path: Path) -> None:
    """Pre-fork: the object is made before the workers are."""
    path = written(tmp_path, small_bundle(serial=1))
    prompts = prompts_of(path, refresh_every=0.01)

    def work() -> list[int]:
        before = waits_for(prompts, 1)
        written(tmp_path, small_bundle(serial=2))
        return [before, waits_for(prompts, 2)]

    assert in_child(work) == [1, 2]
    assert [in_child(lambda: [waits_for(prompts, 2)]) for _ in range(3)] == [[2]] * 3
    prompts.close()


@pytest.mark.parametrize("every", [3600, 0])
def test_a_fork_while_the_source_is_being_asked(tmp_path: Path, every: float) -> None:
    """The child has the lock of a thread that it does not have."""
    with bundle_server(small_bundle(serial=1).to_bytes()) as shelf:
        prompts = prompts_of(shelf.url, refresh_every=every)
        asked, release = threading.Event(), threading.Event()

        def hold(_: Any) -> None:
            asked.set()
            release.wait(20)

        shelf.react = hold
        threading.Thread(target=prompts._keeper.look, daemon=True).start()
        assert asked.wait(20)
        shelf.react, shelf.data, shelf.tag = None, small_bundle(serial=2).to_bytes(), '"2"'
        assert in_child(lambda: prompts.refresh().serials["greet"]) == 2
        release.set()
        prompts.close()


def test_sixty_four_threads_see_whole_snapshots(tmp_path: Path) -> None:
    """While two bundles take turns: text, version and digest always belong together."""
    versions = {"1.0.0": "one {{ name }}", "1.1.0": "two {{ name }}"}
    prompts = prompts_of(written(tmp_path, bundle_of({"greet": versions})))
    known = {
        found.digest: (found.version, found.render())
        for found in (prompts.get("greet"), prompts.get("greet", version="1.0.0"))
    }
    wrong: list[object] = []

    def ask() -> None:
        try:
            for _ in range(40):
                found = prompts.get("greet", unit="u")
                if known[found.digest] != (found.version, found.render()):
                    wrong.append(found)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(64)]
    for thread in threads:
        thread.start()
    for serial in range(2, 12):
        shares = {"1.0.0": 100, "1.1.0": 0} if serial % 2 else {"1.1.0": 100, "1.0.0": 0}
        written(tmp_path, bundle_of({"greet": versions}, serial=serial, splits={"greet": shares}))
        prompts._keeper.look()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert prompts.status().refreshes == 11


def test_it_can_be_made_inside_an_event_loop(tmp_path: Path) -> None:
    async def act() -> str:
        with bundle_server(small_bundle().to_bytes()) as shelf:
            prompts = prompts_of(shelf.url)
            prompts.refresh()
            return prompts.get("greet").render()

    assert asyncio.run(act()) == "Good day you"


def test_a_repository_is_asked_through_a_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = line(tmp_path, staged=("1.0.0", "1.1.0"))
    # Started there, the child must not take the repository's modules for its own.
    (repository.folder / "promptctl.py").write_text("raise SystemExit(f'{__file__} was run')")
    monkeypatch.chdir(repository.folder)
    prompts = Prompts("staging", source=repository.folder, refresh_every=0, patience=60)
    state = read_state(Repository(repository.folder)).commit
    assert (prompts.get(NAME).version, prompts.status().commit) == ("1.1.0", state)
    assert prompts.refresh().refreshes == 1
    repository.git("tag", "-f", "-a", "-m", "forged", f"prompts/{NAME}@v1.1.0", "HEAD~3")
    repository.commit({"own": "1"})
    status = prompts.refresh()
    assert (status.state, status.faults[-1].code) == ("stale", "PC217")
    assert "PC097" in status.faults[-1].message
    assert prompts.get(NAME).version == "1.1.0"


def test_a_process_that_ends_does_not_wait_for_the_source(tmp_path: Path) -> None:
    code = (
        f"from promptctl import Prompts; print(Prompts('prod', source={str(written(tmp_path))!r}).get('greet').version)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1.1.0\n", "")
