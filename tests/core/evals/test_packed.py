"""Many cases and samples take few bytes, and are the same as few."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.evals.case import Case
from promptctl.core.evals.packed import MANY, Packed, Places, in_order, those
from promptctl.core.evals.packed_cases import pack_cases
from promptctl.core.evals.packed_results import pack_result, pack_results, unpack_result
from promptctl.core.evals.tally import CaseResult, ReplyReference, tally
from promptctl.core.layers import Layers
from tests.core.eval_samples import DIGEST, MODEL, reference, result, suite

ROWS = MANY + 100
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
RESULTS = st.builds(
    CaseResult,
    case=st.text(min_size=1),
    model=st.text(min_size=1),
    sample=st.integers(0, 9),
    passed=st.just(False),
    scores=st.dictionaries(st.text(), st.floats(0, 1), max_size=2),
    error=st.none() | st.text(),
    cost=st.none() | st.floats(0, 9),
    latency_ms=st.none() | st.floats(0, 9),
    replies=st.lists(st.builds(ReplyReference, key=st.text() | st.just(DIGEST), digest=st.just(DIGEST))).map(tuple),
)


def bytes_each(make: Callable[[], Sequence[Any]]) -> float:
    """What each value of a sequence takes while it is held."""
    tracemalloc.start()
    try:
        found = make()
        return tracemalloc.get_traced_memory()[0] / len(found)
    finally:
        tracemalloc.stop()


def rows(expect: str, count: int = ROWS) -> Sequence[Case]:
    numbered = [{"name": f"case {n}", "ticket": f"ticket {n}", "want": f"w{n}"} for n in range(count)]
    text = f"cases:\n  - dataset: cases.jsonl\n    expect: [{{{expect}}}]\n"
    return suite(text, {"cases.jsonl": numbered}).cases


def samples(count: int = ROWS) -> Sequence[CaseResult]:
    return pack_results(result(f"case {n}", scores={"contains": 1.0}, replies=(reference(n),)) for n in range(count))


@pytest.mark.parametrize(("expect", "most"), [("contains: ok", 200), ('contains: "{{ row.want }}"', 220)])
def test_a_case_takes_few_bytes_more(expect: str, most: int) -> None:
    rows(expect, 1)  # loads what is loaded once
    assert bytes_each(lambda: rows(expect)) < most


def test_a_sample_takes_few_bytes() -> None:
    assert bytes_each(samples) < 260


def test_cases_are_what_they_were() -> None:
    found = rows('contains: "{{ row.want }}"')
    assert isinstance(found, Packed)
    assert (found[7].name, found[7].inputs, found[7].row) == ("case 7", {"ticket": "ticket 7"}, {"want": "w7"})
    assert [it.argument for it in found[7].expect] == ["w7"]
    assert pack_cases(found) == found
    assert found[3:5] == tuple(found)[3:5]
    assert found != tuple(found)[1:]


@given(st.lists(st.builds(lambda row: row, st.dictionaries(st.text(), VALUES, max_size=3)), max_size=4))
def test_rows_come_back_whatever_they_hold(given_rows: list[dict[str, Any]]) -> None:
    cases = [Case(name=str(place), expect=(), inputs=row, row=row) for place, row in enumerate(given_rows)]
    many = pack_cases([*cases, *(Case(name=f"more {n}", expect=()) for n in range(MANY))])
    assert isinstance(many, Packed)
    assert json.dumps([case.row for case in many[: len(cases)]]) == json.dumps(given_rows)


@given(RESULTS)
def test_samples_come_back_whatever_they_hold(one: CaseResult) -> None:
    assert unpack_result(pack_result(one)) == one


def test_few_are_kept_as_they_are() -> None:
    assert isinstance(samples(MANY - 1), tuple)
    assert isinstance(samples(MANY), Packed)


def test_parts_and_orders_are_those_of_values() -> None:
    many, few = samples(), tuple(samples())
    assert those(many, lambda it: it.case.endswith("7")) == those(few, lambda it: it.case.endswith("7"))
    assert in_order(many, lambda it: it.case) == in_order(few, lambda it: it.case)
    assert tally(many) == tally(few)


def test_scattered_samples_are_summed_like_those_that_follow_each_other() -> None:
    mixed = [result("a"), result("b"), result("a", False, sample=1)]
    assert tally(mixed) == tally(sorted(mixed, key=lambda it: it.case))
    assert list(tally(mixed)) == ["a", "b"]


@pytest.mark.parametrize("count", [3, MANY])
def test_places_are_filled_in_any_order(count: int) -> None:
    places = Places(count, pack_result, unpack_result)
    for place in (2, 0):
        places.put(place, result(f"case {place}"))
    assert places.filled == 2
    assert [it.case for it in places.values] == ["case 0", "case 2"]
    assert {it.model for it in places.values} == {MODEL}


def test_layers_show_what_is_on_top() -> None:
    found = Layers([{"a": 1}, {"a": 2, "b": 3}])
    assert dict(found) == {"a": 1, "b": 3}
    assert len(found) == 2
    assert ("b" in found, "c" in found, found.get("c")) == (True, False, None)
