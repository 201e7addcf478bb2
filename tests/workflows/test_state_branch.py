"""A state branch of its own: made by the first move, read by every clone that has it, protected main untouched."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shipping import (
    FOLDER,
    NAME,
    OTHER,
    STATE_BRANCH,
    done,
    hint,
    line,
    promoted,
    refused,
    remote_refs,
    run,
    served,
    shell,
)
from tests.snapshot import changed, snap
from tests.support import SETTINGS, GitRepository, build_files

STATE = "promptctl/state"
TRACKING = f"refs/remotes/origin/{STATE}"


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return line(tmp_path, STATE_BRANCH)


def protected(tmp_path: Path) -> None:
    """The remote takes no push to main."""
    build_files(tmp_path / "origin.git", {"hooks/update": '#!/bin/sh\ntest "$1" != refs/heads/main\n'})
    (tmp_path / "origin.git/hooks/update").chmod(0o755)


def narrow(repository: GitRepository, folder: Path, *options: str) -> GitRepository:
    """A clone that knows main only."""
    origin = repository.git("remote", "get-url", "origin")
    repository.git("clone", "-q", "--single-branch", *options, f"file://{origin}", str(folder))
    return GitRepository(folder)


def test_the_first_move_makes_an_orphan_with_environment_files_only(repository: GitRepository, tmp_path: Path) -> None:
    protected(tmp_path)
    before = snap(repository)
    done(repository, "promote", NAME, "staging")
    assert changed(before, snap(repository)) == {f"ref {TRACKING}"}
    assert repository.git("rev-list", "--count", TRACKING) == "1"
    paths = repository.git("ls-tree", "-r", "--name-only", TRACKING).split()
    assert paths == [f"{FOLDER}/staging/{NAME}.moves.jsonl", f"{FOLDER}/staging/{NAME}.yaml"]
    assert remote_refs(repository)["refs/heads/main"] == repository.git("rev-parse", "main")


def test_the_next_moves_build_on_it(repository: GitRepository, tmp_path: Path) -> None:
    protected(tmp_path)
    promoted(repository, "1.0.0", "1.1.0")
    done(repository, "rollback", NAME, "staging", "--reason", "x")
    done(repository, "promote", NAME, "prod")
    assert repository.git("rev-list", "--count", TRACKING) == "4"
    assert (served(repository), served(repository, "prod")) == ("1.0.0", "1.0.0")


def test_every_command_says_which_branch_it_read(repository: GitRepository) -> None:
    assert "read promptctl/state (no commit yet)" in done(repository, "status").out
    promoted(repository, "1.2.0")
    short = repository.git("rev-parse", "--short=7", TRACKING)
    for command in (["status"], ["plan", "prod"], ["drift"]):
        assert f"read promptctl/state at {short}" in run(repository, *command).out


def test_another_clone_reads_and_moves(repository: GitRepository, tmp_path: Path) -> None:
    promoted(repository, "1.0.0")
    clone = repository.clone(tmp_path / "clone")
    assert served(clone) == "1.0.0"
    promoted(clone, "1.1.0")
    promoted(repository, "1.2.0")
    assert served(repository) == "1.2.0"
    assert clone.git("status", "--porcelain") == ""


READS = [["status"], ["drift"], ["plan", "prod"], ["promote", NAME, "staging", "--no-push"]]
READS += [["rollback", NAME, "staging", "--reason", "x"], ["show", f"{NAME}@staging"]]


@pytest.mark.parametrize("command", READS, ids=[row[0] for row in READS])
def test_a_clone_without_it_says_what_to_fetch_and_the_line_works(
    repository: GitRepository, tmp_path: Path, command: list[str]
) -> None:
    promoted(repository, "1.0.0", "1.1.0")
    clone = narrow(repository, tmp_path / "clone")
    ran = refused(clone, *command, error="PC092")
    shell(clone, hint(ran))
    again = run(clone, *command)
    if "PC105" in again.err:
        shell(clone, hint(again))
        again = run(clone, *command)
    assert again.code == 0, again
    assert served(clone) in ("1.1.0", "1.0.0")


@pytest.mark.parametrize("command", [["status"], ["plan", "prod"]], ids=["status", "plan"])
def test_a_clone_of_a_feature_branch_only_lacks_the_policy_and_says_so(tmp_path: Path, command: list[str]) -> None:
    repository = line(tmp_path)
    promoted(repository, "1.0.0")
    repository.git("push", "-q", "origin", "main:refs/heads/feature")
    clone = narrow(repository, tmp_path / "clone", "--branch=feature")
    ran = refused(clone, *command, error="PC092")
    shell(clone, hint(ran))
    done(clone, *command)


def test_a_promotion_fetches_it_by_itself(repository: GitRepository, tmp_path: Path) -> None:
    promoted(repository, "1.0.0")
    clone = narrow(repository, tmp_path / "clone")
    done(clone, "promote", NAME, "staging")
    assert served(clone) == "1.2.0"


@pytest.mark.parametrize("options", [[], ["--depth=1"]], ids=["single branch", "shallow"])
def test_the_first_move_may_come_from_a_narrow_clone(
    repository: GitRepository, tmp_path: Path, options: list[str]
) -> None:
    clone = narrow(repository, tmp_path / "clone", *options)
    if options:
        clone.git("fetch", "-q", "--unshallow", "--tags", "origin")
    done(clone, "promote", NAME, "staging")
    assert served(clone) == "1.2.0"
    done(repository, "promote", OTHER, "staging")
    assert (served(repository), served(repository, name=OTHER)) == ("1.2.0", "1.0.0")


def test_two_first_moves_both_land(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    done(repository, "promote", NAME, "staging")
    done(clone, "promote", OTHER, "staging")
    assert (served(clone), served(clone, name=OTHER)) == ("1.2.0", "1.0.0")


def test_a_first_move_kept_here_is_put_on_top_of_anothers(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    done(clone, "freeze", "prod", "--reason", "audit", "--no-push")
    done(repository, "promote", NAME, "staging")
    done(clone, "freeze", "prod", "--reason", "audit")
    assert served(clone) == "1.2.0"
    assert clone.git("rev-list", "--count", TRACKING) == "2"


def test_a_local_state_branch_follows(repository: GitRepository) -> None:
    promoted(repository, "1.0.0")
    repository.git("branch", "-q", STATE, f"origin/{STATE}")
    promoted(repository, "1.1.0")
    assert repository.git("rev-parse", STATE) == repository.git("rev-parse", TRACKING)


@pytest.mark.parametrize("command", [["promote", f"{NAME}@1.2.0"], ["rollback", NAME]], ids=["promote", "rollback"])
def test_one_that_the_remote_lost_is_told_with_a_line_that_restores_it(
    repository: GitRepository, tmp_path: Path, command: list[str]
) -> None:
    promoted(repository, "1.0.0", "1.1.0")
    clone = repository.clone(tmp_path / "clone")
    done(clone, "promote", NAME, "prod")
    repository.git("push", "-q", "origin", f":refs/heads/{STATE}")
    before = snap(clone)
    ran = refused(clone, *command, "staging", "--reason", "x", error="PC115")
    assert changed(before, snap(clone)) == set()
    shell(clone, hint(ran))
    done(clone, *command, "staging", "--reason", "x")
    assert served(clone, "prod") == "1.1.0"


def test_the_branch_that_main_names_counts(repository: GitRepository) -> None:
    promoted(repository, "1.0.0")
    repository.git("switch", "-qc", "feature")
    repository.commit({"promptctl.toml": SETTINGS}, "state on main")
    promoted(repository, "1.1.0")
    assert repository.git("rev-list", "--count", TRACKING) == "2"


def test_a_team_that_moves_to_a_state_branch_is_followed(tmp_path: Path) -> None:
    repository = line(tmp_path)
    clone = repository.clone(tmp_path / "clone")
    repository.commit({"promptctl.toml": STATE_BRANCH}, "state branch")
    repository.git("push", "-q", "origin", "main")
    done(repository, "promote", NAME, "staging")
    done(clone, "promote", OTHER, "staging")
    assert clone.git("rev-list", "--count", TRACKING) == "2"


def test_without_a_remote_it_is_a_local_branch(tmp_path: Path) -> None:
    repository = line(tmp_path, STATE_BRANCH, remote=False)
    before = snap(repository)
    done(repository, "promote", NAME, "staging")
    done(repository, "promote", NAME, "prod")
    assert changed(before, snap(repository)) == {f"ref refs/heads/{STATE}"}
    assert repository.git("rev-list", "--count", STATE) == "2"
