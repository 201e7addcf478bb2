"""Shares become ranges: as few units move as can, only into arms that grow, and who was in at 5 % is in at 25 %."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.moves.pointer import Served
from promptctl.core.releases.version import version
from promptctl.core.splits.ranges import Ranges, shared
from promptctl.core.splits.split import WHOLE, Arm, shares_fault
from promptctl.errors import UsageError

SERVED = Served(version("1.0.0"), "sha256:" + "0" * 64)
NAMES = [f"arm-{number}" for number in range(6)]
Percents = dict[str, Decimal]


@st.composite
def percents(draw: st.DrawFn) -> Percents:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    cuts = sorted(draw(st.lists(st.integers(0, WHOLE), min_size=len(names) - 1, max_size=len(names) - 1)))
    return {
        name: Decimal(end - start) / 100 for name, start, end in zip(names, [0, *cuts], [*cuts, WHOLE], strict=True)
    }


def owners(arms: dict[str, Ranges]) -> list[str | None]:
    """Who has each ten-thousandth."""
    line: list[str | None] = [None] * WHOLE
    for name, ranges in arms.items():
        for start, end in ranges:
            line[start:end] = [name] * (end - start)
    return line


@given(st.lists(percents(), min_size=1, max_size=6))
def test_a_change_moves_as_many_units_as_the_growing_arms_grow_by(changes: list[Percents]) -> None:
    arms: dict[str, Ranges] = {}
    for wanted in changes:
        before, line = arms, owners(arms)
        arms = shared(list(before.items()), wanted)
        assert list(arms) == list(wanted)
        assert shares_fault(Arm(name=name, served=SERVED, ranges=ranges) for name, ranges in arms.items()) is None
        grown = {name: int(wanted[name] * 100) - line.count(name) for name in wanted}
        assert {name: line.count(name) + growth for name, growth in grown.items()} == {
            name: sum(end - start for start, end in ranges) for name, ranges in arms.items()
        }
        moved = [now for was, now in zip(line, owners(arms), strict=True) if was != now]
        assert len(moved) == sum(growth for growth in grown.values() if growth > 0)
        assert all(now is not None and grown[now] > 0 for now in moved)


@pytest.mark.parametrize("count", [2, 3, 6, 10])
def test_an_arm_has_few_ranges_however_often_shares_change(count: int) -> None:
    """Not more than there are arms, over three hundred changes at random, with arms that come and go."""
    chances = Random(count)
    arms: dict[str, Ranges] = {}
    for _ in range(300):
        names = [f"arm-{number}" for number in range(count) if chances.random() < 0.8] or ["arm-0"]
        cuts = sorted(chances.randrange(WHOLE + 1) for _ in names[1:])
        widths = (end - start for start, end in pairwise((0, *cuts, WHOLE)))
        wanted = {name: Decimal(width) / 100 for name, width in zip(names, widths, strict=True)}
        arms = shared(list(arms.items()), wanted)
        assert max(len(ranges) for ranges in arms.values()) <= count


def test_25_percent_keep_all_of_the_5_percent() -> None:
    arms: dict[str, Ranges] = {"stable": ((0, WHOLE),)}
    for step, canary in ((5, ((0, 500),)), (25, ((0, 2500),)), (50, ((0, 5000),)), (5, ((0, 500),)), (0, ())):
        arms = shared(list(arms.items()), {"stable": Decimal(100 - step), "canary": Decimal(step)})
        assert arms == {"stable": ((step * 100, WHOLE),), "canary": canary}


def test_whoever_ends_gives_all_and_whoever_begins_takes_from_those_who_shrink() -> None:
    """By hand: b's piece goes whole to c, which lacks 30; the rest of it comes from a's piece, from the side of c."""
    before: list[tuple[str, Ranges]] = [("a", ((0, 6000),)), ("b", ((6000, 8000),)), ("d", ((8000, WHOLE),))]
    wanted = {"a": Decimal(50), "c": Decimal(30), "d": Decimal(20)}
    assert shared(before, wanted) == {"a": ((0, 5000),), "c": ((5000, 8000),), "d": ((8000, WHOLE),)}


def test_shares_that_stay_move_nobody() -> None:
    arms: list[tuple[str, Ranges]] = [("a", ((0, 10), (500, 9000))), ("b", ((10, 500), (9000, WHOLE)))]
    assert shared(arms, {"b": Decimal(1490) / 100, "a": Decimal("85.10")}) == {"b": arms[1][1], "a": arms[0][1]}


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ({"a": "50", "b": "45"}, "the shares of the arms sum to 95 %, not to 100 %: a 50, b 45"),
        ({"a": "33.33", "b": "66.66"}, "the shares of the arms sum to 99.99 %, not to 100 %: a 33.33, b 66.66"),
        ({"a": "100", "b": "0.01"}, "the shares of the arms sum to 100.01 %, not to 100 %"),
        ({}, "the shares of the arms sum to 0 %, not to 100 %: there are none"),
        ({"a": "33.333", "b": "66.667"}, "the share of the arm a is 33.333 %"),
        ({"a": "110", "b": "-10"}, "the share of the arm a is 110 %"),
        ({"a": "-10", "b": "110"}, "the share of the arm a is -10 %"),
        ({"a": "NaN", "b": "100"}, "the share of the arm a is NaN %"),
        ({"a": "1e999999"}, "the share of the arm a is 1E+999999 %"),
    ],
)
def test_shares_that_are_none(shares: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        shared((), {name: Decimal(share) for name, share in shares.items()})
    assert caught.value.code == "PC215"
    assert str(caught.value).startswith(said)
