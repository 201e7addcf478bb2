"""Moves recorded here only: kept, shown, sent first by the next write, never doubled, never hidden."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shipping import (
    NAME,
    OTHER,
    done,
    hint,
    line,
    pointer_file,
    refused,
    remote_refs,
    served,
    shell,
    shown,
)
from tests.snapshot import changed, snap
from tests.support import GitRepository

UNSENT = "refs/promptctl/unsent/main"
BACK = ("rollback", NAME, "staging", "--reason", "wrong queue")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """Staging served 1.0.0 and 1.1.0, and serves 1.2.0."""
    return line(tmp_path, staged=("1.0.0", "1.1.0", "1.2.0"))


def only_here(repository: GitRepository) -> list[str]:
    found: list[str] = done(repository, "status", "--json").data["unsent"]
    return found


def kept(repository: GitRepository) -> str:
    return repository.git("rev-parse", "--quiet", "--verify", UNSENT, check=False)


def test_without_a_push_the_move_is_kept_here_only(repository: GitRepository) -> None:
    before, there = snap(repository), remote_refs(repository)
    ran = done(repository, *BACK, "--no-push")
    assert f"commit {kept(repository)[:7]}, here only: not on origin" in ran.out
    assert changed(before, snap(repository)) == {f"ref {UNSENT}"}
    assert remote_refs(repository) == there
    assert "1.1.0" in shown(repository, pointer_file(), UNSENT)
    assert only_here(repository) == [f"rollback {NAME} staging"]
    assert f"here only: rollback {NAME} staging; the next write sends it" in done(repository, "status").out


def test_the_same_command_only_sends_it(repository: GitRepository) -> None:
    done(repository, *BACK, "--no-push")
    commit = kept(repository)
    ran = done(repository, *BACK)
    assert f"{NAME} in staging: 1.2.0 -> 1.1.0" in ran.out
    assert f"sent what was recorded here before: {commit[:7]} on origin/main" in ran.out
    assert remote_refs(repository)["refs/heads/main"] == commit
    assert (served(repository), kept(repository), only_here(repository)) == ("1.1.0", "", [])


def test_the_same_command_without_a_push_again_changes_nothing(repository: GitRepository) -> None:
    done(repository, *BACK, "--no-push")
    before = snap(repository)
    ran = done(repository, *BACK, "--no-push")
    assert "as recorded before, here only" in ran.out
    assert f"{NAME} in staging: 1.2.0 -> 1.1.0" in ran.out
    assert changed(before, snap(repository)) == set()


def test_another_command_sends_it_first(repository: GitRepository) -> None:
    done(repository, *BACK, "--no-push")
    done(repository, "promote", OTHER, "staging")
    assert (served(repository), served(repository, name=OTHER)) == ("1.1.0", "1.0.0")
    subjects = repository.git("log", "-2", "--format=%s", "origin/main").split("\n")
    assert subjects == [f"promote {OTHER}@1.0.0 to staging", f"roll back {NAME} in staging to 1.1.0"]
    assert kept(repository) == ""


def test_several_are_kept_on_top_of_each_other(repository: GitRepository) -> None:
    done(repository, *BACK, "--no-push")
    done(repository, "remove", NAME, "staging", "--reason", "not used", "--no-push")
    done(repository, "freeze", "prod", "--reason", "audit", "--no-push")
    assert only_here(repository) == [f"rollback {NAME} staging", f"remove {NAME} staging", "freeze prod"]
    ran = done(repository, "freeze", "prod", "--reason", "audit")
    assert "sent what was recorded" in ran.out
    assert (served(repository), kept(repository)) == (None, "")


def test_a_command_is_not_doubled_because_another_one_was_kept_after_it(repository: GitRepository) -> None:
    done(repository, *BACK, "--no-push")
    done(repository, "freeze", "prod", "--reason", "audit", "--no-push")
    done(repository, *BACK)
    assert served(repository) == "1.1.0"


def test_the_same_words_after_another_move_of_the_same_pointer_are_a_new_command(repository: GitRepository) -> None:
    done(repository, *BACK, "--no-push")
    done(repository, "remove", NAME, "staging", "--reason", "not used", "--no-push")
    done(repository, *BACK)
    assert served(repository) == "1.1.0"
    assert repository.git("log", "-3", "--format=%s", "origin/main").split("\n") == [
        f"roll back {NAME} in staging to 1.1.0",
        f"remove {NAME} from staging",
        f"roll back {NAME} in staging to 1.1.0",
    ]


def test_when_the_remote_moved_another_pointer_it_is_put_on_top(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    done(clone, *BACK, "--no-push")
    done(repository, "promote", OTHER, "staging")
    done(clone, *BACK)
    assert (served(clone), served(clone, name=OTHER)) == ("1.1.0", "1.0.0")
    assert done(clone, "drift", "--json").data["findings"] == []


def test_when_the_remote_moved_the_same_pointer_both_are_named_and_the_line_drops_ours(
    repository: GitRepository, tmp_path: Path
) -> None:
    clone = repository.clone(tmp_path / "clone")
    done(clone, *BACK, "--no-push")
    done(repository, "remove", NAME, "staging", "--reason", "not used")
    before, there = snap(clone), remote_refs(clone)
    for command in (("promote", OTHER, "staging"), ("freeze", "prod", "--reason", "x"), BACK):
        ran = refused(clone, *command, error="PC118")
        assert f"here Ada Tester: roll back {NAME} in staging to 1.1.0" in ran.err
        assert f"there Ada Tester: remove {NAME} from staging" in ran.err
    assert remote_refs(clone) == there
    assert {key for key in changed(before, snap(clone)) if "unsent" in key} == set()
    shell(clone, hint(ran).partition("to drop ours: ")[2])
    assert only_here(clone) == []
    done(clone, "promote", OTHER, "staging")


def test_one_that_the_user_pushed_by_hand_is_no_longer_here_only(repository: GitRepository) -> None:
    done(repository, *BACK, "--no-push")
    repository.git("push", "-q", "origin", f"{UNSENT}:refs/heads/main")
    assert only_here(repository) == []
    ran = done(repository, "promote", f"{NAME}@1.1.0", "staging")
    assert f"{NAME} in staging: 1.1.0 already" in ran.out
    assert kept(repository) == ""


def test_unsent_moves_are_not_what_is_served(repository: GitRepository) -> None:
    done(repository, *BACK, "--no-push")
    assert served(repository) == "1.2.0"
    assert done(repository, "show", f"{NAME}@staging", "--json").data["version"] == "1.2.0"


def test_a_refused_command_leaves_what_is_kept(repository: GitRepository) -> None:
    done(repository, *BACK, "--no-push")
    commit = kept(repository)
    refused(repository, "rollback", OTHER, "prod", "--reason", "x", error="PC110")
    assert kept(repository) == commit


def test_promote_without_a_push_asks_the_remote_for_nothing(repository: GitRepository, tmp_path: Path) -> None:
    done(repository, "promote", OTHER, "staging")
    (tmp_path / "origin.git").rename(tmp_path / "away.git")
    done(repository, "promote", f"{NAME}@1.1.0", "prod", "--no-push")
    assert only_here(repository) == [f"promote {NAME}@1.1.0 prod"]


def test_without_a_remote_there_is_nothing_to_send(tmp_path: Path) -> None:
    repository = line(tmp_path, remote=False)
    data = done(repository, "promote", NAME, "staging", "--no-push", "--json").data
    assert data["published"]["remote"] is None
    assert (served(repository), kept(repository)) == ("1.2.0", "")
