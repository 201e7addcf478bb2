"""Refs are read as they are: kinds, targets, revisions that could be options, ancestors and times."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.git.program import open_git
from promptctl.adapters.git.refs import (
    commit_of,
    current_branch,
    is_ancestor,
    last_before,
    list_refs,
    merge_base,
)
from tests.support import GitRepository, new_repository


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return new_repository(tmp_path / "r", {"prompts/a/prompt.yaml": "template: a\n"})


def test_each_kind_of_ref_and_the_commit_it_leads_to(repository: GitRepository) -> None:
    git, head = open_git(repository.folder), repository.git("rev-parse", "HEAD")
    repository.git("tag", "-am", "annotated", "a")
    repository.git("tag", "light")
    repository.git("tag", "-am", "tree", "tree", "HEAD^{tree}")
    repository.git("tag", "-am", "nested", "nested", "a")
    found = {ref.name.removeprefix("refs/tags/"): ref for ref in list_refs(git, "refs/tags")}
    assert {name: (ref.kind, ref.commit) for name, ref in found.items() if name != "nested"} == {
        "a": ("tag", head),
        "light": ("commit", head),
        "tree": ("tag", None),
    }
    assert found["nested"].kind == "tag"
    assert found["a"].object_id == repository.git("rev-parse", "refs/tags/a")
    assert found["a"].made == "2023-11-14T22:14:20+00:00"


def test_only_what_matches_is_listed_in_the_order_of_names(repository: GitRepository) -> None:
    for name in ("prompts/b@v1.0.0", "prompts/a@v1.0.0", "prompts/ab@v1.0.0", "other"):
        repository.git("tag", name)
    names = [ref.name for ref in list_refs(open_git(repository.folder), "refs/tags/prompts/a@v*")]
    assert names == ["refs/tags/prompts/a@v1.0.0"]
    everything = [ref.name for ref in list_refs(open_git(repository.folder), "refs/tags/prompts")]
    assert everything == [f"refs/tags/prompts/{name}@v1.0.0" for name in ("a", "ab", "b")]
    assert list_refs(open_git(repository.folder), "refs/nothing") == ()


@pytest.mark.parametrize("revision", ["HEAD", "main", "@", "HEAD^{commit}", "refs/heads/main"])
def test_a_revision_is_a_commit(repository: GitRepository, revision: str) -> None:
    assert commit_of(open_git(repository.folder), revision) == repository.git("rev-parse", "HEAD")


@pytest.mark.parametrize(
    "revision",
    ["", "nothing", "HEAD~9", "HEAD:prompts", "--all", "-h", "--output=x", "HEAD main", "a..b", "^HEAD", "\udcff"],
)
def test_a_revision_that_is_none_is_never_an_option(repository: GitRepository, revision: str) -> None:
    before = sorted(repository.folder.iterdir())
    assert commit_of(open_git(repository.folder), revision) is None
    assert sorted(repository.folder.iterdir()) == before


def test_the_branch_that_is_checked_out(repository: GitRepository, tmp_path: Path) -> None:
    assert current_branch(open_git(repository.folder)) == "main"
    repository.git("switch", "-qc", "feature/grün")
    assert current_branch(open_git(repository.folder)) == "feature/grün"
    repository.git("switch", "-q", "--detach")
    assert current_branch(open_git(repository.folder)) is None
    empty = GitRepository(tmp_path)
    empty.git("init", "-q", "-b", "trunk")
    assert current_branch(open_git(tmp_path)) == "trunk"


def test_ancestors_and_where_branches_left_each_other(repository: GitRepository) -> None:
    git = open_git(repository.folder)
    root = repository.git("rev-parse", "HEAD")
    left = repository.commit({"left": "1"})
    repository.git("switch", "-qc", "other", root)
    right = repository.commit({"right": "1"})
    assert is_ancestor(git, root, left)
    assert is_ancestor(git, left, left)
    assert not is_ancestor(git, left, right)
    assert merge_base(git, left, right) == root
    assert merge_base(git, left, right, left) == left, "what comes in counts as merged"
    repository.git("switch", "-q", "--orphan", "anew")
    assert merge_base(git, left, repository.commit({"x": "1"})) is None


def test_the_last_commit_before_a_time(repository: GitRepository) -> None:
    git, first = open_git(repository.folder), repository.seconds
    root = repository.git("rev-parse", "HEAD")
    repository.git("switch", "-qc", "side")
    repository.commit({"side": "1"})
    repository.git("switch", "-q", "main")
    repository.seconds += 600
    repository.git("merge", "-q", "--no-ff", "--no-edit", "side")
    merge = repository.git("rev-parse", "HEAD")
    times = {
        -1: None,
        0: None,
        first - 1: None,
        first: root,
        first + 100: root,
        repository.seconds: merge,
        2**33: merge,
    }
    assert {seconds: last_before(git, merge, seconds) for seconds in times} == times
