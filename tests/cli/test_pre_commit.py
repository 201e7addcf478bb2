"""The hooks under the real pre-commit, as ``.pre-commit-hooks.yaml`` describes them.

What can run offline uses the programs of this environment; the test that installs the hooks as users do needs the
package index and runs with ``python -m pytest -m long``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from promptctl.workflows.hook import HOOKS
from tests.forking import program
from tests.shipping import line, lived, promoted
from tests.snapshot import files
from tests.staging import stage
from tests.support import STARTER, TRIAGE, GitRepository, build_files, new_repository
from tests.versioning import LOCK, PROMPT, locked, text

pytest.importorskip("pre_commit", reason="pre-commit is not installed")

ROOT = Path(__file__).parents[2]
MANIFEST = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
BAD = TRIAGE.replace("{{ ticket }}", "{{ tickt }}")
CRLF = {"true": b"\r\n", "false": b"\n"}


@pytest.fixture(autouse=True)
def programs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """pre-commit is found where this Python is, and promptctl before it."""
    folders = [program(tmp_path_factory.getbasetemp() / "programs"), Path(sys.executable).parent, os.environ["PATH"]]
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, folders)))


def run(repository: GitRepository, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=repository.folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def installed(repository: GitRepository, *kinds: str) -> GitRepository:
    """pre-commit with our hooks, run from this environment, and a foreign one after them."""
    hooks = [hook | {"language": "system"} for hook in MANIFEST if not kinds or hook["id"].endswith(kinds)]
    foreign = {"id": "foreign", "name": "foreign", "entry": "git --version", "language": "system", "always_run": True}
    config = {"repos": [{"repo": "local", "hooks": [*hooks, foreign | {"pass_filenames": False}]}]}
    repository.commit({".pre-commit-config.yaml": yaml.safe_dump(config)}, "hooks")
    for kind in ("pre-commit", "pre-merge-commit"):
        done = run(repository, "pre-commit", "install", "-t", kind)
        assert done.returncode == 0, done
    return repository


def starter(folder: Path) -> None:
    found = new_repository(folder / "work")
    locked(found)
    found.commit(message="lock")
    installed(found)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return lived(starter, tmp_path)


def committed(repository: GitRepository, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(repository, "git", "commit", "-m", "x", *arguments)


def outcome(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """What pre-commit says of each hook."""
    found = re.findall(r"^(promptctl: .+?|foreign)\.{3,}.*?(Passed|Failed|Skipped)$", done.stderr + done.stdout, re.M)
    return dict(found)


def test_the_manifest_names_every_hook_and_its_entry() -> None:
    assert [hook["id"] for hook in MANIFEST] == [f"promptctl-{kind}" for kind in HOOKS]
    assert [hook["entry"] for hook in MANIFEST] == [f"promptctl hook {kind}" for kind in HOOKS]
    for hook in MANIFEST:
        assert (hook["language"], hook["always_run"], hook["require_serial"]) == ("python", True, True)


def test_good_work_passes_every_hook_and_the_others_still_run(repository: GitRepository) -> None:
    build_files(repository.folder, {PROMPT: text("one queue")})
    locked(repository)
    repository.git("add", PROMPT, LOCK)
    done = committed(repository)
    assert done.returncode == 0, done
    assert set(outcome(done).values()) == {"Passed"}
    assert outcome(done).keys() == {*(hook["name"] for hook in MANIFEST), "foreign"}


def test_what_is_staged_is_judged_and_unstaged_edits_survive(repository: GitRepository) -> None:
    unstaged = {PROMPT: text("one queue") + "# not yet\n", "prompts/shared/tone.j2": "Not yet.", "new.txt": "untracked"}
    stage(repository, {PROMPT: BAD})
    build_files(repository.folder, unstaged)
    before = files(repository.folder)
    done = committed(repository)
    assert done.returncode == 1
    assert outcome(done)["promptctl: mistakes in prompts"] == "Failed"
    assert outcome(done)["foreign"] == "Passed"
    assert files(repository.folder) == before
    build_files(repository.folder, STARTER | {PROMPT: text("one queue")})
    locked(repository)
    repository.git("add", PROMPT, LOCK)
    build_files(repository.folder, unstaged | {PROMPT: BAD})
    before = files(repository.folder)
    done = committed(repository)
    assert done.returncode == 0, done
    assert files(repository.folder) == before
    assert "one queue" in repository.git("show", f"HEAD:{PROMPT}")


def test_part_of_a_file_may_be_staged(repository: GitRepository) -> None:
    """As ``git add -p`` leaves it: one hunk in the index, another only in the file."""
    half, whole = text() + "# first\n", text().replace("owner: support", "owner:   support") + "# first\n"
    stage(repository, {PROMPT: half})
    build_files(repository.folder, {PROMPT: whole})
    done = committed(repository)
    assert done.returncode == 0, done
    assert (repository.folder / PROMPT).read_text() == whole
    repository.git("add", PROMPT)
    build_files(repository.folder, {PROMPT: half})
    done = committed(repository)
    assert (done.returncode, outcome(done)["promptctl: layout of prompt files"]) == (1, "Failed")
    assert (repository.folder / PROMPT).read_text() == half


def test_what_is_only_meant_to_be_added_survives_unjudged(repository: GitRepository) -> None:
    build_files(repository.folder, {"prompts/x/prompt.yaml": "template: [\n", "README.md": "x\n"})
    repository.git("add", "-N", "prompts/x/prompt.yaml")
    repository.git("add", "README.md")
    done = committed(repository)
    assert done.returncode == 0, done
    assert (repository.folder / "prompts/x/prompt.yaml").read_text() == "template: [\n"
    assert repository.git("status", "--porcelain") == "A prompts/x/prompt.yaml"


def test_a_commit_of_some_paths(repository: GitRepository) -> None:
    stage(repository, {PROMPT: BAD})
    build_files(repository.folder, {"README.md": "x\n"})
    repository.git("add", "-N", "README.md")
    done = committed(repository, "README.md")
    assert done.returncode == 0, done
    assert repository.git("status", "--porcelain") == f"M  {PROMPT}"
    assert committed(repository).returncode == 1


def test_a_commit_that_only_deletes_is_judged(repository: GitRepository) -> None:
    repository.git("rm", "-q", "prompts/shared/tone.j2")
    done = committed(repository)
    assert done.returncode == 1
    assert outcome(done)["promptctl: mistakes in prompts"] == "Failed"


def test_merges_are_judged_with_and_without_conflicts(repository: GitRepository) -> None:
    repository.git("checkout", "-qb", "other")
    stage(repository, {PROMPT: BAD})
    repository.git("commit", "-qnm", "bad")
    repository.git("checkout", "-q", "main")
    repository.commit({"README.md": "x\n"})
    before = repository.git("rev-parse", "HEAD")
    assert run(repository, "git", "merge", "--no-edit", "other").returncode != 0
    assert repository.git("rev-parse", "HEAD") == before
    repository.git("merge", "--abort", check=False)
    repository.git("reset", "-q", "--hard")
    stage(repository, {PROMPT: text("one queue")})
    repository.git("commit", "-qnm", "ours")
    repository.git("merge", "--no-edit", "other", check=False)
    stage(repository, {PROMPT: BAD})
    assert run(repository, "git", "commit", "--no-edit").returncode == 1
    stage(repository, {PROMPT: text("a queue")})
    done = run(repository, "git", "commit", "--no-edit")
    assert done.returncode == 0, done


def test_a_linked_work_tree(repository: GitRepository, tmp_path: Path) -> None:
    linked = GitRepository(tmp_path / "linked")
    repository.git("worktree", "add", "-q", str(linked.folder))
    stage(linked, {PROMPT: BAD})
    build_files(linked.folder, {PROMPT: "unstaged\n"})
    assert committed(linked).returncode == 1
    assert (linked.folder / PROMPT).read_text() == "unstaged\n"


@pytest.mark.parametrize("setting", CRLF)
def test_line_ends_of_windows(folder: Path, setting: str) -> None:
    found = new_repository(folder)
    locked(found)
    found.commit(message="lock")
    found.git("config", "core.autocrlf", setting)
    installed(found)
    end = CRLF[setting]
    stage(found, {PROMPT: text().encode().replace(b"\n", end) + b"# more" + end})
    unstaged = text().encode().replace(b"\n", end) + b"# more" + end + b"# unstaged" + end
    build_files(folder, {PROMPT: unstaged})
    done = committed(found)
    assert done.returncode == 0, done
    assert (folder / PROMPT).read_bytes() == unstaged


def test_a_stale_index_does_not_turn_a_pointer_back(tmp_path: Path) -> None:
    repository = line(tmp_path, remote=False)
    installed(repository, "pointer-check")
    promoted(repository, "1.0.0", "1.1.0")
    repository.git("read-tree", "HEAD~1")
    done = committed(repository)
    assert (done.returncode, "PC130" in done.stdout + done.stderr) == (1, True)


def test_a_commit_of_everything_does_not_turn_back_what_moved_under_it(tmp_path: Path) -> None:
    """Another program moved the branch without its index and files; ``commit -a`` takes the old files for edits."""
    repository = line(tmp_path, remote=False)
    installed(repository, "pointer-check")
    promoted(repository, "1.0.0", "1.1.0")
    moved = repository.git("rev-parse", "HEAD")
    repository.git("reset", "-q", "--hard", "HEAD~1")
    repository.git("update-ref", "refs/heads/main", moved)
    build_files(repository.folder, {PROMPT: text("any queue")})
    before = files(repository.folder)
    done = committed(repository, "-a")
    assert (done.returncode, "PC130" in done.stdout + done.stderr) == (1, True)
    assert repository.git("rev-parse", "HEAD") == moved
    assert files(repository.folder) == before


def test_a_run_over_everything_judges_everything(repository: GitRepository) -> None:
    assert run(repository, "pre-commit", "run", "--all-files").returncode == 0
    stage(repository, {PROMPT: BAD})
    repository.git("commit", "-qnm", "bad")
    done = run(repository, "pre-commit", "run", "--all-files")
    assert (done.returncode, outcome(done)["promptctl: lock is fresh"]) == (1, "Failed")
    done = run(repository, "pre-commit", "run", "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert (done.returncode, outcome(done)["promptctl: mistakes in prompts"]) == (1, "Failed")


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_hooks_install_from_a_clone_and_run(folder: Path, tmp_path: Path) -> None:
    """As users have it: pre-commit clones the repository, makes an environment and runs what it installed."""
    source = tmp_path / "promptctl"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(source)], check=True, capture_output=True)
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", source)
    clone = GitRepository(source)
    revision = clone.commit(message="as it is now")
    hooks = [{"id": hook["id"]} for hook in MANIFEST]
    config = {"repos": [{"repo": str(source), "rev": revision, "hooks": hooks}]}
    repository = new_repository(folder, STARTER | {".pre-commit-config.yaml": yaml.safe_dump(config)})
    locked(repository)
    repository.commit(message="lock")
    assert run(repository, "pre-commit", "install").returncode == 0
    build_files(folder, {PROMPT: text("one queue")})
    locked(repository)
    repository.git("add", PROMPT, LOCK)
    build_files(folder, {PROMPT: BAD})
    done = committed(repository)
    assert done.returncode == 0, done
    assert set(outcome(done).values()) == {"Passed"}
    assert (folder / PROMPT).read_text() == BAD
    repository.git("add", PROMPT)
    done = committed(repository)
    assert (done.returncode, outcome(done)["promptctl: mistakes in prompts"]) == (1, "Failed")
