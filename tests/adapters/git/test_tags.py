"""Release tags: made once, read back with all they claim."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.git.failure import GitFailure
from promptctl.adapters.git.identity import committer
from promptctl.adapters.git.objects import Objects
from promptctl.adapters.git.program import open_git
from promptctl.adapters.git.tags import (
    NewTag,
    ReleaseTag,
    create_tags,
    mirror_prefix,
    mirrored_tags,
    read_claim,
    release_tags,
)
from promptctl.core.releases.tag import TagMessage
from promptctl.core.releases.version import version
from tests.support import GitRepository, new_repository

DIGEST = "sha256:" + "1" * 64


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return new_repository(tmp_path / "r", {"prompts/a/prompt.yaml": "template: a\n"})


def make(repository: GitRepository, name: str, spelled: str) -> None:
    git = open_git(repository.folder)
    commit = repository.git("rev-parse", "HEAD")
    create_tags(
        git, [NewTag(name=name, version=version(spelled), commit=commit, digest=DIGEST)], committer(git).stamped
    )


def listed(found: tuple[ReleaseTag, ...]) -> list[str]:
    return [f"{tag.name}@{tag.version}" for tag in found]


def test_a_tag_is_read_back_with_all_it_claims(repository: GitRepository) -> None:
    make(repository, "support/triage", "1.0.0-rc.1")
    git = open_git(repository.folder)
    (tag,) = release_tags(git)
    assert (tag.name, str(tag.version), tag.kind) == ("support/triage", "1.0.0-rc.1", "tag")
    assert tag.ref == "refs/tags/prompts/support/triage@v1.0.0-rc.1"
    assert tag.commit == repository.git("rev-parse", "HEAD")
    claim = read_claim(Objects(git), tag)
    assert claim.inner_name == "prompts/support/triage@v1.0.0-rc.1"
    assert claim.message == TagMessage(digest=DIGEST, path="prompts/support/triage")
    repository.git("fsck", "--strict", "--no-dangling")
    assert "Ada Tester" in repository.git("for-each-ref", "--format=%(taggername)", "refs/tags")


def test_a_tag_is_never_made_twice(repository: GitRepository) -> None:
    make(repository, "a", "1.0.0")
    first = repository.git("rev-parse", "refs/tags/prompts/a@v1.0.0")
    repository.commit({"x": "1"})
    with pytest.raises(GitFailure):
        make(repository, "a", "1.0.0")
    assert repository.git("rev-parse", "refs/tags/prompts/a@v1.0.0") == first


def test_several_tags_are_made_together_or_not_at_all(repository: GitRepository) -> None:
    git, commit = open_git(repository.folder), repository.git("rev-parse", "HEAD")
    new = [NewTag(name=f"p{number}", version=version("1.0.0"), commit=commit, digest=DIGEST) for number in range(50)]
    repository.git("tag", "prompts/p30@v1.0.0")
    with pytest.raises(GitFailure):
        create_tags(git, new, committer(git).stamped)
    assert repository.git("tag") == "prompts/p30@v1.0.0"
    repository.git("tag", "-d", "prompts/p30@v1.0.0")
    create_tags(git, new, committer(git).stamped)
    assert sorted(listed(release_tags(git))) == sorted(f"p{number}@1.0.0" for number in range(50))
    (seventh,) = (tag for tag in release_tags(git) if tag.name == "p7")
    assert read_claim(Objects(git), seventh).inner_name == "prompts/p7@v1.0.0"
    assert list((repository.folder / ".git/promptctl").iterdir()) == []
    repository.git("fsck", "--strict", "--no-dangling")


def test_all_release_tags_and_nothing_else(repository: GitRepository) -> None:
    for name, spelled in (("a", "1.10.0"), ("a", "1.9.0"), ("a", "1.10.0-rc.1"), ("ab", "1.0.0"), ("a/b", "1.0.0")):
        make(repository, name, spelled)
    for noise in ("v1.0.0", "prompts/a@v1", "prompts/a@v01.0.0", "prompts/A@v1.0.0", "prompts/a@1.0.0"):
        repository.git("tag", noise)
    git = open_git(repository.folder)
    assert listed(release_tags(git)) == ["a@1.9.0", "a@1.10.0-rc.1", "a@1.10.0", "a/b@1.0.0", "ab@1.0.0"]


def test_packed_tags_are_read_like_loose_ones(repository: GitRepository) -> None:
    make(repository, "a", "1.0.0")
    before = release_tags(open_git(repository.folder))
    repository.git("pack-refs", "--all")
    assert release_tags(open_git(repository.folder)) == before


def test_the_remotes_tags_are_kept_apart(repository: GitRepository) -> None:
    make(repository, "a", "1.0.0")
    git = open_git(repository.folder)
    mirrored = mirror_prefix("origin") + "a@v1.1.0"
    repository.git("update-ref", mirrored, repository.git("rev-parse", "refs/tags/prompts/a@v1.0.0"))
    assert listed(release_tags(git)) == ["a@1.0.0"]
    (tag,) = mirrored_tags(git, "origin")
    assert (tag.name, str(tag.version), tag.ref) == ("a", "1.1.0", "refs/tags/prompts/a@v1.1.0")
    assert mirrored_tags(git, "other") == ()
    assert repository.git("tag") == "prompts/a@v1.0.0"


def test_tags_of_a_part_of_history(repository: GitRepository) -> None:
    make(repository, "a", "1.0.0")
    root = repository.git("rev-parse", "HEAD")
    repository.commit({"x": "1"})
    make(repository, "a", "1.1.0")
    repository.git("tag", "-am", "of a tree", "prompts/a@v1.2.0", "HEAD^{tree}")
    git = open_git(repository.folder)
    assert listed(release_tags(git, options=("--merged=HEAD", f"--no-merged={root}"))) == ["a@1.1.0"]


@pytest.mark.parametrize("kind", ["lightweight", "tree", "blob"])
def test_tags_that_are_no_annotated_commits(repository: GitRepository, kind: str) -> None:
    target = {"lightweight": "HEAD", "tree": "HEAD^{tree}", "blob": "HEAD:prompts/a/prompt.yaml"}[kind]
    repository.git("tag", "prompts/a@v1.0.0", target)
    git = open_git(repository.folder)
    (tag,) = release_tags(git)
    assert (tag.commit is None) == (kind != "lightweight")
    assert read_claim(Objects(git), tag).message is None


def test_a_tag_object_of_any_bytes_is_no_crash(repository: GitRepository) -> None:
    commit = repository.git("rev-parse", "HEAD")
    raw = f"object {commit}\ntype commit\ntag \udcff\ntagger x <x> 0 +0000\n\nDigest: \udcff\n".encode(
        "utf-8", "surrogateescape"
    )
    git = open_git(repository.folder)
    made = git.run("hash-object", "-t", "tag", "-w", "--literally", "--stdin", stdin=raw).stdout.decode().strip()
    repository.git("update-ref", "refs/tags/prompts/a@v1.0.0", made)
    (tag,) = release_tags(git)
    claim = read_claim(Objects(git), tag)
    assert (claim.inner_name, claim.message) == ("\ufffd", None)
