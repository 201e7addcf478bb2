"""Which remote and which branches count, and when a missing branch means "not fetched"."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.git.branches import default_branch, last_seen, remote_name
from promptctl.adapters.git.program import Git
from promptctl.errors import StateError, UsageError
from tests.shipping import shell
from tests.support import GitRepository, new_repository, with_remote


@pytest.fixture
def shared(tmp_path: Path) -> GitRepository:
    return with_remote(new_repository(tmp_path / "work", {"a": "1"}), tmp_path / "origin.git")


def git(repository: GitRepository) -> Git:
    """A fresh wrapper, since one keeps what it read."""
    return Git(repository.folder)


def test_the_remote_is_the_one_set_else_origin_else_the_only_one(shared: GitRepository) -> None:
    assert remote_name(git(shared), None) == "origin"
    shared.git("remote", "add", "backup", "../backup.git")
    assert remote_name(git(shared), None) == "origin"
    assert remote_name(git(shared), "backup") == "backup"
    shared.git("remote", "rename", "origin", "upstream")
    with pytest.raises(UsageError, match="several remotes"):
        remote_name(git(shared), None)
    shared.git("remote", "remove", "backup")
    assert remote_name(git(shared), None) == "upstream"
    shared.git("remote", "remove", "upstream")
    assert remote_name(git(shared), None) is None


def test_a_remote_that_is_set_and_missing_is_an_error_with_its_command(shared: GitRepository) -> None:
    with pytest.raises(UsageError) as found:
        remote_name(git(shared), "hub")
    assert found.value.hint == "git remote add hub URL"


def test_the_default_branch_is_the_one_set_else_the_remotes_head(shared: GitRepository, tmp_path: Path) -> None:
    assert default_branch(git(shared), "origin", "trunk") == "trunk"
    clone = shared.clone(tmp_path / "clone")
    clone.git("switch", "-qc", "feature")
    assert default_branch(git(clone), "origin", None) == "main"
    clone.git("remote", "remove", "origin")
    assert default_branch(git(clone), None, None) == "feature"


def test_a_branch_is_read_as_last_fetched(shared: GitRepository) -> None:
    shared.commit({"a": "2"})
    assert (last_seen(git(shared), "origin", "main") or [""])[0] == "refs/remotes/origin/main"
    assert (last_seen(git(shared), None, "main") or [""])[0] == "refs/heads/main"


def test_a_branch_that_the_remote_lacks_is_read_here(shared: GitRepository) -> None:
    shared.git("branch", "state")
    assert (last_seen(git(shared), "origin", "state") or [""])[0] == "refs/heads/state"
    assert last_seen(git(shared), "origin", "nowhere") is None


@pytest.mark.parametrize("options", [["--single-branch"], ["--depth=1"], ["--depth=1", "--no-single-branch"]])
def test_a_branch_that_was_not_fetched_is_told_with_a_line_that_works(
    shared: GitRepository, tmp_path: Path, options: list[str]
) -> None:
    clone = GitRepository(tmp_path / "clone")
    shared.git("clone", "-q", *options, f"file://{tmp_path}/origin.git", str(clone.folder))
    shared.git("push", "-q", "origin", "main:refs/heads/promptctl/state")
    with pytest.raises(StateError) as found:
        last_seen(git(clone), "origin", "promptctl/state")
    assert found.value.hint
    shell(clone, found.value.hint)
    assert (last_seen(git(clone), "origin", "promptctl/state") or [""])[0] == "refs/remotes/origin/promptctl/state"


def test_a_remote_that_was_just_asked_is_believed(shared: GitRepository, tmp_path: Path) -> None:
    clone = shared.clone(tmp_path / "clone", "--single-branch")
    assert last_seen(git(clone), "origin", "promptctl/state", absent=True) is None
