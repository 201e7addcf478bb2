"""``promptctl hook`` on the command line and as Git's own hook, without any runner of hooks."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from promptctl.cli.hooks import fits
from promptctl.workflows.hook import HOOKS
from tests.forking import program
from tests.shipping import NAME, line, pointer_file, promoted
from tests.snapshot import changed, snap
from tests.staging import stage
from tests.support import STARTER, TRIAGE, GitRepository, build_files, must_fail, new_repository, promptctl, succeed
from tests.versioning import PROMPT, text

BAD = TRIAGE.replace("{{ ticket }}", "{{ tickt }}")


def hooked(repository: GitRepository, *names: str, hook: str = "pre-commit") -> None:
    """Makes Git itself run hooks of promptctl."""
    folder = program(repository.folder.parent / "programs")
    lines = "".join(f'"{folder}/promptctl" hook {name} || exit 1\n' for name in names)
    path = Path(repository.git("rev-parse", "--absolute-git-dir")) / "hooks" / hook
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{lines}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def commit(repository: GitRepository, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-C", str(repository.folder), "commit", "-qm", "x", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_people_see(folder: Path) -> None:
    repository = new_repository(folder)
    stage(repository, {PROMPT: BAD})
    ran = must_fail("hook", "lint", cwd=folder, code=1)
    assert ran.out.startswith("warning[L002]: the input `ticket` is used by no template\n")
    assert ran.out.endswith("\n\nlint: 1 prompt, 2 to repair\n")
    stage(repository, {PROMPT: text("one queue")})
    assert succeed("hook", "lint", cwd=folder).out == "lint: 1 prompt, fine\n"


@pytest.mark.parametrize("kind", HOOKS)
def test_with_and_without_the_command_line_library(folder: Path, kind: str) -> None:
    repository = new_repository(folder)
    stage(repository, {PROMPT: BAD.replace("model: ", "model:   ") + "# ghp_" + "a1" * 18})
    plain, quiet, told = (promptctl("hook", *options, kind, cwd=folder) for options in ([], ["-q"], ["--json"]))
    assert (plain.code, plain.out) == (quiet.code, quiet.out)
    assert (told.code, told.json["ok"]) == (plain.code, plain.code == 0)
    assert plain.code == (0 if kind == "pointer-check" else 1)
    assert set(told.data) == {"hook", "judged", "findings", "note"}


def test_which_lines_need_the_command_line_library() -> None:
    assert fits(["lint"])
    assert fits(["lint", "a", "b"])
    assert not fits([])
    assert not fits(["lint", "--json"])
    assert not fits(["--help"])


@pytest.mark.parametrize("arguments", [["lnt"], ["lnt", "--json"]])
def test_an_unknown_hook_is_refused_with_its_neighbour(folder: Path, arguments: list[str]) -> None:
    new_repository(folder)
    ran = must_fail("hook", *arguments, cwd=folder, code=2)
    assert "did you mean `lint`?" in ran.err + ran.out


def test_outside_a_repository(folder: Path) -> None:
    assert "PC006" in must_fail("hook", "lint", cwd=folder, code=2).err


def test_a_hook_from_a_folder_below(folder: Path) -> None:
    repository = new_repository(folder, STARTER | {PROMPT: BAD})
    assert succeed("hook", "lint", cwd=folder / "prompts").out == "lint: nothing to judge, fine\n"
    must_fail("hook", "lint", "support/triage/prompt.yaml", cwd=folder / "prompts", code=1)
    assert succeed("hook", "lint", "../../elsewhere", cwd=folder).code == 0
    assert repository.git("status", "--porcelain") == ""


def test_git_refuses_the_commit_and_leaves_everything(folder: Path) -> None:
    repository = new_repository(folder)
    hooked(repository, *HOOKS)
    stage(repository, {PROMPT: BAD})
    build_files(folder, {PROMPT: text("one queue"), "prompts/shared/tone.j2": "unstaged\n"})
    before, staged = snap(repository), repository.git("ls-files", "-s")
    done = commit(repository)
    assert (done.returncode, "error[L001]" in done.stdout + done.stderr) == (1, True)
    # Git itself refreshes the index before it asks hooks.
    assert changed(before, snap(repository)) <= {"index"}
    assert repository.git("ls-files", "-s") == staged


def test_a_commit_of_some_paths_is_judged_by_what_it_holds(folder: Path) -> None:
    other = "prompts/other/prompt.yaml"
    repository = new_repository(folder, STARTER | {other: TRIAGE})
    hooked(repository, "lint")
    stage(repository, {PROMPT: BAD})
    build_files(folder, {other: text("one queue")})
    assert commit(repository, other).returncode == 0
    assert repository.git("status", "--porcelain") == f"M  {PROMPT}"
    build_files(folder, {other: BAD})
    stage(repository, {PROMPT: text("one queue")})
    assert commit(repository, other).returncode == 1
    assert commit(repository).returncode == 0
    assert commit(repository, "-a").returncode == 1


def test_a_merge_is_judged(folder: Path) -> None:
    repository = new_repository(folder)
    repository.git("checkout", "-qb", "other")
    repository.commit({PROMPT: BAD})
    repository.git("checkout", "-q", "main")
    repository.commit({"README.md": "x\n"})
    hooked(repository, *HOOKS, hook="pre-merge-commit")
    before = repository.git("rev-parse", "HEAD")
    repository.git("merge", "-q", "--no-edit", "other", check=False)
    assert repository.git("rev-parse", "HEAD") == before


def test_a_linked_work_tree_is_judged(folder: Path, tmp_path: Path) -> None:
    repository = new_repository(folder)
    hooked(repository, "lint")
    linked = GitRepository(tmp_path / "linked")
    repository.git("worktree", "add", "-q", str(linked.folder))
    stage(linked, {PROMPT: BAD})
    assert commit(linked).returncode == 1
    stage(linked, {PROMPT: text("one queue")})
    assert commit(linked).returncode == 0


def test_a_stale_index_does_not_turn_a_pointer_back(tmp_path: Path) -> None:
    """The accident after which every tool is judged: the branch moved below an index that knows nothing of it."""
    repository = line(tmp_path, remote=False)
    promoted(repository, "1.0.0", "1.1.0")
    hooked(repository, "pointer-check")
    repository.git("read-tree", "HEAD~1")
    build_files(repository.folder, {"README.md": "x\n"})
    repository.git("add", "README.md")
    done = commit(repository)
    assert (done.returncode, "error[PC130]" in done.stdout + done.stderr) == (1, True)
    repository.git("read-tree", "HEAD")
    repository.git("add", "README.md")
    assert commit(repository).returncode == 0
    assert "version: 1.1.0" in repository.git("show", f"HEAD:{pointer_file(name=NAME)}")


def test_a_template_that_takes_too_long_is_stopped(folder: Path) -> None:
    repository = new_repository(folder)
    bomb = "model: m\ntemplate: '{{ " + "(" * 60_000 + " }}'\n"
    stage(repository, {"prompts/bomb/prompt.yaml": bomb})
    ran = must_fail("hook", "lint", cwd=folder, code=1)
    assert "prompts/bomb/prompt.yaml" in ran.out
