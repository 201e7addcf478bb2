"""Versions: one spelling each, SemVer's order, and the step after each."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.releases.version import ORDER, Change, Version, bump, parse_version, step_between, version
from promptctl.errors import UsageError

numbers = st.integers(0, 999_999)
versions = st.builds(Version, numbers, numbers, numbers, st.none() | st.integers(0, 9999))
PRECEDENCE = [
    "0.0.0",
    "0.9.9",
    "1.0.0-rc.0",
    "1.0.0-rc.2",
    "1.0.0-rc.11",
    "1.0.0",
    "1.0.1-rc.1",
    "1.0.1",
    "1.2.0",
    "1.10.0",
    "2.0.0-rc.1",
    "2.0.0",
    "2.1.0",
    "2.1.1",
]


def test_versions_are_ordered_as_semver_orders_them() -> None:
    parsed = [version(text) for text in PRECEDENCE]
    for lower, higher in itertools.combinations(parsed, 2):
        assert lower < higher
        assert lower <= higher
        assert not higher < lower
    assert sorted(set(parsed), key=lambda found: found.precedence) == parsed


@given(versions)
def test_a_version_is_read_back_from_its_text(found: Version) -> None:
    assert parse_version(str(found)) == found


@pytest.mark.parametrize(
    "spelled",
    "v1.0.0|1.0|1|1.0.0.0|01.0.0|1.00.0|1.0.0-rc|1.0.0-rc.01|1.0.0-beta.1|1.0.0+build|1.0.0-rc.1+b|1.0.0\n| 1.0.0|"
    "1.0.0 |-1.0.0|1.0.x|１.0.0|1000000.0.0|1.0.0-RC.1|".split("|"),
)
def test_there_is_one_spelling_of_each_version(spelled: str) -> None:
    assert parse_version(spelled) is None
    with pytest.raises(UsageError) as caught:
        version(spelled)
    assert caught.value.code == "PC008"


@pytest.mark.parametrize(
    ("base", "change", "after"),
    [
        (None, "minor", "1.0.0"),
        (None, "major", "1.0.0"),
        ("1.2.3", "none", "1.2.3"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "major", "2.0.0"),
        ("0.3.0", "major", "1.0.0"),
        ("1.3.0-rc.2", "patch", "1.3.0"),
        ("1.3.0-rc.2", "minor", "1.3.0"),
        ("1.3.0-rc.2", "major", "2.0.0"),
        ("1.2.4-rc.1", "patch", "1.2.4"),
        ("1.2.4-rc.1", "minor", "1.3.0"),
        ("2.0.0-rc.1", "major", "2.0.0"),
    ],
)
def test_the_version_after_a_change(base: str | None, change: Change, after: str) -> None:
    assert str(bump(version(base) if base else None, change)) == after


@given(versions, st.sampled_from(ORDER[1:]))
def test_a_step_leads_to_a_later_version_that_is_at_least_that_step(base: Version, change: Change) -> None:
    after = bump(base, change)
    assert base < after
    assert after.stable
    assert change != "major" or step_between(base, after) == "major"


@pytest.mark.parametrize(
    ("base", "new", "step"),
    [
        (None, "1.0.0", "major"),
        ("1.0.0", "2.0.0", "major"),
        ("1.0.0", "1.1.0", "minor"),
        ("1.1.0", "1.1.1", "patch"),
        ("1.1.0", "1.1.0", "none"),
        ("1.1.0", "1.0.9", "none"),
        ("2.0.0", "1.9.0", "none"),
        ("2.0.0-rc.1", "2.0.0", "major"),
        ("2.0.0-rc.1", "2.0.0-rc.2", "major"),
        ("1.1.0-rc.1", "1.1.0", "minor"),
    ],
)
def test_the_step_between_two_versions(base: str | None, new: str, step: str) -> None:
    assert step_between(version(base) if base else None, version(new)) == step
