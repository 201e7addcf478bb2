"""The limits of a provider in virtual time: what is sent when, and what refusals and answers change."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Usage
from promptctl.runtime.gateway.allowance import Allowance, Leave, estimated_tokens
from tests.virtual_time import run


def allowance_for(**limits: Any) -> Allowance:
    return Allowance(ProviderSettings(name="p", kind="openai", **limits))


async def call(it: Allowance, tokens: float = 0, seconds: float = 0.0, used: int | None = None) -> float:
    """One call that is answered after so many seconds; when it started."""
    async with it.call(tokens) as leave:
        await asyncio.sleep(seconds)
        it.answered(leave, Usage() if used is None else Usage(input=used, output=0))
    return leave.started


def starts(it: Allowance, *calls: dict[str, Any]) -> list[float]:
    """When calls that all come at once are started."""

    async def main() -> list[float]:
        return await asyncio.gather(*(call(it, **each) for each in calls))

    return [round(start, 6) for start in run(main())]


@pytest.mark.parametrize(
    ("limits", "calls", "started"),
    [
        ({}, [{}] * 4, [0, 0, 0, 0]),
        ({"concurrency": 2}, [{"seconds": 5}] * 5, [0, 0, 5, 5, 10]),
        ({"requests_per_minute": 60}, [{}] * 4, [0, 1, 2, 3]),
        ({"requests_per_minute": 1}, [{}] * 3, [0, 60, 120]),
        ({"requests_per_minute": 60}, [{"seconds": 500}] * 3, [0, 1, 2]),
        ({"tokens_per_minute": 600}, [{"tokens": 10}] * 3, [0, 1, 2]),
        # Larger than a minute's allowance: it goes, and is paid for afterwards.
        ({"tokens_per_minute": 600}, [{"tokens": 1200}, {"tokens": 10}, {"tokens": 10}], [0, 120, 121]),
        # The one limit that binds decides.
        ({"requests_per_minute": 60, "tokens_per_minute": 600}, [{"tokens": 5}] * 3, [0, 1, 2]),
        ({"requests_per_minute": 60, "tokens_per_minute": 600}, [{"tokens": 20}] * 3, [0, 2, 4]),
        # An answer that took less lets the next one, which waits already, go sooner; one that took more, later.
        ({"tokens_per_minute": 600}, [{"tokens": 600, "seconds": 3, "used": 60}, {"tokens": 1}], [0, 6]),
        ({"tokens_per_minute": 600}, [{"tokens": 600, "seconds": 3, "used": 10}, {"tokens": 1}], [0, 3]),
        ({"tokens_per_minute": 600}, [{"tokens": 10, "used": 100}, {"tokens": 1}], [0, 10]),
        ({"tokens_per_minute": 600}, [{"tokens": 100}, {"tokens": 1}], [0, 10]),
    ],
)
def test_when_calls_start(limits: dict[str, int], calls: list[dict[str, Any]], started: list[float]) -> None:
    assert starts(allowance_for(**limits), *calls) == started


@given(st.integers(1, 400), st.lists(st.floats(0, 90), min_size=1, max_size=40))
def test_no_minute_holds_more_requests_than_allowed(most: int, arrivals: list[float]) -> None:
    async def main() -> list[float]:
        it = allowance_for(requests_per_minute=most, concurrency=1000)

        async def arrive(at: float) -> float:
            await asyncio.sleep(at)
            return await call(it)

        return sorted(await asyncio.gather(*(arrive(at) for at in arrivals)))

    found = run(main())
    for place, start in enumerate(found):
        assert bisect_left(found, start + 60 - 1e-6) - place <= most


@given(st.integers(60, 6000), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=2, max_size=30))
def test_over_a_run_tokens_keep_to_what_is_allowed(most: int, calls: list[tuple[int, int]]) -> None:
    """What was used before a call that had to queue has been paid for by the time it starts."""
    it = allowance_for(tokens_per_minute=most, concurrency=1)
    found = starts(it, *({"tokens": tokens, "used": used} for tokens, used in calls))
    spent = 0.0
    for start, (_, used) in zip(found, calls, strict=True):
        assert start >= 60 * spent / most - 1e-3
        spent += used


def test_a_refusal_halves_every_limit_once_for_all_calls_under_way_and_answers_raise_them() -> None:
    async def main() -> None:
        it = allowance_for(concurrency=16, requests_per_minute=600, tokens_per_minute=6000)
        it.places.busy = 16
        early = Leave(0.0, 10)
        await asyncio.sleep(1)
        it.refused(early, 0.0)
        assert (it.places.allowed, it.requests.allowed, it.tokens.allowed) == (8, 300, 3000)
        it.refused(early, 0.0)
        assert (it.places.allowed, it.requests.allowed, it.tokens.allowed) == (8, 300, 3000)
        it.refused(Leave(1.5, 10), 0.0)
        assert (it.places.allowed, it.requests.allowed, it.tokens.allowed) == (4, 150, 1500)
        it.answered(early, Usage(input=7, output=3))
        assert (it.requests.allowed, it.tokens.allowed) == (151, 1510)
        for _ in range(1000):
            it.answered(early, Usage())
        assert (it.places.allowed, it.requests.allowed, it.tokens.allowed) == (16, 600, 6000)
        for later in range(2, 20):
            it.refused(Leave(float(later), 10), 0.0)
        assert (it.places.allowed, it.requests.allowed, it.tokens.allowed) == (1, 75, 750)

    run(main())


@pytest.mark.parametrize(("limits", "started"), [({}, [30, 30, 30]), ({"requests_per_minute": 60}, [30, 32, 33.9])])
def test_nobody_starts_before_the_pause_is_over_and_then_not_all_at_once(
    limits: dict[str, int], started: list[float]
) -> None:
    async def main() -> list[float]:
        it = allowance_for(**limits)
        async with it.call(0) as leave:
            it.refused(leave, 30.0)
            it.refused(leave, 10.0)
        it.places.allowed = 16
        return await asyncio.gather(*(call(it) for _ in range(3)))

    found = run(main())
    assert found == pytest.approx(started, abs=0.05)


def test_a_pause_that_begins_while_a_caller_waits_holds_it_too() -> None:
    async def main() -> float:
        it = allowance_for(requests_per_minute=1)
        async with it.call(0) as leave:
            waiting = asyncio.create_task(call(it))
            await asyncio.sleep(20)
            it.refused(leave, 50.0)
        return await waiting

    assert run(main()) == pytest.approx(70)


def test_a_caller_that_gives_up_while_waiting_leaves_no_trace() -> None:
    async def main() -> None:
        it = allowance_for(requests_per_minute=1, concurrency=2)
        await call(it)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10):
                await call(it)
        assert it.places.busy == 0
        assert await call(it) == pytest.approx(60)

    run(main())


@pytest.mark.parametrize(
    ("body", "parameters", "tokens"),
    [
        (b"x" * 400, {}, 100),
        (b"x" * 400, {"max_tokens": 50}, 150),
        (b"", {"max_tokens": 50, "max_completion_tokens": 70}, 70),
        (b"", {"max_tokens": "many"}, 0),
    ],
)
def test_what_a_call_is_counted_for(body: bytes, parameters: dict[str, Any], tokens: float) -> None:
    assert estimated_tokens(body, parameters) == tokens


def test_a_slower_pace_gives_back_no_more_than_was_paid() -> None:
    async def main() -> float:
        it = allowance_for(tokens_per_minute=60)
        async with it.call(30) as leave:
            begun = leave.started
            it.refused(Leave(begun + 1, 30), 0.0)
            it.answered(leave, Usage(input=0, output=0))
        return it.tokens.due - begun

    assert run(main()) == 0.0
