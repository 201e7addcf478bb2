"""What is noted of a remote's tags, and when a note is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.git.program import Git
from promptctl.adapters.git.remote import fetch_shared
from promptctl.adapters.git.rewritten import changed_tags, note_changed, rewritten_tags
from tests.support import GitRepository, new_repository, with_remote

TAG = "prompts/text/summary@v1.0.0"


@pytest.mark.parametrize(
    ("here", "before", "now", "changed"),
    [
        ({}, {}, {"a": "1"}, {}),
        ({"a": "1"}, {}, {"a": "1"}, {}),
        ({"a": "1"}, {}, {}, {}),
        ({"a": "1"}, {}, {"a": "2"}, {"a": "1"}),
        ({}, {"a": "1"}, {"a": "2"}, {"a": "1"}),
        ({}, {"a": "1"}, {}, {"a": "1"}),
        ({"a": "1"}, {"a": "1"}, {}, {"a": "1"}),
        ({"a": "2"}, {"a": "1"}, {"a": "2"}, {"a": "1"}),
    ],
)
def test_what_is_otherwise_than_it_was_known(
    here: dict[str, str], before: dict[str, str], now: dict[str, str], changed: dict[str, str]
) -> None:
    assert changed_tags(here, before, now) == changed


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """One tag, here and on the remote."""
    made = with_remote(new_repository(tmp_path / "work"), tmp_path / "origin.git")
    made.git("tag", "-am", "one", TAG)
    made.git("push", "-q", "origin", TAG)
    return made


def fetched(repository: GitRepository) -> list[tuple[str, bool]]:
    """The tags that are told after a fetch, and whether the remote has one of that name."""
    git = Git(repository.folder)
    fetch_shared(git, "origin", [], None)
    return [(it.ref, it.now is not None) for it in rewritten_tags(git, "origin")]


def remade(repository: GitRepository, message: str) -> str:
    """The tag made anew on the remote alone; what it was here."""
    was = repository.git("rev-parse", TAG)
    repository.git("tag", "-fam", message, TAG)
    repository.git("push", "-qf", "origin", TAG)
    repository.git("update-ref", f"refs/tags/{TAG}", was)
    return was


def test_a_tag_made_anew_is_told_until_it_is_what_it_was(repository: GitRepository) -> None:
    was = remade(repository, "two")
    assert fetched(repository) == fetched(repository) == [(f"refs/tags/{TAG}", True)]
    remade(repository, "three")
    (found,) = (fetched(repository), rewritten_tags(Git(repository.folder), "origin"))[1]
    assert found.was == was
    repository.git("push", "-qf", "origin", TAG)
    assert fetched(repository) == []


def test_one_that_this_clone_takes_is_told_no_more(repository: GitRepository) -> None:
    remade(repository, "two")
    assert fetched(repository)
    repository.git("fetch", "-qf", "origin", "tag", TAG)
    assert fetched(repository) == []


def test_a_tag_that_is_gone_is_told_until_it_is_back(repository: GitRepository) -> None:
    assert fetched(repository) == []
    repository.git("push", "-q", "origin", "--delete", TAG)
    assert fetched(repository) == [(f"refs/tags/{TAG}", False)]
    repository.git("push", "-q", "origin", TAG)
    assert fetched(repository) == []


def test_one_that_was_not_pushed_is_not_gone(repository: GitRepository) -> None:
    repository.git("tag", "-am", "mine", "prompts/text/summary@v1.1.0")
    assert fetched(repository) == []


def test_a_note_that_nobody_can_read_is_none(repository: GitRepository) -> None:
    git = Git(repository.folder)
    note_changed(git, "origin", {"text/summary@v1.0.0": "0" * 40})
    (git.common_directory / "promptctl" / "rewritten-tags").write_text('[1]\nnot json\n["origin", "x"]\n')
    assert rewritten_tags(git, "origin") == ()
