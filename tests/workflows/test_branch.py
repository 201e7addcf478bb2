"""``--branch``: names, reruns, races and refusals of a branch that is made for a pull request."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.workflows.proposing import suggested
from tests.shipping import (
    NAME,
    OTHER,
    STATE_BRANCH,
    done,
    hint,
    line,
    pointer_file,
    promoted,
    refused,
    remote_refs,
    served,
    shell,
    shown,
)
from tests.snapshot import changed, snap
from tests.support import GitRepository

UP = ("promote", f"{NAME}@1.2.0", "staging")
WHY = ("--reason", "because")


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    """Staging serves 1.1.0, and prod is frozen; not to be moved."""
    repository = line(tmp_path_factory.mktemp("still"), staged=("1.0.0", "1.1.0"))
    done(repository, "freeze", "prod", *WHY)
    return repository


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return line(tmp_path, staged=("1.0.0", "1.1.0"))


def test_it_says_what_counts_when_and_what_comes_next(still: GitRepository) -> None:
    before = done(still, "status").out
    ran = done(still, *UP, "--branch", "said")
    assert "on the branch said on origin: it counts once it is merged into main" in ran.out
    assert ran.err == (
        "next: open a pull request of said into main, at the host or by gh pr create --base main --head said\n"
    )
    assert done(still, "status").out == before
    again = done(still, *UP, "--branch", "said")
    assert "on the branch said on origin, as made before" in again.out


REFUSED: dict[str, tuple[str, int, str]] = {
    "": ("", 2, "PC290"),
    "spaces": ("a b", 2, "PC290"),
    "an option": ("-f", 2, "PC290"),
    "HEAD": ("HEAD", 2, "PC290"),
    "earlier": ("@{-1}", 2, "PC290"),
    "the default branch": ("main", 3, "PC291"),
    "a release branch": ("hotfix/x", 3, "PC291"),
    "taken": ("taken", 3, "PC292"),
    "taken here": ("here", 3, "PC292"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_names_that_it_cannot_have(still: GitRepository, name: str) -> None:
    branch, code, error = REFUSED[name]
    if branch == "taken":
        still.git("push", "-q", "origin", "main:refs/heads/taken")
    if branch == "here":
        still.git("branch", "here", "main~1")
    before = snap(still)
    refused(still, *UP, f"--branch={branch}", code=code, error=error)
    assert changed(before, snap(still)) == set()


def test_the_branch_of_another_command_is_left_alone(still: GitRepository) -> None:
    done(still, *UP, "--branch", "mine")
    ran = refused(still, "promote", f"{NAME}@1.0.0", "staging", "--branch", "mine", error="PC292")
    shell(still, hint(ran).rpartition(": ")[2])
    done(still, "promote", f"{NAME}@1.0.0", "staging", "--branch", "mine")


def test_one_that_was_overtaken_is_no_rerun(repository: GitRepository, tmp_path: Path) -> None:
    done(repository, *UP, "--branch", "up")
    promoted(repository, "1.0.0", name=OTHER)
    assert "as made before" in done(repository, *UP, "--branch", "up").out
    promoted(repository.clone(tmp_path / "other"), "1.0.0")
    ran = refused(repository, *UP, "--branch", "up", error="PC292")
    assert "main was moved since" in ran.err


def test_it_is_built_on_what_the_remote_has_now(repository: GitRepository, tmp_path: Path) -> None:
    other = repository.clone(tmp_path / "other")
    promoted(other, "1.2.0")
    done(repository, "rollback", NAME, "staging", *WHY, "--branch", "back")
    assert "version: 1.1.0" in shown(repository, pointer_file(), "origin/back")
    assert repository.git("rev-parse", "origin/back^") == remote_refs(repository)["refs/heads/main"]


def test_here_only_and_pushed_later(repository: GitRepository) -> None:
    before = remote_refs(repository)
    ran = done(repository, *UP, "--branch", "up", "--no-push")
    assert "on the branch up here: it counts once" in ran.out
    assert "next: git push origin up, then open a pull request" in ran.err
    assert (remote_refs(repository), "here only" in done(repository, "status").out) == (before, False)
    kept = repository.git("rev-parse", "up")
    assert "as made before" in done(repository, *UP, "--branch", "up", "--no-push").out
    assert "as made before" in done(repository, *UP, "--branch", "up").out
    assert remote_refs(repository)["refs/heads/up"] == kept


def test_without_a_remote_it_is_a_branch_here(tmp_path: Path) -> None:
    repository = line(tmp_path, remote=False)
    before = snap(repository)
    ran = done(repository, "promote", NAME, "staging", "--branch", "up")
    assert changed(before, snap(repository)) == {"ref refs/heads/up"}
    assert served(repository) is None
    shell(repository, ran.err.removeprefix("next: "))
    assert served(repository) == "1.2.0"
    done(repository, "drift")
    refused(repository, "promote", f"{NAME}@1.1.0", "staging", "--branch", "up", error="PC292")


def test_what_was_recorded_here_only_goes_along(repository: GitRepository) -> None:
    done(repository, "freeze", "prod", *WHY, "--no-push")
    done(repository, *UP, "--branch", "up")
    assert repository.git("log", "--format=%s", "main..origin/up").splitlines() == [
        f"promote {NAME}@1.2.0 to staging",
        "freeze prod",
    ]
    assert "here only" not in done(repository, "status").out
    done(repository, *UP, "--no-push")
    ran = done(repository, *UP, "--branch", "again")
    assert "as made before" in ran.out
    assert repository.git("log", "--format=%s", "main..origin/again") == f"promote {NAME}@1.2.0 to staging"


def test_where_nothing_is_to_be_done_no_branch_is_made(still: GitRepository) -> None:
    before = snap(still)
    assert "nothing to do" in done(still, "promote", f"{NAME}@1.1.0", "staging", "--branch", "none").out
    assert changed(before, snap(still)) == set()


def test_policy_is_as_without_it(still: GitRepository) -> None:
    refused(still, "promote", f"{NAME}@1.1.0", "prod", "--branch", "prod-1", error="PC103")
    refused(still, "promote", f"{NAME}@9.0.0", "staging", "--branch", "none")


def test_a_state_branch_has_to_be_there_first(tmp_path: Path) -> None:
    repository = line(tmp_path, STATE_BRANCH)
    refused(repository, "promote", NAME, "staging", "--branch", "promptctl/state", error="PC291")
    ran = refused(repository, "promote", NAME, "staging", "--branch", "up", error="PC116")
    shell(repository, hint(ran))
    done(repository, "promote", NAME, "staging", "--branch", "up")
    assert repository.git("rev-parse", "origin/up^") == repository.git("rev-parse", "origin/promptctl/state")


def hook(folder: Path, script: str, name: str = "pre-receive") -> None:
    path = folder / f"origin.git/hooks/{name}"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_remote_that_does_not_take_it(repository: GitRepository, tmp_path: Path) -> None:
    hook(tmp_path, "echo 'no new branches today' >&2; exit 1")
    before = snap(repository)
    ran = refused(repository, *UP, "--branch", "up", code=4, error="PC294")
    assert "no new branches today" in ran.err
    assert changed(before, snap(repository)) == set()


def test_one_whose_answer_is_lost_is_found_by_the_same_command(repository: GitRepository, tmp_path: Path) -> None:
    bare = tmp_path / "origin.git"
    hook(tmp_path, f"mv {bare} {tmp_path}/away.git; kill -9 $PPID", "post-receive")
    before = snap(repository)
    refused(repository, *UP, "--branch", "up", code=4, error="PC114")
    assert changed(before, snap(repository)) <= {"ref refs/remotes/origin/up"}, "which Git may do by itself"
    (tmp_path / "away.git").rename(bare)
    (bare / "hooks/post-receive").unlink()
    assert "as made before" in done(repository, *UP, "--branch", "up").out


NAMES: dict[str, str] = {
    "promote support/triage prod": "promote-support-triage-prod",
    "promote support/triage@1.2.0-rc.1 prod": "promote-support-triage-1.2.0-rc-1-prod",
    "promote 'A b.lock' prod": "promote-a-b-lock-prod",
}


@pytest.mark.parametrize("operation", NAMES)
def test_suggested_names_are_names(operation: str) -> None:
    assert suggested(operation) == NAMES[operation]
