"""Fetching and pushing against real bare remotes: what a clone learns, and how a push ended, whatever git said."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from promptctl.adapters.git.program import Git
from promptctl.adapters.git.remote import Pushed, Update, fetch_shared, push
from promptctl.adapters.git.tags import mirror_prefix
from promptctl.errors import OutsideError
from tests.support import GitRepository, build_files, new_repository, with_remote

MAIN = "refs/heads/main"


@pytest.fixture
def shared(tmp_path: Path) -> GitRepository:
    return with_remote(new_repository(tmp_path / "work", {"a": "1"}), tmp_path / "origin.git")


def tag(repository: GitRepository, name: str, commit: str = "HEAD") -> str:
    repository.git("tag", "-f", "-am", "release", f"prompts/{name}", commit)
    repository.git("push", "-q", "-f", "origin", f"refs/tags/prompts/{name}")
    return repository.git("rev-parse", f"refs/tags/prompts/{name}")


def mirror(repository: GitRepository) -> dict[str, str]:
    prefix = mirror_prefix("origin")
    lines = repository.git("for-each-ref", "--format=%(refname) %(objectname)", prefix.rstrip("/")).splitlines()
    return dict(line.removeprefix(prefix).split(" ") for line in lines)


def fetch(repository: GitRepository, *branches: str, prompts: tuple[str, ...] | None = ()) -> frozenset[str]:
    return fetch_shared(Git(repository.folder), "origin", branches, prompts).absent


def test_branches_come_and_absent_ones_are_told(shared: GitRepository, tmp_path: Path) -> None:
    clone = shared.clone(tmp_path / "clone")
    new = shared.commit({"a": "2"})
    shared.git("push", "-q", "origin", "main")
    assert fetch(clone, "main", "promptctl/state") == {"promptctl/state"}
    assert clone.git("rev-parse", "origin/main") == new


def test_tags_land_in_the_mirror_and_never_among_the_clones_own(shared: GitRepository, tmp_path: Path) -> None:
    clone = shared.clone(tmp_path / "clone")
    made = tag(shared, "support/triage@v1.0.0")
    tag(shared, "other@v1.0.0")
    fetch(clone, prompts=("support/triage",))
    assert mirror(clone) == {"support/triage@v1.0.0": made}
    assert clone.git("tag", "--list") == ""


def test_a_moved_tag_is_seen_and_the_clones_own_is_not_followed(shared: GitRepository, tmp_path: Path) -> None:
    first = tag(shared, "a@v1.0.0")
    clone = shared.clone(tmp_path / "clone")
    shared.commit({"a": "2"})
    second = tag(shared, "a@v1.0.0")
    fetch(clone, prompts=("a",))
    assert mirror(clone) == {"a@v1.0.0": second}
    assert clone.git("rev-parse", "refs/tags/prompts/a@v1.0.0") == first


@pytest.mark.parametrize("prompts", [None, ("a",)], ids=["all", "named"])
def test_the_last_deleted_tag_leaves_the_mirror(shared: GitRepository, prompts: tuple[str, ...] | None) -> None:
    tag(shared, "a@v1.0.0")
    fetch(shared, prompts=prompts)
    assert mirror(shared)
    shared.git("push", "-q", "origin", ":refs/tags/prompts/a@v1.0.0")
    fetch(shared, prompts=prompts)
    assert mirror(shared) == {}


def test_asking_for_one_prompt_leaves_the_others_in_the_mirror(shared: GitRepository) -> None:
    tag(shared, "a@v1.0.0")
    kept = tag(shared, "b@v1.0.0")
    fetch(shared, prompts=None)
    shared.git("push", "-q", "origin", ":refs/tags/prompts/a@v1.0.0")
    fetch(shared, prompts=("a",))
    assert mirror(shared) == {"b@v1.0.0": kept}


def test_fetching_leaves_no_trace_but_the_refs(shared: GitRepository, tmp_path: Path) -> None:
    clone = shared.clone(tmp_path / "clone")
    shared.commit({"a": "2"})
    shared.git("push", "-q", "origin", "main")
    fetch(clone, "main")
    assert not (clone.folder / ".git/FETCH_HEAD").exists()
    assert clone.git("rev-parse", "main") != clone.git("rev-parse", "origin/main")


def test_a_remote_that_cannot_be_asked_is_an_outside_error(shared: GitRepository, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "origin.git")
    with pytest.raises(OutsideError, match="git ls-remote failed"):
        fetch(shared, "main")


def pushes(repository: GitRepository, old: str | None, ref: str = MAIN) -> Pushed:
    new = repository.git("rev-parse", "HEAD")
    return push(Git(repository.folder), "origin", [Update(ref=ref, new=new, old=old)])


def hook(bare: Path, name: str, script: str) -> None:
    path = bare / "hooks" / name
    build_files(bare, {f"hooks/{name}": f"#!/bin/sh\n{script}\n"})
    path.chmod(0o755)


def test_a_push_that_lands_is_done(shared: GitRepository) -> None:
    old = shared.git("rev-parse", "HEAD")
    new = shared.commit({"a": "2"})
    assert pushes(shared, old).outcome == "done"
    assert shared.git("ls-remote", "origin", MAIN).startswith(new)


def test_the_same_push_again_is_done(shared: GitRepository) -> None:
    old = shared.git("rev-parse", "HEAD")
    shared.commit({"a": "2"})
    assert [(done.outcome, done.already) for done in (pushes(shared, old), pushes(shared, old))] == [
        ("done", False),
        ("done", True),
    ]


def test_a_push_onto_a_moved_branch_is_raced(shared: GitRepository, tmp_path: Path) -> None:
    old = shared.git("rev-parse", "HEAD")
    clone = shared.clone(tmp_path / "clone")
    theirs = clone.commit({"a": "theirs"})
    clone.git("push", "-q", "origin", "main")
    shared.commit({"a": "ours"})
    assert pushes(shared, old).outcome == "raced"
    assert shared.git("ls-remote", "origin", MAIN).startswith(theirs)


def test_a_push_of_a_ref_that_must_not_exist_is_raced_when_it_does(shared: GitRepository) -> None:
    shared.git("push", "-q", "origin", "main:refs/heads/state")
    shared.commit({"a": "2"})
    assert pushes(shared, None, "refs/heads/state").outcome == "raced"


def test_a_push_onto_a_deleted_branch_is_gone(shared: GitRepository) -> None:
    shared.git("push", "-q", "origin", "main:refs/heads/state")
    old = shared.git("rev-parse", "HEAD")
    shared.git("push", "-q", "origin", ":refs/heads/state")
    shared.commit({"a": "2"})
    assert pushes(shared, old, "refs/heads/state").outcome == "gone"


@pytest.mark.parametrize("name", ["pre-receive", "update"])
def test_a_push_that_the_remote_declines_is_refused_with_its_words(
    shared: GitRepository, tmp_path: Path, name: str
) -> None:
    hook(tmp_path / "origin.git", name, "echo 'no deploys on Friday' >&2; exit 1")
    old = shared.git("rev-parse", "HEAD")
    shared.commit({"a": "2"})
    done = pushes(shared, old)
    assert (done.outcome, done.said) == ("refused", "remote: no deploys on Friday")


def test_a_push_that_the_users_own_hook_declines_is_refused(shared: GitRepository) -> None:
    hook(shared.folder / ".git", "pre-push", "echo 'not today' >&2; exit 1")
    old = shared.git("rev-parse", "HEAD")
    shared.commit({"a": "2"})
    done = pushes(shared, old)
    assert (done.outcome, done.said) == ("refused", "not today")


def test_a_push_to_a_remote_that_is_away_is_refused(shared: GitRepository, tmp_path: Path) -> None:
    old = shared.git("rev-parse", "HEAD")
    shared.commit({"a": "2"})
    shutil.rmtree(tmp_path / "origin.git")
    assert pushes(shared, old).outcome == "refused"


def test_a_remote_that_dies_after_landing_is_read_back_as_done(shared: GitRepository, tmp_path: Path) -> None:
    hook(tmp_path / "origin.git", "post-receive", "kill -9 $PPID")
    old = shared.git("rev-parse", "HEAD")
    new = shared.commit({"a": "2"})
    assert pushes(shared, old).outcome == "done"
    assert shared.git("ls-remote", "origin", MAIN).startswith(new)


def test_a_remote_that_is_away_after_landing_leaves_the_outcome_unknown(shared: GitRepository, tmp_path: Path) -> None:
    bare = tmp_path / "origin.git"
    hook(bare, "post-receive", f"mv {bare} {tmp_path}/away.git; kill -9 $PPID")
    old = shared.git("rev-parse", "HEAD")
    new = shared.commit({"a": "2"})
    assert pushes(shared, old).outcome == "unknown"
    assert (tmp_path / "away.git/refs/heads/main").read_text().strip() == new


def test_a_remote_that_dies_before_landing_is_read_back_as_refused(shared: GitRepository, tmp_path: Path) -> None:
    hook(tmp_path / "origin.git", "pre-receive", "kill -9 $PPID")
    old = shared.git("rev-parse", "HEAD")
    shared.commit({"a": "2"})
    assert pushes(shared, old).outcome == "refused"
    assert shared.git("ls-remote", "origin", MAIN).startswith(old)


def test_several_refs_land_together_or_not_at_all(shared: GitRepository) -> None:
    old, new = shared.git("rev-parse", "HEAD"), shared.commit({"a": "2"})
    updates = [Update(ref=MAIN, new=new, old=old), Update(ref="refs/heads/other", new=new, old=old)]
    assert push(Git(shared.folder), "origin", updates).outcome != "done"
    assert shared.git("ls-remote", "origin", MAIN).startswith(old)


def test_a_remote_that_cannot_take_several_at_once_takes_one_after_the_other(
    shared: GitRepository, tmp_path: Path
) -> None:
    subprocess.run(
        ["git", "-C", str(tmp_path / "origin.git"), "config", "receive.advertiseAtomic", "false"], check=True
    )
    old, new = shared.git("rev-parse", "HEAD"), shared.commit({"a": "2"})
    assert pushes(shared, old).outcome == "done"
    updates = [Update(ref=f"refs/heads/{name}", new=new, old=None) for name in ("one", "two")]
    assert push(Git(shared.folder), "origin", updates).outcome == "done"
    again = [*updates[:1], Update(ref="refs/heads/three", new=old, old=new)]
    assert push(Git(shared.folder), "origin", again).outcome == "gone"
    assert shared.git("ls-remote", "origin", "refs/heads/two").startswith(new)


@pytest.mark.parametrize(("place", "outcome"), [("origin", "done"), ("fork", "unknown")])
@pytest.mark.parametrize("key", ["remote.origin.pushurl", "url.{}.pushInsteadOf"])
def test_what_is_sent_to_another_address_is_done_once_it_can_be_read(
    shared: GitRepository, tmp_path: Path, place: str, outcome: str, key: str
) -> None:
    shutil.copytree(tmp_path / "origin.git", tmp_path / "fork.git")
    url = str(tmp_path / f"{place}.git")
    shared.git("config", key.format(url), url if "pushurl" in key else str(tmp_path / "origin.git"))
    old = shared.git("rev-parse", "HEAD")
    shared.commit({"a": "2"})
    done = pushes(shared, old)
    assert (done.outcome, "pushurl" in done.said) == (outcome, outcome == "unknown")


def test_how_a_job_reaches_the_remote_may_stand_in_its_environment(
    shared: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.git("remote", "set-url", "origin", "https://git.invalid/origin.git")
    for part, value in (
        ("COUNT", "1"),
        ("KEY_0", f"url.{tmp_path}/origin.git.insteadOf"),
        ("VALUE_0", "https://git.invalid/origin.git"),
    ):
        monkeypatch.setenv(f"GIT_CONFIG_{part}", value)
    old = shared.git("rev-parse", "HEAD")
    shared.commit({"a": "2"})
    assert fetch(shared, "main") == frozenset()
    assert pushes(shared, old).outcome == "done"
