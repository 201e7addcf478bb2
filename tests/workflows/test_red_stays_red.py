"""A red suite is asked again, live, until somebody has enough: what was seen once stays seen."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.evals import NAME, Registry, cases, registry, saying

TICKETS = [f"ticket-{number}" for number in range(4)]
SUITE = cases(*TICKETS, repeat=2, gate={"pass_rate": {"min": 0.9}})
MEANT = cases(*TICKETS, repeat=3, gate={"pass_rate": {"min": 0.9}, "min_pass": 2})


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path, SUITE, remote=False) as found:
        yield found


def lucky_after(first: int) -> Callable[[str], str]:
    """Wrong in a quarter of the first answers, right ever after."""
    count = iter(range(10_000))
    return lambda _: "ok" if (number := next(count)) >= first or number % 4 else "no"


def test_ten_lucky_runs_do_not_hide_an_unlucky_one(it: Registry) -> None:
    it.server.always = saying(lucky_after(8))
    red = it.refused("eval", "--json", code=1).data["prompts"][0]
    assert (red["outcome"], it.asked) == ("fail", 8)
    for again in range(1, 11):
        found = it.refused("eval", NAME, "--replies", "live", "--json", code=1).data["prompts"][0]
        assert (found["outcome"], it.asked, len(found["samples"])) == ("fail", 8, 8 * (again + 1))
    assert it.refused("eval", "--json", code=1).data["prompts"][0]["outcome"] == "fail"
    assert it.asked == 0
    assert it.verify().ok


@pytest.mark.long
def test_ten_runs_of_a_prompt_that_is_too_weak_are_red(it: Registry) -> None:
    """Half of the answers are wrong, two of three are asked for: a case may be lucky in a run, the suite is not."""
    it.write({"eval.yaml": MEANT})
    draw = random.Random(7).random
    it.server.always = saying(lambda _: "ok" if draw() < 0.5 else "no")
    outcomes = [it.run("eval", NAME, "--replies", "live", "--json").code for _ in range(11)]
    assert outcomes == [1] * 11
