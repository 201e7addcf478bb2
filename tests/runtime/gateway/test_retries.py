from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.adapters.providers import WIRE_FORMATS
from promptctl.adapters.providers.exchange import Answer
from promptctl.adapters.providers.fault import FaultKind, ProviderError
from promptctl.adapters.providers.transport import Transport
from promptctl.core.models.breaker import BreakerLimits
from promptctl.core.models.provider import ProviderSettings
from promptctl.runtime.gateway.allowance import Allowance
from promptctl.runtime.gateway.circuit import Circuit
from promptctl.runtime.gateway.outgoing import Lane, Outgoing, asked
from promptctl.runtime.gateway.pricing import PriceTable
from promptctl.runtime.gateway.retries import Effort, Patience, wait
from tests import virtual_time
from tests.servers import openai_answer

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


class Script:
    """A transport that does as it is told, one thing an attempt; the last one for ever."""

    def __init__(self, *outcomes: Answer | ProviderError | None, seconds: float = 0.0) -> None:
        self.outcomes, self.seconds, self.sent = list(outcomes), seconds, 0

    async def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        self.sent += 1
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        await asyncio.sleep(self.seconds)
        if outcome is None:
            await asyncio.Event().wait()
        if isinstance(outcome, ProviderError):
            raise outcome
        assert outcome
        return outcome


WELL = Answer(status=200, headers={}, body=json.dumps(openai_answer("yes")).encode())
PROVIDER = ProviderSettings(name="relay", kind="openai", base_url="http://relay.test")


def outgoing_over(
    script: Script, allowance: Allowance | None = None, *, cautious: bool = False, **limits: Any
) -> Outgoing:
    provider = replace(PROVIDER, breaker=BreakerLimits(**limits))
    lane = Lane(
        transport=cast("Transport", script),
        allowance=allowance or Allowance(provider),
        circuit=Circuit(provider, lambda: 0.0),
        cautious=cautious,
    )
    lane.make_room()
    return Outgoing(
        provider=provider,
        model_id="m",
        wire=WIRE_FORMATS["openai"],
        headers={},
        body=b"",
        tokens=1,
        lane=lane,
        streamed=False,
        secrets=(),
        longest_pause=60,
        now=lambda: datetime.now(UTC),
        priced=PriceTable().ready,
        observe=None,
    )


async def answer(outgoing: Outgoing, patience: Patience, chance: float = 0.5, **more: bool) -> str:
    effort = Effort(patience, lambda: chance)
    async with aclosing(asked(outgoing, effort, **{"others": False, "live": False, **more})) as deltas:
        reply = (await anext(deltas)).reply
    assert reply
    return reply.text


def run(script: Script, patience: Patience = QUICK, **more: bool) -> str:
    return virtual_time.run(answer(outgoing_over(script, faults=100), patience, **more))


def fails(script: Script, patience: Patience = QUICK, **more: bool) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        run(script, patience, **more)
    return caught.value


def test_passing_faults_are_tried_again() -> None:
    script = Script(fault("rate-limited"), fault("failing"), fault("unreachable"), WELL)
    assert (run(script), script.sent) == ("yes", 4)


def test_the_last_fault_is_told_when_attempts_end() -> None:
    last = fault("rate-limited")
    assert fails(Script(fault(), fault(), fault(), last, WELL)) is last


@pytest.mark.parametrize("kind", ["timeout", "quota", "refused", "unauthorized", "malformed", "too-large"])
def test_faults_that_stay_are_told_at_once(kind: FaultKind) -> None:
    script = Script(fault(kind), WELL)
    assert (fails(script).kind, script.sent) == (kind, 1)


def test_where_others_may_be_asked_patience_is_short() -> None:
    script = Script(fault())
    fails(script, others=True)
    assert script.sent == 2
    asks_to_wait = Script(fault("rate-limited", retry_after=1))
    fails(asks_to_wait, others=True)
    assert asks_to_wait.sent == 1


def test_a_wait_that_would_outlast_the_deadline_is_not_begun() -> None:
    script = Script(fault("rate-limited", retry_after=50), WELL)
    assert (fails(script, Patience(total=20)).kind, script.sent) == ("rate-limited", 1)


def test_the_deadline_holds_over_all() -> None:
    told = fails(Script(None), Patience(total=0.05))
    assert (told.kind, told.code) == ("timeout", "PC078")
    assert "0.05 s" in str(told)


@pytest.mark.parametrize(("total", "outcome"), [(19.0, "yes"), (17.0, "timeout"), (12.0, "rate-limited")])
def test_attempts_and_pauses_share_one_deadline(total: float, outcome: str) -> None:
    """Three attempts of 4 s and two pauses of 3 s do not fit into 17 s; a second pause not into 12 s."""
    script = Script(*[fault("rate-limited", retry_after=3)] * 2, WELL, seconds=4)

    async def kind() -> str:
        try:
            return await answer(outgoing_over(script), Patience(total=total), chance=0.0)
        except ProviderError as error:
            return error.kind

    assert virtual_time.run(kind()) == outcome


@pytest.mark.parametrize(("live", "outcome"), [(False, "yes"), (True, "timeout")])
def test_waiting_for_a_turn_counts_only_where_somebody_waits_for_the_answer(live: bool, outcome: str) -> None:
    async def kind() -> str:
        allowance = Allowance(replace(PROVIDER, requests_per_minute=1))
        async with allowance.call(1):
            pass
        try:
            return await answer(outgoing_over(Script(WELL), allowance), Patience(total=5), live=live)
        except ProviderError as error:
            return error.kind

    assert virtual_time.run(kind()) == outcome


def test_who_keeps_failing_is_left_alone_and_tried_by_one_call() -> None:
    """Two faults open the breaker for half a second, a failing probe for one; then the provider is back."""

    async def times() -> tuple[list[str], int, float]:
        script = Script(fault(), fault(), fault(), WELL)
        outgoing = outgoing_over(script, cautious=True, faults=2)
        answers = await asyncio.gather(*(answer(outgoing, Patience(), chance=0.0) for _ in range(20)))
        return answers, script.sent, asyncio.get_running_loop().time()

    # Open for 0.5 s, then for 1 s; who asks while the last probe is under way looks again a quarter of a second later.
    assert virtual_time.run(times()) == (["yes"] * 20, 2 + 1 + 20, 1.75)


def test_after_some_rests_nobody_waits_any_more() -> None:
    async def tries() -> tuple[str, int, float]:
        script = Script(fault("unreachable"))
        outgoing = outgoing_over(script, faults=2)
        with pytest.raises(ProviderError) as caught:
            await answer(outgoing, Patience(attempts=99, rests=3), chance=0.0)
        with pytest.raises(ProviderError):
            await answer(outgoing, Patience(), chance=0.0)
        return caught.value.code, script.sent, asyncio.get_running_loop().time()

    # Two faults, and probes after 0.5 s, 1 s and 2 s.
    assert virtual_time.run(tries()) == ("PC200", 5, 3.5)
