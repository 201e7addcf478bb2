"""``git-setup``: what Git itself shows and merges in a clone that has it, and that nothing is left after ``--undo``."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from promptctl.core.releases.lockfile import parse_lock
from tests.support import STARTER, GitRepository, build_files, must_fail, new_repository, promptctl, succeed

OTHER = "prompts/other/prompt.yaml"
TRIAGE = "prompts/support/triage/prompt.yaml"
LOCK = "prompts/prompts.lock"


@pytest.fixture
def clone(tmp_path: Path) -> GitRepository:
    """Two locked prompts, and Git set up."""
    files = {**STARTER, OTHER: "model: echo:echo\nmessages:\n  - role: user\n    content: Hello.\n"}
    repository = new_repository(tmp_path / "clone", files)
    succeed("lock", cwd=repository.folder)
    repository.commit(message="lock")
    succeed("git-setup", cwd=repository.folder)
    return repository


def change(repository: GitRepository, path: str, old: str, new: str, *, lock: bool = True) -> None:
    """Changes a file, locks and commits."""
    file = repository.folder / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    if lock:
        succeed("lock", cwd=repository.folder)
    repository.commit()


def merge(repository: GitRepository, branch: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "merge", "-m", "merge", branch], cwd=repository.folder, capture_output=True, text=True, check=False
    )


def test_diff_log_and_blame_show_text(clone: GitRepository) -> None:
    change(clone, OTHER, "    content: Hello.\n", '    content: "Hello there." # kinder\n')
    shown = clone.git("diff", "HEAD~", "--", OTHER)
    assert "-  Hello.\n+  Hello there." in shown
    assert "content:" not in shown
    assert "+  Hello there." in clone.git("log", "-p", "-1", "--", OTHER)
    assert clone.git("blame", "-s", OTHER).splitlines()[-1].endswith("  Hello there.")


def test_a_change_of_layout_alone_shows_no_lines(clone: GitRepository) -> None:
    change(clone, OTHER, "content: Hello.", 'content: "Hello."', lock=False)
    assert "@@" not in clone.git("diff", "HEAD~", "--", OTHER)


def test_a_file_that_is_no_prompt_is_shown_as_it_is(clone: GitRepository) -> None:
    (clone.folder / OTHER).write_text("messages: [\n")
    assert "+messages: [" in clone.git("diff", "--", OTHER)


@pytest.mark.parametrize(
    "text",
    ['model: echo:echo\ntemplate: "\\e]52;c;eA==\\a\\u202e"\n', "messages: [\x1b]52;c;eA==\x07\u202e\n"],
    ids=["a prompt", "no prompt"],
)
def test_what_git_shows_of_a_prompt_commands_no_terminal(clone: GitRepository, text: str) -> None:
    """Escapes of YAML must not become what they stand for."""
    (clone.folder / OTHER).write_text(text)
    for words in (("diff", "--", OTHER), ("commit", "-qam", "x"), ("log", "-p", "-1"), ("blame", OTHER)):
        said = clone.git(*words)
        assert not {"\x1b", "\x07", "\u202e"} & set(said), words
        assert words[0] == "commit" or r"\x1b]52;c;eA==\x07\u202e" in said


def test_nothing_of_the_folder_that_git_runs_in_is_imported(clone: GitRepository) -> None:
    """A repository may hold a folder called as our package is."""
    trap = clone.folder / "trapped"
    build_files(clone.folder, {"promptctl/__init__.py": f"open({str(trap)!r}, 'w')\n", "promptctl/__main__.py": ""})
    change(clone, OTHER, "Hello.", "Hello there.", lock=False)
    assert "+  Hello there." in clone.git("diff", "HEAD~", "--", OTHER)
    assert not trap.exists()


def test_two_branches_that_lock_other_prompts_merge(clone: GitRepository) -> None:
    clone.git("switch", "-q", "-c", "side")
    change(clone, OTHER, "Hello.", "Hello there.")
    clone.git("switch", "-q", "main")
    change(clone, TRIAGE, "maxLength: 8000", "maxLength: 9000")
    done = merge(clone, "side")
    assert done.returncode == 0, done.stderr
    assert f"{LOCK}: merged prompt by prompt" in done.stdout + done.stderr
    succeed("lock", "--check", cwd=clone.folder)


def test_two_branches_that_lock_one_prompt_conflict_in_it_alone(clone: GitRepository) -> None:
    clone.git("switch", "-q", "-c", "side")
    change(clone, OTHER, "Hello.", "Hello there.")
    change(clone, TRIAGE, "description: Routes a support ticket.", "description: Routes a ticket.")
    clone.git("switch", "-q", "main")
    change(clone, OTHER, "Hello.", "Good day.")
    done = merge(clone, "side")
    assert done.returncode == 1
    assert f"{LOCK}: both sides changed other: settle the prompts' files, then promptctl lock" in (
        done.stdout + done.stderr
    )
    text = (clone.folder / LOCK).read_text()
    assert text.count("<<<<<<< ours") == 1
    assert "UU prompts/prompts.lock" in clone.git("status", "--short")
    clone.git("checkout", "--theirs", OTHER)
    succeed("lock", cwd=clone.folder)
    assert set(parse_lock((clone.folder / LOCK).read_text()).prompts) == {"other", "support/triage"}
    succeed("lock", "--check", cwd=clone.folder)


def test_two_moves_of_a_pointer_are_never_mixed(clone: GitRepository) -> None:
    succeed("release", cwd=clone.folder)
    succeed("promote", "other", "staging", cwd=clone.folder)
    change(clone, OTHER, "Hello.", "Hello there.")
    succeed("release", cwd=clone.folder)
    clone.git("branch", "side")
    succeed("promote", "other@1.1.0", "staging", cwd=clone.folder)
    ours = (clone.folder / "prompts/environments/staging/other.yaml").read_bytes()
    clone.git("branch", "kept")
    clone.git("reset", "-q", "--hard", "side")
    succeed("remove", "other", "staging", "--reason", "unused", cwd=clone.folder)
    succeed("promote", "other@1.0.0", "staging", cwd=clone.folder)
    theirs = clone.git("rev-parse", "HEAD")
    clone.git("reset", "-q", "--hard", "kept")
    done = merge(clone, theirs)
    assert done.returncode == 1
    assert "staging/other.yaml: both sides moved it" in done.stdout + done.stderr
    assert (clone.folder / "prompts/environments/staging/other.yaml").read_bytes() == ours
    files = "prompts/environments/staging/other.yaml", "prompts/environments/staging/other.moves.jsonl"
    clone.git("checkout", "--theirs", *files)
    clone.git("add", *files)
    clone.commit()
    succeed("drift", cwd=clone.folder)


def test_undo_leaves_nothing_and_keeps_what_others_wrote(clone: GitRepository) -> None:
    attributes = clone.folder / ".git" / "info" / "attributes"
    attributes.write_text("*.png binary\n" + attributes.read_text() + "*.pdf binary\n")
    again = promptctl("git-setup", "--json", cwd=clone.folder)
    assert again.data == {"active": True, "changed": False}
    undone = promptctl("git-setup", "--undo", "--json", cwd=clone.folder)
    assert undone.data == {"active": False, "changed": True}
    assert attributes.read_text() == "*.png binary\n*.pdf binary\n"
    assert "promptctl" not in clone.git("config", "--list", "--local")
    assert promptctl("git-setup", "--undo", "--json", cwd=clone.folder).data == {"active": False, "changed": False}
    assert clone.git("status", "--short") == ""


def test_a_linked_work_tree_is_set_up_with_its_clone(clone: GitRepository, tmp_path: Path) -> None:
    clone.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    again = promptctl("git-setup", "--json", cwd=tmp_path / "linked")
    assert again.data == {"active": True, "changed": False}


def test_a_lock_that_somebody_left_is_named_with_its_whole_path(clone: GitRepository) -> None:
    lock = clone.folder / ".git/config.lock"
    lock.touch()
    ran = must_fail("git-setup", "--undo", cwd=clone.folder / "prompts", code=4)
    assert f"rm {lock}\n" in ran.err
    lock.unlink()
    succeed("git-setup", "--undo", cwd=clone.folder)
