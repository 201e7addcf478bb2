"""The version commands in repositories that are not plain: other object ids, line ends, linked trees, partial ones."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from promptctl.errors import OutsideError
from promptctl.workflows.lock_check import check_lock
from promptctl.workflows.release import release
from promptctl.workflows.verify import verify
from tests.support import (
    STARTER,
    GitRepository,
    build_files,
    must_fail,
    new_repository,
    succeed,
    with_remote,
)
from tests.versioning import LOCK, NAME, PROMPT, entry_of, locked, opened, proposed, pushed, released, tags_of, text


def whole_line(repository: GitRepository) -> None:
    """Lock, release and verify twice."""
    locked(repository)
    repository.commit()
    assert [str(tag.version) for tag in release(opened(repository)).made] == ["1.0.0"]
    released(repository, {PROMPT: text("one")})
    assert check_lock(opened(repository)).ok
    report = verify(opened(repository))
    assert (len(report.releases), report.findings) == (2, ())
    assert "1.1.0" in succeed("history", NAME, cwd=repository.folder).out


def test_longer_object_ids(folder: Path) -> None:
    repository = GitRepository(folder)
    repository.git("init", "-q", "-b", "main", "--object-format=sha256")
    repository.commit(STARTER)
    whole_line(repository)


def test_a_linked_work_tree(tmp_path: Path) -> None:
    first = new_repository(tmp_path / "r")
    first.git("switch", "-q", "-c", "side")
    first.git("worktree", "add", "-q", str(tmp_path / "linked"), "main")
    linked = GitRepository(tmp_path / "linked")
    whole_line(linked)
    assert len(tags_of(first)) == 2


def test_a_merge_in_a_linked_work_tree(tmp_path: Path) -> None:
    first = new_repository(tmp_path / "r")
    released(first)
    first.git("switch", "-q", "-c", "feature")
    proposed(first, {PROMPT: text("one")})
    first.git("worktree", "add", "-q", str(tmp_path / "linked"), "main")
    linked = GitRepository(tmp_path / "linked")
    proposed(linked, {PROMPT: text("two")})
    linked.git("merge", "-q", "feature", check=False)
    build_files(linked.folder, {PROMPT: text("both")})
    locked(linked)
    assert list(map(str, entry_of(linked).releases)) == ["1.0.0", "1.1.0", "1.2.0"]


def test_line_ends_of_windows(tmp_path: Path) -> None:
    first = with_remote(new_repository(tmp_path / "r"), tmp_path / "bare.git")
    released(first)
    clone = first.clone(tmp_path / "clone", "-c", "core.autocrlf=true")
    assert b"\r\n" in (clone.folder / LOCK).read_bytes()
    assert b"\r\n" in (clone.folder / PROMPT).read_bytes()
    assert not locked(clone).written
    assert check_lock(opened(clone)).ok
    assert verify(opened(clone)).ok
    build_files(clone.folder, {PROMPT: text("one").replace("\n", "\r\n")})
    assert proposed(clone) == "1.1.0"
    pushed(clone)
    assert [str(tag.version) for tag in release(opened(clone)).made] == ["1.1.0"]


def test_from_a_folder_inside(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "r")
    inside = repository.folder / "prompts/support"
    succeed("lock", cwd=inside)
    repository.commit()
    succeed("release", cwd=inside)
    assert "1 release verified" in succeed("verify", cwd=inside).out


def test_variables_of_a_running_hook_do_not_lead_astray(tmp_path: Path) -> None:
    """A pre-commit hook runs with GIT_DIR and GIT_INDEX_FILE set, here by a commit of another repository."""
    repository = new_repository(tmp_path / "r")
    released(repository)
    other = new_repository(tmp_path / "other", {"x": "1"})
    astray = {"GIT_DIR": str(other.folder / ".git"), "GIT_INDEX_FILE": "nothing", "GIT_WORK_TREE": str(other.folder)}
    succeed("lock", "--check", cwd=repository.folder, environment=astray)
    assert "1 release verified" in succeed("verify", cwd=repository.folder, environment=astray).out
    ran = succeed(
        "lock", cwd=repository.folder, environment=astray | {"GIT_NAMESPACE": "x", "GIT_OBJECT_DIRECTORY": "y"}
    )
    assert "unchanged" in ran.out


def partial(first: GitRepository, tmp_path: Path) -> GitRepository:
    bare = Path(first.git("remote", "get-url", "origin"))
    GitRepository(bare).git("config", "uploadpack.allowFilter", "true")
    line = ["git", "clone", "-q", "--filter=blob:none", f"file://{bare}", str(tmp_path / "clone")]
    subprocess.run(line, check=True, capture_output=True)
    return GitRepository(tmp_path / "clone")


def test_a_clone_without_old_contents_fetches_them_or_says_that_it_cannot(tmp_path: Path) -> None:
    first = with_remote(new_repository(tmp_path / "r"), tmp_path / "bare.git")
    released(first)
    released(first, {PROMPT: text("one")})
    clone = partial(first, tmp_path)
    shutil.move(tmp_path / "bare.git", tmp_path / "away.git")
    assert check_lock(opened(clone)).ok
    for command in (("verify",), ("show", f"{NAME}@1.0.0")):
        ran = must_fail(*command, cwd=clone.folder, code=4)
        assert "git cat-file failed" in ran.err
    with pytest.raises(OutsideError):
        verify(opened(clone))
    shutil.move(tmp_path / "away.git", tmp_path / "bare.git")
    assert len(verify(opened(clone)).releases) == 2


@pytest.mark.parametrize("damage", ["a blob", "the tag object", "the commit"])
def test_a_damaged_repository_is_no_quiet_success(tmp_path: Path, damage: str) -> None:
    repository = new_repository(tmp_path / "r")
    released(repository)
    released(repository, {PROMPT: text("one")})
    find: dict[str, Callable[[], str]] = {
        "a blob": lambda: repository.git("rev-parse", f"prompts/{NAME}@v1.0.0:{PROMPT}"),
        "the tag object": lambda: repository.git("rev-parse", f"refs/tags/prompts/{NAME}@v1.0.0"),
        "the commit": lambda: repository.git("rev-parse", f"prompts/{NAME}@v1.0.0^{{commit}}"),
    }
    lost = find[damage]()
    (repository.folder / ".git/objects" / lost[:2] / lost[2:]).unlink()
    for command in (("verify",), ("show", f"{NAME}@1.0.0")):
        ran = must_fail(*command, cwd=repository.folder, code=4)
        assert "PC090" in ran.err


@pytest.mark.parametrize("linked", [False, True])
def test_what_a_sparse_checkout_left_out_is_not_taken_for_deleted(tmp_path: Path, linked: bool) -> None:
    repository = new_repository(tmp_path / "r")
    released(repository)
    repository.commit({"app/main.txt": "x\n"}, "app")
    if linked:
        repository.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
        repository = GitRepository(tmp_path / "linked")
    repository.git("sparse-checkout", "set", "app")
    for command in (("lock", "--check"), ("lint",), ("lock",), ("drift",), ("status",)):
        ran = must_fail(*command, cwd=repository.folder, code=3)
        assert "[PC134]" in ran.err
    assert repository.git("status", "--porcelain") == ""
    hint = next(line for line in ran.err.splitlines() if "hint: " in line).partition("hint: git ")[2]
    repository.git(*hint.split())
    succeed("lock", "--check", cwd=repository.folder)
    repository.git("sparse-checkout", "disable")
    shutil.rmtree(repository.folder / "prompts/support")
    must_fail("lock", "--check", cwd=repository.folder, code=1)


def test_a_conflict_in_a_prompt_is_called_one(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "r")
    repository.git("switch", "-qc", "side")
    repository.commit({PROMPT: text("one")})
    repository.git("switch", "-q", "main")
    repository.commit({PROMPT: text("two")})
    repository.git("merge", "-q", "side", check=False)
    ran = must_fail("show", NAME, cwd=repository.folder, code=2)
    assert "merge conflict markers" in ran.err
    line = (repository.folder / PROMPT).read_text().splitlines().index("<<<<<<< HEAD") + 1
    assert f"at {PROMPT}:{line}" in ran.err


def test_a_bare_repository_leads_to_a_clone_and_not_to_init(tmp_path: Path) -> None:
    with_remote(new_repository(tmp_path / "r"), tmp_path / "bare.git")
    ran = must_fail("status", cwd=tmp_path / "bare.git", code=2)
    assert "hint: work in a clone of it" in ran.err
