"""Bounds of a run: what is spent and under way never passes them, as far as prices were expected rightly."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.evals.stopping import Stopped, Stopping, dollars

_CENTS = st.integers(0, 100)


@given(most=_CENTS, calls=st.lists(st.tuples(_CENTS, st.integers(0, 3)), max_size=20))
def test_no_call_begins_that_would_pass_the_bound(most: int, calls: list[tuple[int, int]]) -> None:
    stopping, begun, under_way = Stopping(max_cost=most), 0, ExitStack()
    with under_way:
        for price, cheaper in calls:
            try:
                settle = under_way.enter_context(stopping.call(price))
            except Stopped:
                assert begun + price > most
                assert stopping.reason
            else:
                begun += price
                settle(max(0, price - cheaper))
        assert begun <= most


def test_a_call_that_fails_costs_nothing_and_one_of_unknown_price_what_was_expected() -> None:
    stopping = Stopping(max_cost=3)
    with pytest.raises(OSError, match="broken"), stopping.call(3):
        raise OSError("broken")
    with stopping.call(2) as settle:
        settle(None)
    with pytest.raises(Stopped, match=r"\$2.00 are spent"), stopping.call(2):
        pass


def test_failures_are_counted() -> None:
    stopping = Stopping(maxfail=2)
    stopping.failed()
    assert stopping.reason is None
    stopping.failed()
    stopping.failed()
    assert stopping.reason == "stopped after 2 failures (--maxfail)"


def test_without_bounds_nothing_stops() -> None:
    unbounded = Stopping()
    unbounded.failed()
    unbounded.refuse(9, 9)
    with unbounded.call(1e9):
        assert unbounded.reason is None


@pytest.mark.parametrize(
    ("amount", "shown"), [(0, "$0.00"), (12.345, "$12.35"), (0.1234, "$0.1234"), (0.000123, "$0.00012")]
)
def test_amounts(amount: float, shown: str) -> None:
    assert dollars(amount) == shown
