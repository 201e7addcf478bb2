"""The work tree that has a branch checked out follows it, or refuses before anything is written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from promptctl.adapters.git.checkout import Checkout
from promptctl.adapters.git.commits import update_branch, write_commit
from promptctl.adapters.git.program import Git
from promptctl.errors import StateError
from tests.snapshot import changed, snap
from tests.support import GitRepository, build_files, new_repository

POINTER = "prompts/environments/prod/a.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return new_repository(tmp_path / "work", {POINTER: "one\n", "other": "1\n", "gone": "1\n"})


def moved(repository: GitRepository, files: dict[str, bytes | None] | None = None) -> tuple[str, str]:
    base = repository.git("rev-parse", "main")
    return base, write_commit(Git(repository.folder), base, files or {POINTER: b"two\n"}, "move\n")


def followed(repository: GitRepository, base: str, new: str, at: GitRepository | None = None) -> None:
    """What a landed move does: check, move the branch, follow."""
    git = Git((at or repository).folder)
    checkout = Checkout(git, "main")
    checkout.require_free(base, new)
    assert update_branch(git, "main", new, base, "test")
    checkout.follow(base, new)


def test_a_clean_work_tree_follows(repository: GitRepository) -> None:
    base, new = moved(repository, {POINTER: b"two\n", "gone": None, "added/file": b"1\n"})
    followed(repository, base, new)
    assert repository.git("status", "--porcelain") == ""
    assert (repository.folder / POINTER).read_text() == "two\n"
    assert not (repository.folder / "gone").exists()


def test_other_work_stays_as_it_is(repository: GitRepository) -> None:
    build_files(repository.folder, {"other": "staged\n"})
    repository.git("add", "other")
    build_files(repository.folder, {"other": "unstaged\n", "untracked": "1\n", "intended": "1\n"})
    repository.git("add", "--intent-to-add", "intended")
    status = repository.git("status", "--porcelain")
    followed(repository, *moved(repository))
    assert repository.git("status", "--porcelain") == status
    assert (repository.folder / POINTER).read_text() == "two\n"
    assert (repository.folder / "other").read_text() == "unstaged\n"


def test_a_stale_stat_cache_is_no_dirty_file(repository: GitRepository) -> None:
    path = repository.folder / POINTER
    path.write_bytes(path.read_bytes())
    followed(repository, *moved(repository))
    assert path.read_text() == "two\n"


def dirty(repository: GitRepository) -> None:
    build_files(repository.folder, {POINTER: "mine\n"})


def staged(repository: GitRepository) -> None:
    dirty(repository)
    repository.git("add", POINTER)


def deleted(repository: GitRepository) -> None:
    (repository.folder / POINTER).unlink()


def conflicted(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "side")
    repository.commit({"other": "side\n"})
    repository.git("switch", "-q", "main")
    repository.commit({"other": "main\n"})
    repository.git("merge", "-q", "side", check=False)


def picking(repository: GitRepository) -> None:
    conflicted(repository)
    repository.git("merge", "--abort")
    repository.git("cherry-pick", "side", check=False)


def reverting(repository: GitRepository) -> None:
    repository.commit({"other": "2\n"})
    repository.commit({"other": "3\n"})
    repository.git("revert", "--no-edit", "HEAD^", check=False)


def rebasing(repository: GitRepository) -> None:
    conflicted(repository)
    repository.git("merge", "--abort")
    repository.git("rebase", "side", check=False)


def bisecting(repository: GitRepository) -> None:
    repository.commit({"other": "2\n"})
    repository.commit({"other": "3\n"})
    repository.git("bisect", "start", "HEAD", "HEAD~2")


def locked(repository: GitRepository) -> None:
    build_files(repository.folder / ".git", {"index.lock": ""})


STATES = [dirty, staged, conflicted, picking, reverting, rebasing, bisecting, locked]


@pytest.mark.parametrize("make", STATES, ids=[make.__name__ for make in STATES])
def test_work_in_the_way_is_refused_with_nothing_changed(
    repository: GitRepository, make: Callable[[GitRepository], None]
) -> None:
    make(repository)
    base, new = moved(repository)
    before = snap(repository)
    with pytest.raises(StateError) as found:
        Checkout(Git(repository.folder), "main").require_free(base, new)
    assert found.value.code == "PC111"
    assert changed(before, snap(repository)) == set()


def test_an_untracked_twin_is_in_the_way(repository: GitRepository) -> None:
    base, new = moved(repository, {"added": b"1\n"})
    build_files(repository.folder, {"added": "mine\n"})
    with pytest.raises(StateError, match="added"):
        Checkout(Git(repository.folder), "main").require_free(base, new)


def test_a_deleted_twin_comes_back(repository: GitRepository) -> None:
    deleted(repository)
    followed(repository, *moved(repository))
    assert (repository.folder / POINTER).read_text() == "two\n"


def test_a_linked_work_tree_follows_when_it_has_the_branch(repository: GitRepository, tmp_path: Path) -> None:
    repository.git("switch", "-qc", "feature")
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"), "main")
    linked = GitRepository(tmp_path / "linked")
    before = snap(repository)
    followed(repository, *moved(repository))
    assert (linked.folder / POINTER).read_text() == "two\n"
    assert linked.git("status", "--porcelain") == ""
    assert changed(before, snap(repository)) == {"ref refs/heads/main"}


def test_called_from_the_linked_work_tree_the_first_one_follows(repository: GitRepository, tmp_path: Path) -> None:
    repository.git("worktree", "add", "-q", "-b", "feature", str(tmp_path / "linked"))
    followed(repository, *moved(repository), at=GitRepository(tmp_path / "linked"))
    assert (repository.folder / POINTER).read_text() == "two\n"
    assert repository.git("status", "--porcelain") == ""


def test_a_rebase_of_the_branch_in_another_work_tree_is_in_the_way(repository: GitRepository, tmp_path: Path) -> None:
    conflicted(repository)
    repository.git("merge", "--abort")
    repository.git("switch", "-qc", "feature")
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"), "main")
    GitRepository(tmp_path / "linked").git("rebase", "side", check=False)
    with pytest.raises(StateError, match="rebase"):
        Checkout(Git(repository.folder), "main").require_free(*moved(repository))


@pytest.mark.parametrize("detach", [True, False], ids=["detached", "on another branch"])
def test_nothing_follows_where_the_branch_is_not_checked_out(repository: GitRepository, detach: bool) -> None:
    repository.git("switch", "-q", *(["--detach"] if detach else ["-c", "feature"]))
    dirty(repository)
    before = snap(repository)
    followed(repository, *moved(repository))
    assert changed(before, snap(repository)) == {"ref refs/heads/main"}


def test_a_work_tree_that_was_removed_by_hand_is_no_obstacle(repository: GitRepository, tmp_path: Path) -> None:
    repository.git("switch", "-qc", "feature")
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"), "main")
    shutil.rmtree(tmp_path / "linked")
    followed(repository, *moved(repository))


def test_a_sparse_work_tree_stays_sparse(repository: GitRepository) -> None:
    repository.git("sparse-checkout", "set", "--no-cone", "/other")
    assert not (repository.folder / POINTER).exists()
    followed(repository, *moved(repository))
    assert not (repository.folder / POINTER).exists()
    assert repository.git("status", "--porcelain") == ""


@pytest.mark.parametrize("spelled", ["true", "yes", "1"])
def test_what_is_new_is_left_out_as_well(repository: GitRepository, spelled: str) -> None:
    repository.git("sparse-checkout", "set", "--no-cone", "/other")
    repository.git("config", "--worktree", "core.sparseCheckout", spelled)
    new = "prompts/environments/prod/new.yaml"
    followed(repository, *moved(repository, {new: b"one\n"}))
    assert not (repository.folder / new).exists()
    assert repository.git("status", "--porcelain") == ""


def test_line_ends_are_those_the_user_asked_for(repository: GitRepository) -> None:
    repository.git("config", "core.autocrlf", "true")
    followed(repository, *moved(repository))
    assert (repository.folder / POINTER).read_bytes() == b"two\r\n"
    assert repository.git("status", "--porcelain") == ""


def test_a_submodule_on_the_branch_follows(repository: GitRepository, tmp_path: Path) -> None:
    outer = new_repository(tmp_path / "outer", {"x": "1"})
    outer.git("submodule", "add", "-q", str(repository.folder), "inner")
    inner = GitRepository(outer.folder / "inner")
    base, new = moved(inner)
    followed(inner, base, new)
    assert (inner.folder / POINTER).read_text() == "two\n"
    assert inner.git("status", "--porcelain") == ""


DRAFT, RECORDED = b"a plan\n", b"a plan\nand what became of it\n"
DRAFTED = "prompts/experiments/tone.yaml"


@pytest.mark.parametrize("state", ["untracked", "added", "tracked"])
def test_a_draft_that_the_commit_was_made_of_is_replaced_and_comes_back(repository: GitRepository, state: str) -> None:
    if state == "tracked":
        repository.commit({DRAFTED: b"an older plan\n"})
    build_files(repository.folder, {DRAFTED: DRAFT})
    if state == "added":
        repository.git("add", DRAFTED)
    base, new = moved(repository, {POINTER: b"two\n", DRAFTED: RECORDED})
    checkout = Checkout(Git(repository.folder), "main")
    checkout.require_free(base, new)
    assert update_branch(Git(repository.folder), "main", new, base, "test")
    checkout.follow(base, new)
    assert repository.git("status", "--porcelain") == ""
    assert (repository.folder / DRAFTED).read_bytes() == RECORDED
    assert update_branch(Git(repository.folder), "main", base, new, "put back")
    checkout.finish(new, base, left={DRAFTED: DRAFT})
    assert (repository.folder / DRAFTED).read_bytes() == DRAFT
    assert (repository.folder / POINTER).read_text() == "one\n"


def test_a_draft_that_was_changed_meanwhile_is_in_the_way(repository: GitRepository) -> None:
    build_files(repository.folder, {DRAFTED: "another plan\n"})
    base, new = moved(repository, {DRAFTED: RECORDED})
    with pytest.raises(StateError, match="lies there"):
        Checkout(Git(repository.folder), "main").require_free(base, new)
