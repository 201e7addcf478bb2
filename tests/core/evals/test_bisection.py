"""Binary search with states that cannot be judged."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.evals.bisection import Found, Outcome, first_bad


@given(st.integers(2, 60).flatmap(lambda count: st.tuples(st.just(count), st.integers(1, count - 1))), st.data())
def test_it_ends_at_the_first_bad_state_or_at_those_that_hide_it(sizes: tuple[int, int], data: st.DataObject) -> None:
    count, first = sizes
    skipped = data.draw(st.sets(st.integers(1, count - 2))) if count > 2 else set()
    asked: list[int] = []

    def judge(index: int) -> Outcome:
        asked.append(index)
        return "skip" if index in skipped else "bad" if index >= first else "good"

    found = first_bad(count, judge)
    assert found.suspects[0] == found.good + 1
    assert first in found.suspects
    assert set(found.suspects[:-1]) <= skipped
    assert len(asked) == len(set(asked))
    assert not {0, count - 1} & set(asked)
    if not skipped:
        assert found == Found(first - 1, (first,))
        assert len(asked) <= math.ceil(math.log2(count))
