"""A move changes its pointer and its moves file; what the user has staged, edited, stashed or checked out stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shipping import NAME, OTHER, done, line, moves_file, pointer_file, promoted, refused, served
from tests.snapshot import changed, snap
from tests.support import GitRepository, build_files

SHARED = {"ref refs/remotes/origin/main", "ref refs/heads/main"}
MIRROR = {f"ref refs/promptctl/remote/origin/tags/prompts/{OTHER}@v1.0.0"}


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return line(tmp_path, staged=("1.0.0", "1.1.0"))


def mess(repository: GitRepository) -> None:
    """Staged, unstaged, untracked, ignored, intended and stashed work, an executable, a link."""
    build_files(repository.folder, {"stashed": "1\n", "script": "#!/bin/sh\n"})
    repository.git("add", "-A")
    repository.git("stash", "-q")
    build_files(repository.folder, {"prompts/shared/tone.j2": "staged\n", "staged": "1\n", "script": "#!/bin/sh\n"})
    (repository.folder / "script").chmod(0o755)
    repository.git("add", "-A")
    build_files(repository.folder, {"prompts/shared/tone.j2": "unstaged\n", "untracked": "1\n", "intended": "1\n"})
    build_files(repository.folder, {".gitignore": "ignored\n", "ignored": "1\n"})
    (repository.folder / "link").symlink_to("nowhere")
    repository.git("add", "--intent-to-add", "intended")


MOVES = [
    ("promote", f"{NAME}@1.2.0", "staging"),
    ("promote", f"{NAME}@1.1.0", "prod"),
    ("rollback", NAME, "staging", "--reason", "wrong queue"),
    ("remove", NAME, "staging", "--reason", "not used"),
    ("freeze", "staging", "--reason", "audit"),
]


@pytest.mark.parametrize("move", MOVES, ids=[move[0] + move[-1] for move in MOVES])
@pytest.mark.parametrize("detached", [False, True], ids=["feature branch", "detached"])
def test_from_a_messy_work_tree_a_move_changes_shared_refs_only(
    repository: GitRepository, move: tuple[str, ...], detached: bool
) -> None:
    repository.git("switch", "-q", *(["--detach"] if detached else ["-c", "feature"]))
    mess(repository)
    before = snap(repository)
    done(repository, *move)
    assert changed(before, snap(repository)) == SHARED
    assert before["ref refs/heads/main"] != snap(repository)["ref refs/heads/main"]


@pytest.mark.parametrize("move", MOVES, ids=[move[0] + move[-1] for move in MOVES])
def test_with_main_checked_out_the_moves_own_paths_follow(repository: GitRepository, move: tuple[str, ...]) -> None:
    before = snap(repository)
    done(repository, *move)
    paths = repository.git("diff", "--name-only", "HEAD^", "HEAD").split()
    assert changed(before, snap(repository)) == SHARED | {"index"} | {f"file {path}" for path in paths}
    assert repository.git("status", "--porcelain") == ""


def test_with_main_checked_out_other_work_stays(repository: GitRepository) -> None:
    mess(repository)
    status = repository.git("status", "--porcelain", "--ignored")
    before = snap(repository)
    promoted(repository, "1.2.0")
    assert repository.git("status", "--porcelain", "--ignored") == status
    own = {"index", f"file {pointer_file()}", f"file {moves_file()}"}
    assert changed(before, snap(repository)) == SHARED | own


def edited(repository: GitRepository) -> None:
    build_files(repository.folder, {pointer_file(): "mine\n"})


def edited_moves(repository: GitRepository) -> None:
    build_files(repository.folder, {moves_file(): "mine\n"})


def staged(repository: GitRepository) -> None:
    edited(repository)
    repository.git("add", "-A")


def merging(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "side", "HEAD^")
    repository.commit({"side": "1"}, "side")
    repository.git("switch", "-q", "main")
    repository.git("merge", "-q", "--no-commit", "side")


def locked(repository: GitRepository) -> None:
    build_files(repository.folder / ".git", {"index.lock": ""})


IN_THE_WAY = [edited, edited_moves, staged, merging, locked]


@pytest.mark.parametrize("make", IN_THE_WAY, ids=[make.__name__ for make in IN_THE_WAY])
@pytest.mark.parametrize("command", [("promote", f"{NAME}@1.2.0"), ("rollback", NAME)], ids=["promote", "rollback"])
def test_work_in_the_way_is_refused_before_anything_is_written(
    repository: GitRepository, make: Callable[[GitRepository], None], command: tuple[str, str]
) -> None:
    make(repository)
    before = snap(repository)
    there = repository.git("ls-remote", "origin")
    refused(repository, *command, "staging", "--reason", "x", error="PC111")
    assert changed(before, snap(repository)) == set()
    assert repository.git("ls-remote", "origin") == there


def test_an_untracked_twin_of_a_new_file_is_in_the_way(repository: GitRepository) -> None:
    build_files(repository.folder, {pointer_file("prod"): "mine\n"})
    before = snap(repository)
    refused(repository, "promote", NAME, "prod", error="PC111")
    assert changed(before, snap(repository)) == set()


def test_from_another_branch_a_dirty_twin_is_not_in_the_way(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "feature")
    edited(repository)
    promoted(repository, "1.2.0")
    assert (repository.folder / pointer_file()).read_text() == "mine\n"


def test_a_linked_work_tree_with_main_follows(repository: GitRepository, tmp_path: Path) -> None:
    repository.git("switch", "-qc", "feature")
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"), "main")
    linked = GitRepository(tmp_path / "linked")
    before = snap(repository)
    promoted(repository, "1.2.0")
    assert changed(before, snap(repository)) == SHARED
    assert "1.2.0" in (linked.folder / pointer_file()).read_text()
    assert linked.git("status", "--porcelain") == ""


def test_from_a_linked_work_tree_main_follows_where_it_is(repository: GitRepository, tmp_path: Path) -> None:
    repository.git("worktree", "add", "-q", "-b", "feature", str(tmp_path / "linked"))
    linked = GitRepository(tmp_path / "linked")
    mess(linked)
    before = snap(linked)
    promoted(linked, "1.2.0")
    assert changed(before, snap(linked)) == SHARED
    assert "1.2.0" in (repository.folder / pointer_file()).read_text()
    assert repository.git("status", "--porcelain") == ""


def test_a_linked_work_tree_with_main_and_a_dirty_twin_is_in_the_way(repository: GitRepository, tmp_path: Path) -> None:
    repository.git("switch", "-qc", "feature")
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"), "main")
    build_files(tmp_path / "linked", {pointer_file(): "mine\n"})
    refused(repository, "promote", f"{NAME}@1.2.0", "staging", error="PC111")


def test_a_branch_with_commits_of_its_own_is_left_and_the_line_works(repository: GitRepository) -> None:
    own = repository.commit({"own": "1"}, "own work")
    before = snap(repository)
    ran = done(repository, "promote", f"{NAME}@1.2.0", "staging")
    assert changed(before, snap(repository)) == {"ref refs/remotes/origin/main"}
    assert repository.git("rev-parse", "main") == own
    line_to_paste = ran.err.splitlines()[0].split(": ", 1)[1]
    assert line_to_paste == "git pull --rebase origin main"
    repository.git(*line_to_paste.split()[1:])
    assert "1.2.0" in (repository.folder / pointer_file()).read_text()
    assert (repository.folder / "own").exists()


def test_a_branch_that_is_behind_is_left_and_told(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    promoted(repository, "1.2.0")
    ran = done(clone, "promote", NAME, "prod")
    assert "your branch main is behind: git pull --rebase origin main" in ran.err
    clone.git("pull", "-q", "--rebase", "origin", "main")
    assert (served(clone), served(clone, "prod")) == ("1.2.0", "1.2.0")


def test_a_branch_that_is_behind_and_not_checked_out_is_no_news(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    clone.git("switch", "-qc", "feature")
    promoted(repository, "1.2.0")
    assert "behind" not in done(clone, "promote", NAME, "prod").err


def test_without_a_remote_the_same_holds(tmp_path: Path) -> None:
    repository = line(tmp_path, remote=False)
    repository.git("switch", "-qc", "feature")
    mess(repository)
    before = snap(repository)
    promoted(repository, "1.2.0")
    assert changed(before, snap(repository)) == {"ref refs/heads/main"}


def test_without_a_remote_work_in_the_way_is_refused(tmp_path: Path) -> None:
    repository = line(tmp_path, remote=False)
    promoted(repository, "1.0.0", "1.1.0")
    edited(repository)
    before = snap(repository)
    for command in (("promote", f"{NAME}@1.2.0"), ("rollback", NAME)):
        refused(repository, *command, "staging", "--reason", "x", error="PC111")
    assert changed(before, snap(repository)) == set()


def test_from_a_folder_below_the_top(repository: GitRepository) -> None:
    done(repository.folder / "prompts/support", "promote", f"{NAME}@1.2.0", "staging")
    assert served(repository) == "1.2.0"
    assert repository.git("status", "--porcelain") == ""
