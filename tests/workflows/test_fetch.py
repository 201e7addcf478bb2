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


def test_without_a_remote_there_is_nobody_to_ask(tmp_path: Path) -> None:
    refused(line(tmp_path, remote=False), "fetch", error="PC279")


def test_a_remote_that_does_not_answer(clones: tuple[GitRepository, GitRepository], tmp_path: Path) -> None:
    clones[0].git("remote", "set-url", "origin", str(tmp_path / "nowhere"))
    refused(clones[0], "fetch", code=4)
