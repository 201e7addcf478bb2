"""Which cases a wish takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.evals.case import Case
from promptctl.core.evals.selection import EVERYTHING, Selection, Shard, parse_shard, parse_tags
from promptctl.errors import UsageError

CASE = Case(name="refund in English", expect=(), tags={"language": "en", "kind": "refund"})


@pytest.mark.parametrize(
    ("wish", "taken"),
    [
        ({}, True),
        ({"only": "refund*"}, True),
        ({"only": "refund"}, False),
        ({"tags": ["language=en"]}, True),
        ({"tags": ["language=en", "kind=refund"]}, True),
        ({"tags": ["language=en", "kind=other"]}, False),
        ({"tags": ["language=de", "language=en"]}, True),
        ({"tags": ["absent="]}, False),
        ({"names": frozenset({"other"})}, False),
        ({"names": frozenset({"refund in English"})}, True),
    ],
)
def test_what_is_taken(wish: dict[str, object], taken: bool) -> None:
    tags = parse_tags(wish.pop("tags", []))  # type: ignore[arg-type]
    selection = Selection(**wish, tags=tags)  # type: ignore[arg-type]
    assert selection.takes(CASE) == taken
    assert selection.narrows == (selection != EVERYTHING)


@given(st.text(), st.integers(1, 50))
def test_each_case_is_in_one_shard(name: str, count: int) -> None:
    assert sum(Shard(index=index, count=count).has(name) for index in range(1, count + 1)) == 1


def test_a_case_stays_in_its_shard() -> None:
    found = [next(i for i in (1, 2, 3) if Shard(index=i, count=3).has(f"case {n}")) for n in range(12)]
    assert found == [1, 2, 3, 1, 1, 1, 3, 1, 2, 3, 2, 2]


@pytest.mark.parametrize("text", ["", "1", "0/3", "4/3", "1/0", "a/b", "1/3/4", "-1/3", "1/٣", "1/1000000"])
def test_what_is_no_shard(text: str) -> None:
    with pytest.raises(UsageError, match="is no shard"):
        parse_shard(text)


def test_shards_and_tags_as_they_are_written() -> None:
    assert str(parse_shard("2/3")) == "2/3"
    assert str(Selection(only="a*", tags=parse_tags(["k=v", "k=a=b"]))) == "a* k=a=b k=v"
    with pytest.raises(UsageError, match="is no tag"):
        parse_tags(["language"])
