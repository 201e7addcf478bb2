"""A run of suites that is cut short, at whatever moment, goes on: the same result, and no finished call made again."""

from __future__ import annotations

import random
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.resuming import AT_ONCE, CALLS, FIRST, SECOND, Resumable, killed, resumable
from tests.servers import Handler, Reaction, status


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resumable]:
    with resumable(tmp_path_factory.mktemp("resumable") / "made") as found:
        yield found


@pytest.fixture
def it(made: Resumable, tmp_path: Path) -> Iterator[Resumable]:
    usual = made.server.always
    yield made.copy(tmp_path / "copy")
    made.server.always = usual


@pytest.fixture(scope="module")
def undisturbed(made: Resumable, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What runs leave that nobody kills, by mode."""
    found = {}
    for mode in ("live", "refresh"):
        run = made.copy(tmp_path_factory.mktemp(mode) / "copy")
        assert run.eval("--replies", mode).code == 0
        assert run.asked == CALLS - (mode == "live"), "a judge that was tried is not tried again in mode live"
        assert run.journals == []
        found[mode] = run.results()
    return found


def at_call(number: int, event: threading.Event, usual: Reaction) -> Reaction:
    """Answers, but from this call on says nothing more and tells that it was made."""
    numbers = iter(range(1, 10_000))
    lock = threading.Lock()

    def react(handler: Handler) -> None:
        with lock:
            current = next(numbers)
        if current < number:
            usual(handler)
        else:
            event.set()
            handler.model.released.wait(30)

    return react


def resumed(it: Resumable, mode: str, expected: Any) -> None:
    """What must hold after a kill, whenever it came."""
    before, calls = it.journaled, CALLS - (mode == "live")
    ran = it.eval("--resume")
    if ran.code == 3:
        # There was no journal yet, or none any more.
        assert before == 0
        if it.results() != expected:
            assert it.eval("--replies", mode).code == 0
            assert it.asked == calls
    else:
        assert (ran.code, it.asked) == (0, calls - before), ran
    assert it.results() == expected
    assert it.journals == []
    assert it.command("eval", "verify").code == 0


@pytest.mark.parametrize(("mode", "number"), [("live", 9), ("refresh", 20)])
def test_a_killed_run_goes_on(it: Resumable, undisturbed: dict[str, Any], mode: str, number: int) -> None:
    usual, reached = it.server.always, threading.Event()
    assert usual
    it.server.always = at_call(number, reached, usual)
    process = it.start("--replies", mode)
    assert reached.wait(60)
    killed(process)
    it.server.always = usual
    assert number - 1 - AT_ONCE <= it.journaled <= number - 1
    resumed(it, mode, undisturbed[mode])


def counting(call: int, reached: threading.Event, usual: Reaction) -> Reaction:
    """Takes its time for each answer, and tells when so many calls came."""
    numbers = iter(range(1, 10_000))

    def react(handler: Handler) -> None:
        if next(numbers) >= call:
            reached.set()
        handler.model.released.wait(0.02)
        usual(handler)

    return react


@pytest.mark.long
@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(100))
def test_a_run_killed_at_any_moment_goes_on(it: Resumable, undisturbed: dict[str, Any], seed: int) -> None:
    chances, usual, reached = random.Random(seed), it.server.always, threading.Event()
    assert usual
    mode = chances.choice(("live", "refresh"))
    it.server.always = counting(chances.randint(1, CALLS - 1), reached, usual)
    process = it.start("--replies", mode)
    if chances.random() < 0.9:
        assert reached.wait(60)
    with suppress(subprocess.TimeoutExpired):
        process.wait(chances.uniform(0, 0.1))
    killed(process)
    it.server.always = usual
    print(f"killed with {it.journaled} answers in its journal, in mode {mode}")
    resumed(it, mode, undisturbed[mode])


def test_a_provider_that_failed_is_asked_again_for_nothing_else(it: Resumable, undisturbed: dict[str, Any]) -> None:
    it.server.then(*[status(400)] * 2)
    ran = it.eval("--replies", "live", SECOND, "--json")
    missing = sum(sample["outcome"] == "error" for sample in ran.data["prompts"][0]["samples"])
    assert (ran.code, missing > 0) == (1, True)
    assert ran.data["unfinished"] == "promptctl eval --resume asks for what is missing"
    assert it.eval("--resume").code == 0
    assert it.asked == missing
    assert it.results()["answer"] == undisturbed["live"]["answer"]


def test_what_cannot_go_on_is_refused(it: Resumable) -> None:
    assert "error[PC173]" in it.eval("--resume").err
    assert "a name does not go with --resume" in it.eval("--resume", FIRST).err
    it.server.then(*[status(400)] * 2)
    assert it.eval("--replies", "live", SECOND).code == 1
    assert len(it.journals) == 1
    assert it.eval("--replies", "recorded").code == 0
    assert len(it.journals) == 1, "a run that asks nobody leaves it"
    suite = it.folder / f"prompts/{SECOND}/eval.yaml"
    written = suite.read_text()
    suite.write_text(written.replace("name: ok0", "name: other"))
    assert "the suite was changed since the run began" in it.eval("--resume").err
    suite.write_text(written)
    prompt = it.folder / f"prompts/{SECOND}/prompt.yaml"
    prompt.write_text(prompt.read_text() + "description: x\nparameters: {temperature: 0}\n")
    refused = it.eval("--resume")
    assert (refused.code, "error[PC174]" in refused.err) == (3, True)
    assert it.eval("--replies", "live", FIRST).code == 0
    assert len(it.journals) == 1, "a run of another prompt leaves it"
    assert it.eval("--replies", "live", SECOND).code == 0
    assert it.journals == []


def test_what_a_kill_left_unfinished_is_no_answer(it: Resumable, undisturbed: dict[str, Any]) -> None:
    it.server.then(*[status(400)] * 2)
    assert it.eval("--replies", "live", SECOND).code == 1
    (journal,) = it.journals
    assert it.journaled == 2
    journal.write_bytes(journal.read_bytes()[:-40])
    assert it.eval("--resume").code == 0
    assert it.asked == 3
    assert it.results()["answer"] == undisturbed["live"]["answer"]
