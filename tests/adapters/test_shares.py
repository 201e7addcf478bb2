"""Work in shares: whatever becomes of the processes, all items are done."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from promptctl.adapters import bounded, shares
from promptctl.adapters.shares import in_shares


@pytest.fixture(autouse=True)
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "_processors", lambda: 3)
    monkeypatch.setattr(shares, "LEAST", 4)


def doubled(items: Sequence[int]) -> list[tuple[int, int]]:
    return [(2 * item, os.getpid()) for item in items]


def test_many_items_are_done_by_several_processes() -> None:
    found = [pair for share in in_shares(range(10), doubled) for pair in share]
    assert sorted(number for number, _ in found) == list(range(0, 20, 2))
    assert len({process for _, process in found}) == 3


def test_few_items_are_done_here() -> None:
    assert {process for share in in_shares(range(3), doubled) for _, process in share} == {os.getpid()}


def _silent() -> None:
    while True:
        pass


FAILURES: dict[str, Callable[[], object]] = {
    "raises": lambda: 1 / 0,
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "leaves": lambda: os._exit(0),
    "silent": _silent,
}


@pytest.mark.parametrize("failure", FAILURES)
def test_what_another_process_fails_at_is_done_here(
    failure: str, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 0.3)
    here = os.getpid()

    def work(items: Sequence[int]) -> list[int]:
        if os.getpid() != here:
            FAILURES[failure]()
        return list(items)

    assert sorted(item for share in in_shares(range(10), work) for item in share) == list(range(10))
