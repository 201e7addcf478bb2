"""Names: what may stand in a path, a tag and a command line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.name import check_environment, check_name, name_fault
from promptctl.errors import UsageError

ACCEPTED = ["a", "0", "support/triage", "a-b_c", "a/b/c/d/e", "x" * 63, "com10", "a--b"]
REFUSED = [
    "",
    "/",
    "a/",
    "/a",
    "a//b",
    "a/b/c/d/e/f",
    "A",
    "ä",
    "a.b",
    "a b",
    "-a",
    "a-",
    "_a",
    "..",
    "a/../b",
    "a@1",
    "a\n",
    "a\x00",
    "x" * 64,
    "--help",
    "con",
    "a/nul",
    "com1",
    "evidence",
    "a/replies/b",
    "environments",
    "a/experiments",
    "а",
]


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_good_name_is_kept(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_name_is_refused_with_its_reason(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_name(name)
    assert caught.value.code == "PC005"


def test_a_name_has_at_most_150_bytes() -> None:
    segment = "x" * 50
    assert name_fault(f"{segment}/{segment}/{segment}") == "a name has at most 150 bytes"


@given(st.text(max_size=80))
def test_an_accepted_name_holds_nothing_that_means_something_elsewhere(name: str) -> None:
    if name_fault(name) is None:
        assert re.fullmatch(r"[a-z0-9_/-]+", name)
        assert not name.startswith(("-", "/"))


@pytest.mark.parametrize("name", ["work", "latest", "Prod", "1st", "", "prod env", "prod/eu", "-x"])
def test_a_bad_environment_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        check_environment(name)


def test_a_good_environment_is_kept() -> None:
    assert check_environment("prod-eu1") == "prod-eu1"
