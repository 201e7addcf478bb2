"""Instructions and processes, with a ceiling for each: what becomes slower fails on any machine, at any load."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.instructions.counting import counted
from tests.instructions.measuring import CEILINGS, MORE_IN, each, grown, once, one_more

NOISE = 0.02
"""The part of its instructions that a command may take more or less, by who is faster: it or the git it waits for."""


def _summed(count: int) -> int:
    found = 0
    for number in range(count):
        found += number
    return found


def test_counts_follow_what_is_done_and_nothing_else() -> None:
    counts = [counted(partial(_summed, count)).instructions for count in (10, 20, 110, 20)]
    assert counts[1] == counts[3]
    assert counts[2] - counts[1] == 9 * (counts[1] - counts[0]) > 0


def test_what_applications_wait_for_has_a_ceiling(folder: Path) -> None:
    found = dict(once(folder))
    assert {name: count for name, count in found.items() if count.instructions > CEILINGS[name]} == {}
    assert {name: count for name, count in found.items() if count.processes} == {}


def test_one_more_has_a_ceiling(folder: Path) -> None:
    found = dict(one_more(folder))
    assert {name: count for name, count in found.items() if count.instructions > CEILINGS[name]} == {}
    assert {name: count for name, count in found.items() if count.processes} == {}


def test_commands_grow_with_what_they_look_at_and_with_nothing_else(folder: Path) -> None:
    for (axis, name), few, many in grown(folder):
        assert few.processes == many.processes, (axis, name)
        if (axis, name) in MORE_IN:
            assert 0 < each(few, many).instructions <= CEILINGS[f"{axis[:-1]} in {name}"], (axis, name)
        else:
            assert many.instructions <= (1 + NOISE) * few.instructions, (axis, name)
