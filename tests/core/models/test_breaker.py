from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.models.breaker import Breaker, BreakerLimits

LIMITS = BreakerLimits(faults=3, error_rate=0.5, window=4, seconds=1, longest=8)


def failing(breaker: Breaker, times: int, now: float = 0.0, chance: float = 1.0) -> Breaker:
    for _ in range(times):
        breaker = breaker.failed(breaker.admission(now), now, chance)
    return breaker


def test_faults_in_a_row_open_it() -> None:
    breaker = failing(Breaker(limits=LIMITS), 2)
    assert breaker.state(0) == "closed"
    rare = Breaker(limits=BreakerLimits(faults=3))
    assert failing(failing(rare, 2).succeeded("call"), 2).state(0) == "closed"
    opened = failing(breaker, 1)
    assert (opened.state(0.9), opened.admission(0.9)) == ("open", "no")
    assert (opened.state(1), opened.admission(1)) == ("half-open", "probe")


def test_a_share_of_faults_opens_it() -> None:
    breaker = Breaker(limits=LIMITS)
    for fault in (False, True, False, True):
        assert breaker.state(0) == "closed"
        breaker = breaker.failed("call", 0, 1) if fault else breaker.succeeded("call")
    assert breaker.state(0) == "open"


def test_one_probe_at_a_time_decides() -> None:
    breaker = failing(Breaker(limits=LIMITS), 3).admitted("probe")
    assert (breaker.state(1), breaker.admission(1)) == ("half-open", "no")
    assert breaker.wait(1) == 0.25
    # Calls that were sent before it opened tell nothing.
    assert breaker.succeeded("call") == breaker.failed("call", 1, 1) == breaker
    assert breaker.released("probe").admission(1) == "probe"
    back = breaker.succeeded("probe")
    assert (back.state(1), back.streak, back.openings, back.room(cautious=True)) == ("closed", 0, 0, None)


def test_it_stays_open_longer_each_time() -> None:
    breaker, now, waits = failing(Breaker(limits=LIMITS), 3), 0.0, []
    for _ in range(6):
        waits.append(breaker.wait(now))
        now += waits[-1]
        breaker = breaker.admitted(breaker.admission(now)).failed("probe", now, 1.0)
    assert waits == [1, 2, 4, 8, 8, 8]
    assert failing(Breaker(limits=LIMITS), 3, chance=0.0).wait(0) == 0.5


def test_no_more_are_let_through_than_may_fail() -> None:
    fresh = Breaker(limits=LIMITS)
    assert (fresh.room(cautious=True), fresh.room(cautious=False)) == (3, None)
    assert (failing(fresh, 2).room(cautious=False), failing(fresh, 3).room(cautious=True)) == (1, None)
    assert fresh.succeeded("call").room(cautious=True) is None


STEPS = st.lists(st.tuples(st.sampled_from(["ask", "answer", "fault", "give up"]), st.floats(0, 3)), max_size=60)


@given(STEPS)
def test_a_dead_provider_gets_the_threshold_and_then_one_probe_at_a_time(steps: list[tuple[str, float]]) -> None:
    """Whatever the order: between two answers at most ``faults`` calls fail before it opens, then one each opening."""
    breaker, now, out, failed = Breaker(limits=LIMITS), 0.0, list[str](), 0
    for step, seconds in steps:
        now += seconds
        if step == "ask":
            admission = breaker.admission(now)
            room = breaker.room(cautious=True)
            if admission != "no" and (room is None or len(out) < room):
                assert admission != "probe" or "probe" not in out
                breaker = breaker.admitted(admission)
                out.append(admission)
        elif out:
            ticket = out.pop()
            if step == "answer":
                breaker, failed = breaker.succeeded(ticket), 0  # type: ignore[arg-type]
            elif step == "fault":
                before = breaker
                breaker = breaker.failed(ticket, now, 0.5)  # type: ignore[arg-type]
                failed += breaker is not before
                assert failed <= LIMITS.faults + breaker.openings
            else:
                breaker = breaker.released(ticket)  # type: ignore[arg-type]
