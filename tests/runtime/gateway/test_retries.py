from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.adapters.providers.fault import FaultKind, ProviderError
from promptctl.runtime.gateway.retries import Patience, wait, with_retries
from tests import virtual_time

QUICK = Patience(attempts=4, shortest=0.0, longest=0.0)


def fault(kind: FaultKind = "failing", retry_after: float | None = None) -> ProviderError:
    return ProviderError(kind, "no", retry_after=retry_after)


@pytest.mark.parametrize(
    ("asked", "attempt", "chance", "seconds"),
    [
        (None, 0, 0.0, 0.0),
        (None, 0, 0.5, 0.25),
        (None, 3, 0.5, 2.0),
        (None, 30, 0.5, 30.0),
        (2.0, 0, 0.0, 2.0),
        (2.0, 5, 0.5, 2.25),
        (0.0, 5, 0.5, 0.25),
        (9999.0, 0, 0.0, 60.0),
    ],
)
def test_how_long_to_wait(asked: float | None, attempt: int, chance: float, seconds: float) -> None:
    assert wait(fault(retry_after=asked), attempt, Patience(), chance) == pytest.approx(seconds)


@given(st.none() | st.floats(0, 1e9), st.integers(0, 40), st.floats(0, 1, exclude_max=True))
def test_a_wait_keeps_to_what_was_asked_and_to_the_bound(asked: float | None, attempt: int, chance: float) -> None:
    patience = Patience()
    seconds = wait(fault(retry_after=asked), attempt, patience, chance)
    assert min(asked or 0.0, patience.longest) <= seconds <= 2 * patience.longest


class Attempts:
    def __init__(self, *outcomes: str | ProviderError) -> None:
        self.outcomes = list(outcomes)

    async def __call__(self, leave: None) -> str:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, ProviderError):
            raise outcome
        return outcome


def run(attempts: Attempts, patience: Patience = QUICK) -> str:
    return virtual_time.run(with_retries(attempts, patience, lambda: 0.5, nullcontext))


def test_passing_faults_are_tried_again() -> None:
    attempts = Attempts(fault("rate-limited"), fault("failing"), fault("unreachable"), "yes", "not reached")
    assert run(attempts) == "yes"
    assert attempts.outcomes == ["not reached"]


def test_the_last_fault_is_told_when_attempts_end() -> None:
    last = fault("rate-limited")
    with pytest.raises(ProviderError) as caught:
        run(Attempts(fault(), fault(), fault(), last, "too late"))
    assert caught.value is last


@pytest.mark.parametrize("kind", ["timeout", "quota", "refused", "unauthorized", "malformed", "too-large"])
def test_faults_that_stay_are_told_at_once(kind: FaultKind) -> None:
    with pytest.raises(ProviderError) as caught:
        run(Attempts(fault(kind), "not reached"))
    assert caught.value.kind == kind


def test_a_wait_that_would_outlast_the_deadline_is_not_begun() -> None:
    with pytest.raises(ProviderError) as caught:
        run(Attempts(fault("rate-limited", retry_after=50), "not reached"), Patience(total=20))
    assert caught.value.kind == "rate-limited"


def test_the_deadline_holds_over_all() -> None:
    async def never(leave: None) -> str:
        await asyncio.Event().wait()
        return ""

    with pytest.raises(ProviderError) as caught:
        virtual_time.run(with_retries(never, Patience(total=0.05), lambda: 0.0, nullcontext))
    assert (caught.value.kind, caught.value.code) == ("timeout", "PC078")
    assert "0.05 s" in str(caught.value)


@pytest.mark.parametrize(("total", "outcome"), [(19.0, "yes"), (17.0, "timeout"), (12.0, "rate-limited")])
def test_attempts_and_pauses_share_one_deadline(total: float, outcome: str) -> None:
    """Three attempts of 4 s and two pauses of 3 s do not fit into 17 s; a second pause not into 12 s."""
    faults = [fault("rate-limited", retry_after=3)] * 2

    async def slow(leave: None) -> str:
        await asyncio.sleep(4)
        if faults:
            raise faults.pop()
        return "yes"

    async def kind() -> str:
        try:
            return await with_retries(slow, Patience(total=total), lambda: 0.0, nullcontext)
        except ProviderError as error:
            return error.kind

    assert virtual_time.run(kind()) == outcome


def test_waiting_for_leave_is_not_counted() -> None:
    @asynccontextmanager
    async def queue() -> AsyncIterator[None]:
        await asyncio.sleep(1000)
        yield

    attempts = Attempts(fault(), "yes")
    assert virtual_time.run(with_retries(attempts, Patience(total=5), lambda: 0.5, queue)) == "yes"
