"""Who changed what: authors, times and trailers of the commits that touched some files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from promptctl.adapters.git.failure import GitFailure
from promptctl.adapters.git.history import MOST_COMMITS, changes
from promptctl.adapters.git.program import open_git
from tests.support import GitRepository, new_repository

PATH = "prompts/a/prompt.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return new_repository(tmp_path / "r", {PATH: "template: a\n"})


def test_the_commits_that_touched_a_file_newest_first(repository: GitRepository) -> None:
    first = repository.git("rev-parse", "HEAD")
    repository.commit({PATH: "template: b\n"})
    repository.git("commit", "-q", "--amend", "-m", "Say b\n\nReviewed-by: Bo <bo@example.org>\nTicket: 7")
    second = repository.git("rev-parse", "HEAD")
    repository.commit({"README": "no prompt\n"})
    head = repository.git("rev-parse", "HEAD")
    git = open_git(repository.folder)
    assert [change.commit for change in changes(git, [PATH], head)] == [second, first]
    (only,) = changes(git, [PATH], head, first)
    assert (only.author, only.subject) == ("Ada Tester <ada@example.org>", "Say b")
    assert only.trailers == (("Reviewed-by", "Bo <bo@example.org>"), ("Ticket", "7"))
    assert only.at.endswith("Z")
    assert changes(git, [PATH], head, second) == ()


def test_a_path_is_taken_literally(repository: GitRepository) -> None:
    git, head = open_git(repository.folder), repository.git("rev-parse", "HEAD")
    assert changes(git, ["prompts/*/prompt.yaml", ":(glob)**"], head) == ()


def test_of_a_long_history_the_newest_are_told(repository: GitRepository) -> None:
    for number in range(MOST_COMMITS + 1):
        repository.commit({PATH: f"template: {number}\n"})
    assert len(changes(open_git(repository.folder), [PATH], repository.git("rev-parse", "HEAD"))) == MOST_COMMITS


def test_what_is_no_commit_is_git_s_failure(repository: GitRepository) -> None:
    with pytest.raises(GitFailure):
        changes(open_git(repository.folder), [PATH], "0" * 40)


def test_a_git_that_ends_while_history_is_loaded_is_a_failure_of_git(
    repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, git = repository.git("rev-parse", "HEAD"), open_git(repository.folder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "git"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setenv("GIT_PYTHON_GIT_EXECUTABLE", "/nowhere/git")
    with pytest.raises(GitFailure, match="git version failed"):
        changes(git, [PATH], head)
