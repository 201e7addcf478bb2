"""Splits that are about some units: the others, and whoever cannot say, get the pointer's version."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from promptctl.core.moves.bundle import Bundle
from promptctl.errors import UsageError
from tests.bundles import small_bundle
from tests.runtime.forking import in_child
from tests.runtime.prompting import prompts_of, written


def about(when: str, **options: Any) -> Bundle:
    """``greet`` with a split about those who match: 1.0.0 for three quarters of them, 1.1.0 for the others."""
    bundle = small_bundle(**options)
    greet = bundle.prompts["greet"]
    assert greet.split
    return replace(bundle, prompts={**bundle.prompts, "greet": replace(greet, split=replace(greet.split, when=when))})


def test_a_split_is_about_those_who_match(tmp_path: Path) -> None:
    prompts = prompts_of(written(tmp_path, about("plan == 'pro' and region in ['eu', 'us']")))
    for unit in (f"user-{number}" for number in range(20)):
        without_when = prompts_of(written(tmp_path, small_bundle(), "other.json")).get("greet", unit=unit)
        inside = prompts.get("greet", unit=unit, attributes={"plan": "pro", "region": "eu"})
        assert (inside.reason, inside.arm, inside.version) == ("split", without_when.arm, without_when.version)
        for attributes in (None, {}, {"plan": "pro"}, {"plan": "free", "region": "eu"}):
            outside = prompts.get("greet", unit=unit, attributes=attributes)
            assert (outside.reason, outside.arm, outside.split, {*outside.notes}) == (
                "pointer",
                None,
                None,
                {"not-targeted"},
            )
            assert (outside.version, outside.unit, outside.attributes) == ("1.1.0", unit, attributes or {})


def test_without_a_unit_nobody_is_asked_about(tmp_path: Path) -> None:
    found = prompts_of(written(tmp_path, about("plan == 'pro'"))).get("greet", attributes={"plan": "pro"})
    assert (found.reason, {*found.notes}) == ("pointer", {"no-unit"})


def test_a_unit_that_is_no_text_is_a_mistake_for_those_who_do_not_match_too(tmp_path: Path) -> None:
    prompts = prompts_of(written(tmp_path, about("plan == 'pro'")))
    with pytest.raises(UsageError, match="a unit is a text, not int"):
        prompts.get("greet", unit=7)  # type: ignore[arg-type]


def test_what_cannot_be_answered_does_not_match_and_is_counted(tmp_path: Path) -> None:
    prompts = prompts_of(written(tmp_path, about("age > 18")))
    assert prompts.get("greet", unit="u", attributes={"age": 19}).reason == "split"
    assert (prompts.status().when_fault_count, prompts.status().when_faults) == (0, ())
    for _ in range(3):
        assert "not-targeted" in prompts.get("greet", unit="u", attributes={"age": "nineteen"}).notes
    assert "not-targeted" in prompts.get("greet", unit="u", attributes=7).notes  # type: ignore[arg-type]
    written(tmp_path, about("age > 18", serial=2))
    status = prompts.refresh()
    assert (status.ok, status.fault_count, status.when_fault_count) == (True, 0, 4)
    assert [(fault.code, fault.message[:35]) for fault in status.when_faults] == [
        ("PC244", "greet: 'age > 18' was not answered:")
    ]
    written(tmp_path, about("age >= 18", serial=3))
    assert prompts.refresh().when_fault_count == 0


def test_a_forked_worker_counts_its_own(tmp_path: Path) -> None:
    prompts = prompts_of(written(tmp_path, about("age > 18")))

    def fail() -> list[int]:
        prompts.get("greet", unit="u", attributes={"age": "x"})
        return [prompts.status().when_fault_count, len(prompts.status().when_faults)]

    assert [fail(), fail(), in_child(fail), fail()] == [[1, 1], [2, 1], [1, 1], [3, 1]]


def test_a_bundle_with_a_condition_that_is_none_is_not_taken(tmp_path: Path) -> None:
    prompts = prompts_of(written(tmp_path))
    written(tmp_path, about("plan = 'pro'", serial=2))
    assert [fault.code for fault in prompts.refresh().faults] == ["PC243"]
    assert prompts.get("greet", unit="u").reason == "split"
