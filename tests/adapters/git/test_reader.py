"""One process answers what a command asks of the object store, always as things are, and ends with its owner."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

from promptctl.adapters.git.failure import GitFailure
from promptctl.adapters.git.program import open_git
from promptctl.adapters.git.refs import commit_of
from promptctl.errors import OutsideError
from tests.support import GitRepository, new_repository


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return new_repository(tmp_path / "r", {"a": "1"})


def test_it_ends_with_its_owner(repository: GitRepository) -> None:
    git = open_git(repository.folder)
    assert git.find("HEAD")
    process = git._reader._process
    assert process
    assert process.poll() is None
    del git
    gc.collect()
    assert process.returncode is not None


def test_a_ref_leads_where_it_leads_now(repository: GitRepository) -> None:
    git = open_git(repository.folder)
    assert commit_of(git, "refs/heads/main") == repository.git("rev-parse", "main")
    second = repository.commit({"a": "2"})
    assert commit_of(git, "refs/heads/main") == second
    repository.git("pack-refs", "--all")
    third = repository.commit({"a": "3"})
    assert commit_of(git, "refs/heads/main") == third
    repository.git("repack", "-adq")
    repository.git("pack-refs", "--all")
    assert commit_of(git, "refs/heads/main") == third
    repository.git("update-ref", "-d", "refs/heads/main")
    assert commit_of(git, "refs/heads/main") is None


def test_a_forked_child_asks_through_a_process_of_its_own(repository: GitRepository) -> None:
    git = open_git(repository.folder)
    assert git.find("HEAD")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        found = git.find("HEAD:a")
        os.write(writing, found.data if found else b"nothing")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 10) == b"1"
    os.close(reading)
    os.close(writing)
    found = git.find("HEAD:a")
    assert found
    assert (found.kind, found.data) == ("blob", b"1")


def test_a_process_that_is_gone_is_told_and_the_next_question_answered(repository: GitRepository) -> None:
    git = open_git(repository.folder)
    assert git.find("HEAD")
    assert git._reader._process
    git._reader._process.kill()
    git._reader._process.wait()
    with pytest.raises(OutsideError, match="broke off"):
        git.find("HEAD")
    assert git.find("HEAD")


def test_what_git_says_of_a_repository_that_it_cannot_read_is_told(repository: GitRepository) -> None:
    (repository.folder / ".git/config").write_text("[broken")
    with pytest.raises(GitFailure, match="bad config"):
        commit_of(open_git(repository.folder), "HEAD")


def test_many_objects_come_in_the_order_they_were_asked_for(repository: GitRepository) -> None:
    """More answers than a pipe holds, to more questions than are asked at once."""
    repository.commit({"large": "x" * 100_000})
    git = open_git(repository.folder)
    ids = [repository.git("rev-parse", "HEAD:a"), "0" * 40, repository.git("rev-parse", "HEAD:large")]
    found = [it and len(it.data) for it in git.find_all(ids * 100)]
    assert found == [1, None, 100_000] * 100


def test_what_an_id_names_is_asked_for_once(repository: GitRepository) -> None:
    git, commit = open_git(repository.folder), repository.git("rev-parse", "HEAD")
    assert git.find(commit) is git.find(commit)
    assert git.find("HEAD") is not git.find("HEAD")
    assert git.find("a" * 40) is None
