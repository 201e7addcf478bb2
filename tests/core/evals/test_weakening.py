"""What counts as asking less than the baseline's suite, and what does not."""

from __future__ import annotations

import pytest

from promptctl.core.evals.weakening import weakened
from tests.core.eval_samples import simple_suite, suite

CASES = """
cases:
  - {name: a, inputs: {ticket: t1}, tags: {language: en}, expect: [{contains: x}, {not_contains: y, name: n}]}
  - {name: b, inputs: {ticket: t2}, tags: {language: de}, expect: [{equals: z}]}
"""
GATE = """
repeat: 3
gate:
  pass_rate: {min: 0.9, max_drop: 0.05}
  metrics: {n: {min: 0.8, max_drop: 0.1}, cost: {max: 1, max_rise: 0.1}}
  against: prod
  segments: [language]
  min_pass: 2
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: a", "name: renamed"),
        ("{contains: x}", "{contains: x}, {length: {max: 9}}"),
        ("  - {name: b", "  - {name: c, expect: [contains: q]}\n  - {name: b"),
        ("{contains: x}", "{contains: x, name: other, weight: 3}"),
        ("min: 0.9", "min: 0.95"),
        ("max_drop: 0.05", "max_drop: 0.01"),
        ("max: 1", "max: 0.5"),
        ("n: {", "score: {min: 0.1}, n: {"),
        ("min_pass: 2", "min_pass: 3"),
        ("repeat: 3", "repeat: 4\nmodels: [m]"),
        ("[language]", "[language, source]"),
    ],
)
def test_asking_more_or_the_same(old: str, new: str) -> None:
    extra = "\n  - {name: tagged, tags: {source: x}, expect: [contains: q]}"
    before = suite(CASES + GATE)
    text = (CASES.rstrip() + extra + GATE).replace(old, new, 1)
    if "repeat: 4" in new:
        text = text.replace("min_pass: 2", "min_pass: 3")
    assert text.count(new)
    assert weakened(suite(text), before) == ()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("  - {name: b, inputs: {ticket: t2}, tags: {language: de}, expect: [{equals: z}]}\n", "", "'b' is gone"),
        ("{contains: x}, ", "", "'a' lost or changed contains"),
        (", {not_contains: y, name: n}", ", {not_contains: yy, name: n}", "'a' lost or changed not_contains"),
        ("not_contains: y", "contains: y", "'a' lost or changed not_contains"),
        ("{equals: z}", "{contains: z}", "'b' lost or changed equals"),
        ("ticket: t2", "ticket: t3", "'b' has other inputs"),
        ("language: de", "language: en", "'b' has other row or tags"),
        ("name: n}", "name: m}, {length: 1, name: n}", "'a' lost or changed not_contains"),
        ("name: n}", "name: n, weight: 0.1}", "'a' lost or changed not_contains"),
        ("min: 0.9", "min: 0.89", "the min of pass_rate is 0.89 instead of 0.9"),
        ("max_drop: 0.05", "max_drop: 0.06", "the max_drop of pass_rate is 0.06"),
        (", max_drop: 0.05", "", "pass_rate has no max_drop any more"),
        ("min: 0.8", "min: 0.7", "the min of n"),
        ("n: {min: 0.8, max_drop: 0.1}, ", "", "n has no min any more"),
        ("max: 1", "max: 2", "the max of cost"),
        ("max_rise: 0.1", "max_rise: 0.2", "the max_rise of cost"),
        (", cost: {max: 1, max_rise: 0.1}", "", "cost has no max any more"),
        ("against: prod", "against: staging", "the baseline 'prod' is now 'staging'"),
        ("  segments: [language]\n", "", "the segment 'language' is gone"),
        ("min_pass: 2", "min_pass: 1", "1 of 3 answers must pass instead of 2 of 3"),
        ("repeat: 3", "repeat: 4", "2 of 4 answers must pass instead of 2 of 3"),
        ("repeat: 3", "repeat: 2", "asked 2 times instead of 3"),
        ("min_pass: 2", "min_pass: 2\n  inconclusive: pass", "an inconclusive verdict passes now"),
    ],
)
def test_asking_less(old: str, new: str, reason: str) -> None:
    text = (CASES + GATE).replace(old, new, 1)
    assert text != CASES + GATE
    found = weakened(suite(text), suite(CASES + GATE))
    assert any(reason in sentence for sentence in found), found


def test_a_baseline_that_is_dropped() -> None:
    before = simple_suite(1, gate="against: prod")
    assert weakened(simple_suite(1), before) == ("there is no baseline any more",)


def test_rows_are_found_again_where_they_moved() -> None:
    text = "cases: [{dataset: d.csv, expect: [equals: '{{ row.x }}']}]"
    rows = [{"ticket": f"t{index}", "x": f"x{index}"} for index in range(4)]
    before = suite(text, {"d.csv": rows})
    assert weakened(suite(text, {"d.csv": [{"ticket": "new", "x": "new"}, *reversed(rows)]}), before) == ()
    assert weakened(suite(text, {"d.csv": rows[1:]}), before) == ("the case 'd.csv:1' has other inputs",)
    changed = [*rows[:3], {"ticket": "t3", "x": "easy"}]
    assert weakened(suite(text, {"d.csv": changed}), before) == ("the case 'd.csv:4' has other row or tags",)


def test_a_case_cannot_stand_for_two() -> None:
    twice = "cases: [{name: a, expect: [{contains: x}]}, {name: b, expect: [{contains: x}, {equals: x}]}]"
    once = "cases: [{name: b, expect: [{contains: x}, {equals: x}]}]"
    assert weakened(suite(once), suite(twice)) == ("the case 'a' is gone",)
    assert weakened(suite(twice), suite(twice)) == ()
