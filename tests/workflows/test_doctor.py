"""``doctor``: each thing it can find is found, said with a reason, and gone after the repair as printed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.git.journal import Entry, Journal
from promptctl.adapters.git.program import Git
from promptctl.adapters.writing import PREFIX
from promptctl.core.ailment import LEVELS
from promptctl.workflows.doctoring.clone import MANY_LOOSE
from tests.golden import golden
from tests.shipping import STATE_BRANCH, line, run, shell
from tests.snapshot import changed, snap
from tests.support import GitRepository, build_files

PAGE = Path(__file__).parents[2] / "docs/reference/doctor.md"
PRE_COMMIT = "repos:\n  - repo: x\n    rev: v1\n    hooks:\n      - id: promptctl-lint\n"


def dead() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def _git_lock(repository: GitRepository) -> None:
    build_files(repository.folder, {".git/index.lock": ""})


def _ref_lock(repository: GitRepository) -> None:
    build_files(repository.folder, {".git/refs/heads/main.lock": ""})


def _interrupted(repository: GitRepository) -> None:
    journal = Journal(Git(repository.folder))
    journal.note(Entry(operation="freeze staging", refs=("refs/heads/main",)))
    note = journal.path.read_text()
    journal.path.write_text(note[: note.index('"process"')] + f'"process": {dead()}, ' + note[note.index('"host"') :])


def _shallow(repository: GitRepository) -> None:
    (repository.folder / ".git/shallow").write_text(repository.git("rev-parse", "HEAD") + "\n")


def _partial(repository: GitRepository) -> None:
    repository.git("config", "remote.origin.promisor", "true")


def _no_tags(repository: GitRepository) -> None:
    for ref in repository.git("for-each-ref", "--format=%(refname)", "refs/tags", "refs/promptctl").split():
        repository.git("update-ref", "-d", ref)


def _alternates(repository: GitRepository) -> None:
    other = repository.folder.parent / "origin.git/objects"
    build_files(repository.folder, {".git/objects/info/alternates": f"{other}\n"})


def _replaced(repository: GitRepository) -> None:
    repository.git("replace", "HEAD", "HEAD~1")


def _hooks_nowhere(repository: GitRepository) -> None:
    repository.git("config", "core.hooksPath", "../gone")


def _hooks_elsewhere(repository: GitRepository) -> None:
    build_files(repository.folder.parent, {"husky/README.md": ""})
    build_files(repository.folder, {".git/hooks/pre-push": "#!/bin/sh\n"})
    (repository.folder / ".git/hooks/pre-push").chmod(0o755)
    repository.git("config", "core.hooksPath", "../husky")


def _hook_not_executable(repository: GitRepository) -> None:
    build_files(repository.folder, {".git/hooks/pre-push": "#!/bin/sh\n"})


def _hook_not_installed(repository: GitRepository) -> None:
    build_files(repository.folder, {".pre-commit-config.yaml": PRE_COMMIT})


def _loose(repository: GitRepository) -> None:
    head = repository.git("rev-parse", "HEAD")
    build_files(repository.folder, {f".git/refs/notes/n{number}": f"{head}\n" for number in range(MANY_LOOSE + 1)})


def _leftover(repository: GitRepository) -> None:
    build_files(repository.folder, {f"prompts/support/triage/{PREFIX}{dead()}-0a": "half"})


def _nobody(repository: GitRepository) -> None:
    for key in ("user.name", "user.email"):
        repository.git("config", "--global", "--unset", key)
    repository.git("config", "user.useConfigOnly", "true")


def _clock(repository: GitRepository) -> None:
    repository.seconds = 4_000_000_000
    repository.commit(message="tomorrow")
    repository.git("push", "-q", "origin", "main")


def _settings(repository: GitRepository) -> None:
    path = repository.folder / "promptctl.toml"
    path.write_text(path.read_text().replace("gate = false", 'gate = "rerun"', 1))


def _unknown_remote(repository: GitRepository) -> None:
    path = repository.folder / "promptctl.toml"
    path.write_text(path.read_text().replace("[repository]\n", '[repository]\nremote = "upstream"\n', 1))


CASES: dict[str, tuple[Callable[[GitRepository], None], bool]] = {
    "git-lock": (_git_lock, True),
    "interrupted": (_interrupted, True),
    "shallow": (_shallow, False),
    "partial": (_partial, False),
    "no-tags": (_no_tags, True),
    "alternates": (_alternates, True),
    "replaced": (_replaced, True),
    "hook-not-executable": (_hook_not_executable, True),
    "hook-not-installed": (_hook_not_installed, False),
    "loose-refs": (_loose, True),
    "leftover": (_leftover, True),
    "identity": (_nobody, False),
    "clock": (_clock, False),
    "settings-ignored": (_settings, False),
    "unreadable": (_unknown_remote, False),
}


def findings(repository: GitRepository) -> list[dict[str, Any]]:
    """What doctor finds; it must exit by the levels and change nothing."""
    before = snap(repository)
    ran = run(repository, "doctor", "--json")
    assert changed(before, snap(repository)) == set()
    assert ran.code in (0, 1), ran
    found: list[dict[str, Any]] = ran.data["findings"]
    assert ran.code == int(any(finding["level"] == "error" for finding in found))
    assert all(finding["level"] == LEVELS[finding["kind"]] for finding in found)
    return found


def test_a_sound_clone_has_nothing(tmp_path: Path) -> None:
    repository = line(tmp_path)
    assert findings(repository) == []
    assert run(repository, "doctor").out == "0 errors, 0 warnings\n"


@pytest.mark.parametrize("kind", CASES)
def test_it_is_found_and_gone_after_the_repair(tmp_path: Path, kind: str) -> None:
    arrange, repairs = CASES[kind]
    repository = line(tmp_path / "of ours")
    arrange(repository)
    found = findings(repository)
    assert [finding["kind"] for finding in found] == [kind], found
    shown = run(repository, "doctor").out.replace(str(tmp_path / "of ours"), "<folder>").replace("'", "")
    if repairs:
        repair = found[0]["repair"]
        if repair.startswith("promptctl "):
            assert run(repository, *repair.split()[1:]).code == 0
        else:
            shell(repository, repair)
        assert findings(repository) == []
    if kind in ("git-lock", "interrupted", "hook-not-executable"):
        golden(f"doctor/{kind}.txt", shown)


def test_every_kind_is_tried_and_documented() -> None:
    assert CASES.keys() | {"writing", "hook-ignored", "elsewhere"} == LEVELS.keys()
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert dict(rows) == LEVELS


@pytest.mark.parametrize("arrange", [_hooks_nowhere, _hooks_elsewhere])
def test_hooks_that_git_does_not_look_at(tmp_path: Path, arrange: Callable[[GitRepository], None]) -> None:
    repository = line(tmp_path)
    arrange(repository)
    (found,) = findings(repository)
    assert found["kind"] == "hook-ignored"
    shell(repository, found["repair"])
    assert findings(repository) == []


def test_what_lies_beside_hooks_is_none(tmp_path: Path) -> None:
    repository = line(tmp_path)
    build_files(repository.folder, {".git/hooks/README": "", ".git/hooks/_/h": ""})
    assert findings(repository) == []
    build_files(repository.folder.parent, {"husky/LICENSE": ""})
    repository.git("config", "core.hooksPath", "../husky")
    assert findings(repository) == []


def test_a_lock_of_a_ref_is_found(tmp_path: Path) -> None:
    repository = line(tmp_path)
    _ref_lock(repository)
    (found,) = findings(repository)
    assert found["repair"].startswith("rm /")
    shell(repository, found["repair"])
    assert findings(repository) == []


def test_locks_that_the_journal_proves_ours_are_not_the_users_task(tmp_path: Path) -> None:
    repository = line(tmp_path)
    _interrupted(repository)
    _ref_lock(repository)
    (found,) = findings(repository)
    assert found["kind"] == "interrupted"
    assert run(repository, *found["repair"].split()[1:]).code == 0
    assert findings(repository) == []


def test_who_writes_is_named(tmp_path: Path) -> None:
    repository = line(tmp_path)
    journal = Journal(Git(repository.folder))
    with journal.writing("promote x staging"):
        (found,) = findings(repository)
    assert found["kind"] == "writing"
    assert "promote x staging (process " in found["message"]
    assert findings(repository) == []


def test_a_state_branch_in_another_work_tree_is_named(tmp_path: Path) -> None:
    repository = line(tmp_path, STATE_BRANCH, staged=("1.0.0",))
    repository.git(
        "worktree", "add", "-q", str(tmp_path / "the state"), "-b", "promptctl/state", "origin/promptctl/state"
    )
    (found,) = findings(repository)
    assert found["kind"] == "elsewhere"
    shell(repository, found["repair"])
    assert findings(repository) == []
