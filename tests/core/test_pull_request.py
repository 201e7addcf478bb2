"""Pull requests in messages of commits, and which merge brought a commit."""

from __future__ import annotations

import pytest

from promptctl.core.pull_request import brought_by, pull_request_of


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("Merge pull request #12 from ada/kinder\n\nBe kinder", "#12"),
        ("Merge pull request #12 in PROJ/repo from kinder to main", "#12"),
        ("Merged in kinder (pull request #12)\n\nBe kinder", "#12"),
        ("Merged PR 12: Be kinder", "#12"),
        ("Merge branch 'kinder' into 'main'\n\nBe kinder\n\nSee merge request group/project!12", "group/project!12"),
        ("Merge branch 'kinder' into 'main'\n\nSee merge request !7", "!7"),
        ("Be kinder (#12)", "#12"),
        ("Be kinder (#12)\n\n* Be kind (#3)", "#12"),
        ("Be kinder", None),
        ("Fix (#12) again", None),
        ("Merge branch 'main'", None),
        ("Be kinder\n\nMerge pull request #12 from ada/kinder", None),
        ("", None),
    ],
)
def test_what_hosts_write(message: str, named: str | None) -> None:
    assert pull_request_of(message) == named


@pytest.mark.parametrize("key", ["Pull-Request", "PR-URL", "Reviewed-on", "merge-request"])
def test_a_trailer_comes_first(key: str) -> None:
    url = "https://example.org/pull/12"
    assert pull_request_of("Be kinder (#3)", [("Signed-off-by", "Ada"), (key, f" {url} ")]) == url
    assert pull_request_of("Be kinder (#3)", [(key, " ")]) == "#3"


def test_long_words_of_hosts_are_cut() -> None:
    assert pull_request_of("", [("pr", "a" * 199 + " b")]) == "a" * 199
    assert pull_request_of(f"Be kinder (#{'1' * 300})") == "#" + "1" * 199


HISTORY = [
    ("M3", ("M2", "c")),
    ("c", ("M1",)),
    ("M2", ("M1", "b2")),
    ("b2", ("b1", "a1")),
    ("b1", ("old",)),
    ("M1", ("x", "a1")),
    ("a1", ("old",)),
    ("x", ("root",)),
    ("root", ()),
]


@pytest.mark.parametrize(
    ("commit", "merge"),
    [("a1", "M1"), ("b1", "M2"), ("b2", "M2"), ("c", "M3"), ("x", None), ("M1", None), ("old", None)],
)
def test_the_first_merge_that_has_it_brought_it(commit: str, merge: str | None) -> None:
    assert brought_by([(it, tuple(parents)) for it, parents in HISTORY], {commit}).get(commit) == merge
    assert brought_by([], {commit}) == {}
