"""Work in a child: stopped when it hangs, grows or dies, and otherwise as if it ran here."""

from __future__ import annotations

import os
import select
import signal
import time
from pathlib import Path

import pytest

from promptctl.adapters import bounded
from promptctl.errors import DocumentError, Place, Problem, StateError, UsageError


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 0.4)


def spin() -> int:
    while True:
        pass


def grow() -> int:
    return len(bytearray(2 * bounded.MEMORY))


def test_the_exit_code_comes_back() -> None:
    assert bounded.supervised(lambda: 3) == 3


def test_a_loop_is_stopped(impatient: None) -> None:
    with pytest.raises(UsageError, match="took longer") as caught:
        bounded.supervised(spin)
    assert caught.value.code == "PC022"


def test_who_waits_for_a_turn_is_left_alone(impatient: None) -> None:
    def waits() -> int:
        time.sleep(0.9)
        return 3

    assert bounded.supervised(waits) == 3


def test_who_waits_for_what_never_comes_is_stopped(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promptctl.adapters.silence.LONGEST", 0.5)
    with pytest.raises(UsageError, match="took longer"):
        bounded.supervised(lambda: time.sleep(60) or 0)


def test_where_nobody_says_what_was_computed_the_clock_counts(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sysconf", lambda _: int("no such thing"))
    with pytest.raises(UsageError, match="took longer"):
        bounded.supervised(lambda: time.sleep(60) or 0)


def test_signs_of_life_buy_time(impatient: None) -> None:
    def slow() -> int:
        for _ in range(8):
            time.sleep(0.1)
            bounded.alive()
        return 0

    assert bounded.supervised(slow) == 0


def test_a_store_of_events_may_take_its_time_and_memory_and_nothing_after_it(
    impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "MEMORY", 32 * 1024 * 1024)

    def slow() -> int:
        with bounded.unhurried():
            time.sleep(0.6)
            size = grow()
        return 5 if size else 0

    def slow_then_stuck() -> int:
        slow()
        return spin()

    def slow_then_large() -> int:
        slow()
        try:
            return grow()
        except MemoryError:
            return 7

    with bounded.unhurried():
        assert bounded.supervised(slow) == 5
    assert bounded.supervised(slow_then_large) == 7
    with pytest.raises(UsageError, match="took longer"):
        bounded.supervised(slow_then_stuck)


def test_a_signal_is_named(impatient: None) -> None:
    def die() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    with pytest.raises(UsageError, match="signal 15"):
        bounded.supervised(die)


def test_memory_is_limited() -> None:
    def refused() -> int:
        try:
            return grow()
        except MemoryError:
            return 7

    assert bounded.supervised(refused) == 7


def test_nothing_of_the_child_stays(folder: Path) -> None:
    def act() -> int:
        (folder / "made").write_text("x")
        bounded.MEMORY = 1
        return 0

    before = bounded.MEMORY
    bounded.supervised(act)
    assert (folder / "made").exists()
    assert before == bounded.MEMORY


def test_a_worker_answers_call_after_call() -> None:
    worker: bounded.Worker[int, tuple[int, int]] = bounded.Worker(lambda number: (number * 2, os.getpid()))
    answers = [worker(number) for number in range(5)]
    worker.close()
    assert [answer for answer, _ in answers] == [0, 2, 4, 6, 8]
    assert len({process for _, process in answers}) == 1
    assert answers[0][1] != os.getpid()


ERRORS = [
    UsageError("PC020", "missing", place=Place("f", 1, 2), hint="do"),
    StateError("PC096", "refused"),
    DocumentError((Problem("PC011", "a"), Problem("PC012", "b", Place("f", 3)))),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_our_errors_cross_over_whole(error: UsageError) -> None:
    def fail(_: int) -> int:
        raise error

    worker = bounded.Worker(fail)
    with pytest.raises(type(error)) as caught:
        worker(1)
    worker.close()
    assert caught.value.problems == error.problems
    assert str(caught.value) == str(error)


def test_a_stuck_worker_is_stopped_and_the_next_call_has_a_new_one(impatient: None) -> None:
    worker: bounded.Worker[bool, int] = bounded.Worker(lambda stuck: spin() if stuck else os.getpid())
    first = worker(False)
    with pytest.raises(UsageError, match="took longer"):
        worker(True)
    second = worker(False)
    worker.close()
    assert first != second


def test_a_worker_that_ends_by_itself_did_not_take_too_long() -> None:
    ends: bounded.Worker[int, int] = bounded.Worker(os._exit)
    with pytest.raises(UsageError, match="ended without an answer"):
        ends(3)
    dies: bounded.Worker[int, None] = bounded.Worker(lambda number: os.kill(os.getpid(), number))
    with pytest.raises(UsageError, match="ended by signal 9"):
        dies(signal.SIGKILL)
    with pytest.raises(UsageError, match="ended by signal 15"):
        dies(signal.SIGTERM)
    ends.close()
    dies.close()


def test_a_greedy_worker_says_so_and_goes_on() -> None:
    worker: bounded.Worker[bool, int] = bounded.Worker(lambda greedy: grow() if greedy else 1)
    with pytest.raises(UsageError, match="too much memory"):
        worker(True)
    assert worker(False) == 1
    worker.close()


def test_a_worker_holds_no_end_of_anothers_pipe() -> None:
    reading, writing = os.pipe()
    first: bounded.Worker[int, int] = bounded.Worker(abs)
    second: bounded.Worker[int, int] = bounded.Worker(abs)
    assert (first(-1), second(-2)) == (1, 2)
    os.close(writing)
    assert select.select([reading], [], [], 10)[0]
    assert os.read(reading, 1) == b""
    os.close(reading)
    first.close()
    second.close()


def test_large_messages_pass() -> None:
    worker: bounded.Worker[bytes, bytes] = bounded.Worker(lambda data: data[::-1])
    data = os.urandom(3_000_000)
    assert worker(data) == data[::-1]
    worker.close()


def test_what_breaks_in_a_worker_is_told_as_what_it_is() -> None:
    """A fault of ours is no silence of a prompt: it names the error, and the worker answers the next call."""
    worker: bounded.Worker[str, int] = bounded.Worker(int)
    with pytest.raises(RuntimeError, match="ValueError: invalid literal for int"):
        worker("x")
    assert worker("3") == 3
    worker.close()
