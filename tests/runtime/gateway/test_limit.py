from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from promptctl.runtime.gateway.limit import AdaptiveLimit


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Callers:
    """Calls that hold a place until told to leave."""

    def __init__(self, limit: AdaptiveLimit) -> None:
        self.limit = limit
        self.inside: list[int] = []
        self.leave: dict[int, asyncio.Event] = {}
        self.tasks: dict[int, asyncio.Task[None]] = {}

    def start(self, name: int) -> None:
        self.leave[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._call(name))

    async def _call(self, name: int) -> None:
        async with self.limit.place():
            self.inside.append(name)
            try:
                await self.leave[name].wait()
            finally:
                self.inside.remove(name)


def test_places_are_given_in_order_of_arrival() -> None:
    async def run() -> None:
        callers = Callers(AdaptiveLimit(2))
        for name in range(5):
            callers.start(name)
        await settle()
        assert callers.inside == [0, 1]
        callers.leave[1].set()
        await settle()
        assert callers.inside == [0, 2]
        for event in callers.leave.values():
            event.set()
        await asyncio.gather(*callers.tasks.values())
        assert callers.limit.busy == 0

    asyncio.run(run())


def test_a_refusal_halves_and_answers_widen_again() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(16)
        callers = Callers(limit)
        for name in range(16):
            callers.start(name)
        await settle()
        limit.narrow()
        assert limit.allowed == 8
        limit.narrow()
        assert limit.allowed == 4
        for _ in range(4):
            limit.widen()
        assert 4.8 < limit.allowed <= 5.0
        for _ in range(2000):
            limit.widen()
        assert limit.allowed == 16
        for event in callers.leave.values():
            event.set()
        await asyncio.gather(*callers.tasks.values())

    asyncio.run(run())


def test_there_is_always_one_place() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(3)
        for _ in range(10):
            limit.narrow()
        assert limit.allowed == 1
        async with limit.place():
            assert limit.busy == 1

    asyncio.run(run())


def test_a_caller_that_gives_up_while_waiting_leaves_no_trace() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(1)
        callers = Callers(limit)
        for name in range(3):
            callers.start(name)
        await settle()
        callers.tasks[1].cancel()
        await settle()
        for event in callers.leave.values():
            event.set()
        await asyncio.gather(*callers.tasks.values(), return_exceptions=True)
        assert limit.busy == 0

    asyncio.run(run())


def test_a_place_handed_to_a_caller_that_gives_up_in_the_same_step_is_free_again() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(1)
        callers = Callers(limit)
        async with limit.place():
            callers.start(0)
            await settle()
        callers.tasks[0].cancel()
        await asyncio.gather(callers.tasks[0], return_exceptions=True)
        assert limit.busy == 0

    asyncio.run(run())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["start", "leave", "cancel", "narrow", "widen"]), st.integers(0, 9))))
def test_never_too_many_never_stuck(steps: list[tuple[str, int]]) -> None:
    async def run() -> None:
        limit = AdaptiveLimit(3)
        callers = Callers(limit)
        for step, name in steps:
            if step == "start" and name not in callers.tasks:
                callers.start(name)
            elif step == "leave" and name in callers.leave:
                callers.leave[name].set()
            elif step == "cancel" and name in callers.tasks:
                callers.tasks[name].cancel()
            elif step == "narrow":
                limit.narrow()
            elif step == "widen":
                limit.widen()
            if name % 2:
                await settle()
            assert limit.busy <= limit.most
            assert len(callers.inside) <= limit.busy
        for event in callers.leave.values():
            event.set()
        async with asyncio.timeout(5):
            await asyncio.gather(*callers.tasks.values(), return_exceptions=True)
        assert (limit.busy, callers.inside) == (0, [])

    asyncio.run(run())
