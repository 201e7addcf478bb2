"""Names: what may stand in a path, a tag and a command line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.name import branch_fault, check_environment, check_name, name_fault
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


@pytest.mark.parametrize(
    "name", ["main", "promptctl/state", "release-1.2", "feature#1", "grün", "user@work", "a.b/c_d", "x"]
)
def test_a_good_branch_has_no_fault(name: str) -> None:
    assert branch_fault(name) is None


BRANCHES = [
    "",
    "-x",
    "--upload-pack=x",
    "a b",
    "a:b",
    "a..b",
    "x.lock",
    "x.lock/y",
    "a*",
    "a?",
    "a[b",
    "a^",
    "a~1",
    "@",
]
BRANCHES += [
    "refs/heads/main",
    "HEAD",
    "/a",
    "a/",
    "a//b",
    "a/.b",
    ".a",
    "a.",
    "a@{1}",
    "a\\b",
    "a\nb",
    "a\n",
    "+a",
    "a\0",
]


@pytest.mark.parametrize("name", BRANCHES)
def test_what_means_something_else_to_git_is_no_branch(name: str) -> None:
    assert branch_fault(name)


@given(st.text(max_size=30))
def test_an_accepted_branch_stands_in_a_refspec(name: str) -> None:
    if branch_fault(name) is None:
        assert not re.search(r"[\x00-\x20\x7f:?*\[\\^~]|\.\.|@\{|//|^[-+/.]|[/.]$", name)
