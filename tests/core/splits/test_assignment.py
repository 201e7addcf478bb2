"""What assignment has to be for experiments to mean anything: uniform, independent, sticky, and never moved in vain.

RELIABILITY I16. The ids are fixed, so that each of these holds or fails for good: thirty thousand of them in the
default suite, a million marked ``long``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

import pytest

from promptctl.core.moves.pointer import Served
from promptctl.core.releases.version import version
from promptctl.core.splits.assignment import assigner, position
from promptctl.core.splits.ranges import Ranges, shared
from promptctl.core.splits.split import WHOLE, Arm, Split

SERVED = Served(version("1.0.0"), "sha256:" + "0" * 64)
SIZES = [30_000, pytest.param(1_000_000, marks=pytest.mark.long)]
CHI_SQUARE_99, CHI_SQUARE_81 = 160.1, 148.2
"""What Pearson's statistic with so many degrees of freedom exceeds once in ten thousand times."""


def ids(count: int) -> list[str]:
    return [f"user-{number}" for number in range(count)]


def chi_square(found: Counter[int], cells: int) -> float:
    """Against as many in each cell."""
    expected = found.total() / cells
    return sum((found[cell] - expected) ** 2 for cell in range(cells)) / expected


def split_of(arms: dict[str, Ranges], salt: str = "salt") -> Split:
    made = tuple(Arm(name=name, served=SERVED, ranges=ranges) for name, ranges in arms.items())
    return Split(kind="rollout", id="x", salt=salt, unit="user", state="running", arms=made)


def shares(written: str) -> dict[str, Decimal]:
    words = written.split()
    return {name: Decimal(share) for name, share in zip(words[::2], words[1::2], strict=True)}


def changed(arms: dict[str, Ranges], written: str) -> dict[str, Ranges]:
    return shared(list(arms.items()), shares(written))


def arms_of(split: Split, units: Iterable[str]) -> list[str]:
    names, assign = [arm.name for arm in split.arms], assigner(split)
    return [names[assign(unit)] for unit in units]


@pytest.mark.parametrize("salts", [2, pytest.param(20, marks=pytest.mark.long)])
def test_units_are_spread_evenly_under_any_salt(salts: int) -> None:
    """A hundred cells, and the arms of a split to within five standard errors."""
    units = ids(15_000 * salts if salts < 20 else 1_000_000)
    split = split_of(changed({}, "a 5 b 33.33 c 61.67"))
    for number in range(salts):
        salt = f"salt-{number}"
        places = [position(salt, unit) for unit in units]
        assert chi_square(Counter(place // 100 for place in places), 100) < CHI_SQUARE_99
        for arm in split.arms:
            share = arm.percent / 100
            inside = sum(start <= place < end for place in places for start, end in arm.ranges)
            assert abs(inside - share * len(units)) < 5 * (share * (1 - share) * len(units)) ** 0.5


@pytest.mark.parametrize("count", SIZES)
def test_two_splits_know_nothing_of_each_other(count: int) -> None:
    """Ten cells of one by ten cells of the other: as many units in each of the hundred."""
    pairs = Counter(position("one", unit) // 1000 * 10 + position("other", unit) // 1000 for unit in ids(count))
    rows = [sum(pairs[10 * row + column] for column in range(10)) for row in range(10)]
    columns = [sum(pairs[10 * row + column] for row in range(10)) for column in range(10)]
    expected = [[rows[row] * columns[column] / count for column in range(10)] for row in range(10)]
    found = sum((pairs[10 * r + c] - expected[r][c]) ** 2 / expected[r][c] for r in range(10) for c in range(10))
    assert found < CHI_SQUARE_81


@pytest.mark.parametrize("count", SIZES)
def test_nobody_leaves_an_arm_that_grows(count: int) -> None:
    """25 % keeps all of the 5 %, through four steps and a pause."""
    units, arms = ids(count), changed({"stable": ((0, WHOLE),)}, "stable 99 canary 1")
    inside = {unit for unit, arm in zip(units, arms_of(split_of(arms), units), strict=True) if arm == "canary"}
    for percent in (5, 25, 25, 50, 100):
        arms = changed(arms, f"stable {100 - percent} canary {percent}")
        now = {unit for unit, arm in zip(units, arms_of(split_of(arms), units), strict=True) if arm == "canary"}
        assert inside <= now
        assert abs(len(now) - count * percent / 100) < 5 * (count * 0.25) ** 0.5
        inside = now
    assert len(inside) == count


@pytest.mark.parametrize("count", SIZES)
def test_no_more_units_move_than_the_growth_of_arms_holds(count: int) -> None:
    """Each unit that moves stands in what changed hands, and what changed hands is the growth, counted by place."""
    units = ids(count)
    places = Counter(position("salt", unit) for unit in units)
    arms: dict[str, Ranges] = changed({}, "a 40 b 30 c 20 d 10")
    before = arms_of(split_of(arms), units)
    for written in ("a 10 b 20 c 30 d 40", "a 33.33 b 33.33 e 33.34", "a 50 b 50", "a 0 b 100", "f 99.99 b 0.01"):
        old, arms = arms, changed(arms, written)
        after = arms_of(split_of(arms), units)
        growth = {name: max(0, width(own) - width(old.get(name, ()))) for name, own in arms.items()}
        moved = Counter(now for was, now in zip(before, after, strict=True) if was != now)
        assert all(growth[arm] for arm in moved)
        taken = {arm: sum(places[place] for place in gained(old.get(arm, ()), own)) for arm, own in arms.items()}
        assert moved == Counter(taken)
        assert sum(len(gained(old.get(arm, ()), own)) for arm, own in arms.items()) == sum(growth.values())
        before = after


def width(ranges: Ranges) -> int:
    return sum(end - start for start, end in ranges)


def gained(before: Ranges, after: Ranges) -> set[int]:
    """The places that an arm has and did not have."""
    had = {place for start, end in before for place in range(start, end)}
    return {place for start, end in after for place in range(start, end)} - had
