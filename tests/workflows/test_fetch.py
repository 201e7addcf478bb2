"""``fetch``: what came, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shipping import NAME, done, line, promoted, refused, run
from tests.support import GitRepository
from tests.versioning import released, text

TAG = f"prompts/{NAME}@v1.1.0"


@pytest.fixture
def clones(tmp_path: Path) -> tuple[GitRepository, GitRepository]:
    """Two clones of one remote, both as it is."""
    mine = line(tmp_path)
    theirs = mine.clone(tmp_path / "theirs")
    for clone in (mine, theirs):
        done(clone, "fetch")
    return mine, theirs


def test_nothing_new(clones: tuple[GitRepository, GitRepository]) -> None:
    assert done(clones[0], "fetch").out.endswith(", as before\n")


def test_moves_and_releases_of_others_come(clones: tuple[GitRepository, GitRepository]) -> None:
    mine, theirs = clones
    released(theirs, {f"prompts/{NAME}/prompt.yaml": text("any queue")})
    promoted(theirs, "1.3.0")
    ran = done(mine, "fetch", "--json")
    assert ran.data["new"] == [f"prompts/{NAME}@v1.3.0"]
    assert ran.data["branches"][0]["after"] == theirs.git("rev-parse", "origin/main")
    assert "1.3.0" in done(mine, "status").out


def test_a_tag_that_was_moved_on_the_remote_is_named(clones: tuple[GitRepository, GitRepository]) -> None:
    mine, theirs = clones
    theirs.git("tag", "-f", "-a", "-m", "moved", TAG, f"prompts/{NAME}@v1.0.0^{{}}")
    theirs.git("push", "-q", "--force", "origin", f"refs/tags/{TAG}")
    ran = refused(mine, "fetch", code=1)
    assert "error[tag-moved]" in ran.out
    assert f"{NAME} 1.1.0" in ran.out
    refused(mine, "promote", f"{NAME}@1.1.0", "staging")


def test_a_tag_that_is_gone_is_named(clones: tuple[GitRepository, GitRepository]) -> None:
    mine, theirs = clones
    theirs.git("push", "-q", "origin", f":refs/tags/{TAG}")
    assert f"1 tag gone from the remote: {TAG}" in run(mine, "fetch").out


def test_a_tag_that_this_clone_lost_is_known_as_the_remote_has_it(tmp_path: Path) -> None:
    """Tags that come lie apart from this clone's own: what it lost is read from there, and told when it is new here."""
    clone = line(tmp_path).clone(tmp_path / "clone")
    clone.git("tag", "-d", TAG)
    refused(clone, "show", f"{NAME}@1.1.0")
    assert f"1 tag new: {TAG}" in done(clone, "fetch").out
    assert "tag new" not in done(clone, "fetch").out
    assert "1.1.0" in done(clone, "show", f"{NAME}@1.1.0").out
    assert "4 releases verified" in done(clone, "verify").out
    assert "tag-missing" not in done(clone, "drift").out
    promoted(clone, "1.1.0")
    clone.git("fetch", "-q", "--tags", "origin")
    assert clone.git("tag", "--list", TAG) == TAG


def test_without_a_remote_there_is_nobody_to_ask(tmp_path: Path) -> None:
    refused(line(tmp_path, remote=False), "fetch", error="PC279")


def test_a_remote_that_does_not_answer(clones: tuple[GitRepository, GitRepository], tmp_path: Path) -> None:
    clones[0].git("remote", "set-url", "origin", str(tmp_path / "nowhere"))
    refused(clones[0], "fetch", code=4)
