"""``init`` in every place it may be called from."""

from __future__ import annotations

import os
import subprocess
import tomllib
from pathlib import Path

import pytest

from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import WorkTree
from promptctl.adapters.writing import PREFIX
from promptctl.errors import PromptctlError, UsageError
from promptctl.workflows.init import init
from tests.support import GitRepository, new_repository, with_remote


def settings(root: Path) -> dict[str, dict[str, object]]:
    return tomllib.loads((root / "promptctl.toml").read_text())


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_an_empty_folder_becomes_a_repository_with_nothing_committed(folder: Path) -> None:
    done = init(folder, state_branch=False)
    assert (done.root, done.new_repository, done.default_branch, done.state_branch) == (folder, True, "main", "main")
    assert done.written == ("promptctl.toml", "prompts/")
    repository = GitRepository(folder)
    assert repository.git("status", "--porcelain") == "?? promptctl.toml"
    assert repository.git("rev-list", "--all") == ""
    assert settings(folder) == {
        "repository": {"default_branch": "main"},
        "defaults": {"model": "echo:echo"},
        "environments": {
            "staging": {"gate": False},
            "prod": {"after": "staging", "gate": "recorded", "approvals": 0},
        },
    }


def test_the_settings_are_ones_we_read(folder: Path) -> None:
    init(folder, state_branch=True)
    read = Project(WorkTree(folder)).settings
    assert (read.default_branch, read.state, read.model) == ("main", "promptctl/state", "echo:echo")
    assert list(read.environments) == ["staging", "prod"]
    assert (read.environment("staging").gate, read.environment("prod").gate) == (None, "recorded")


def test_a_second_run_changes_nothing(folder: Path) -> None:
    init(folder, state_branch=False)
    before = snapshot(folder)
    done = init(folder, state_branch=False)
    assert (done.written, done.new_repository) == ((), False)
    assert snapshot(folder) == before


def test_settings_that_are_there_stay(folder: Path) -> None:
    text = '[repository]\ndefault_branch = "trunk"\n'
    (folder / "promptctl.toml").write_text(text)
    done = init(folder, state_branch=False)
    assert done.written == ("prompts/",)
    assert done.default_branch == "trunk"
    assert (folder / "promptctl.toml").read_text() == text
    with pytest.raises(UsageError, match="never overwritten") as caught:
        init(folder, state_branch=True)
    assert 'state = "promptctl/state"' in str(caught.value.hint)
    assert (folder / "promptctl.toml").read_text() == text


def test_a_state_branch_that_is_set_already_is_fine(folder: Path) -> None:
    init(folder, state_branch=True)
    assert init(folder, state_branch=True).written == ()


def test_in_a_sub_folder_it_works_on_the_top(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "r", {"src/deep/x.py": "1"})
    done = init(repository.folder / "src/deep", state_branch=False)
    assert (done.root, done.new_repository) == (repository.folder, False)
    assert (repository.folder / "promptctl.toml").is_file()
    assert not (repository.folder / "src/deep/promptctl.toml").exists()


def test_a_linked_work_tree_is_its_own_top(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "r", {"x": "1"})
    repository.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    done = init(tmp_path / "linked", state_branch=False)
    assert (done.root, done.default_branch) == (tmp_path / "linked", "side")


@pytest.mark.parametrize("branch", ["trunk", "release/1.0", "größe"])
def test_the_default_branch_is_the_one_here(folder: Path, branch: str) -> None:
    subprocess.run(["git", "init", "-q", "-b", branch, str(folder)], check=True)
    assert init(folder, state_branch=False).default_branch == branch
    assert settings(folder)["repository"]["default_branch"] == branch


def test_a_clones_default_branch_is_the_remotes_whatever_is_checked_out(tmp_path: Path) -> None:
    repository = with_remote(new_repository(tmp_path / "r", {"x": "1"}), tmp_path / "bare.git")
    clone = repository.clone(tmp_path / "clone")
    clone.git("switch", "-qc", "feature")
    assert init(clone.folder, state_branch=False).default_branch == "main"


def test_a_detached_head_names_no_default_branch(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "r", {"x": "1"})
    repository.git("switch", "-q", "--detach")
    before = snapshot(repository.folder)
    with pytest.raises(UsageError, match="no default branch"):
        init(repository.folder, state_branch=False)
    assert snapshot(repository.folder) == before


def test_no_repository_is_made_inside_a_git_directory(tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True)
    for place in (bare, bare / "refs", new_repository(tmp_path / "r", {"x": "1"}).folder / ".git"):
        with pytest.raises(UsageError, match="without a work tree"):
            init(place, state_branch=False)
    assert not (bare / ".git").exists()


@pytest.mark.parametrize("kind", ["file", "link"])
def test_prompts_that_are_no_folder_are_refused_before_anything_is_written(folder: Path, kind: str) -> None:
    if kind == "file":
        (folder / "prompts").write_text("")
    else:
        (folder / "elsewhere").mkdir()
        (folder / "prompts").symlink_to("elsewhere")
    with pytest.raises(UsageError, match="prompts exists and is no folder"):
        init(folder, state_branch=False)
    assert not (folder / ".git").exists()
    assert not (folder / "promptctl.toml").exists()


def test_settings_that_cannot_be_read_are_reported_not_replaced(folder: Path) -> None:
    (folder / "promptctl.toml").write_text("[[[")
    with pytest.raises(UsageError) as caught:
        init(folder, state_branch=False)
    assert caught.value.code == "PC007"
    assert (folder / "promptctl.toml").read_text() == "[[["


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing refuses root")
def test_a_folder_that_takes_no_files(folder: Path) -> None:
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    folder.chmod(0o500)
    try:
        with pytest.raises(PromptctlError) as caught:
            init(folder, state_branch=False)
    finally:
        folder.chmod(0o700)
    assert caught.value.exit_code == 4


def test_what_a_killed_run_left_beside_the_settings_goes(folder: Path) -> None:
    init(folder, state_branch=False)
    (folder / f"{PREFIX}{2**22 + 1}-ab").write_bytes(b"half of the settings")
    assert init(folder, state_branch=False).written == ()
    assert sorted(path.name for path in folder.iterdir()) == [".git", "promptctl.toml", "prompts"]
