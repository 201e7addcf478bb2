"""Tags that are no proper release tags: each kind is told by name, and none is taken for a release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.adapters.git.objects import Objects
from promptctl.core.releases.tag import message_text
from promptctl.core.releases.version import version
from promptctl.errors import OutsideError
from promptctl.workflows.resolve import resolve
from promptctl.workflows.verify import verify
from tests.support import GitRepository, must_fail
from tests.tampering import V1, broken, digest_of, kinds, retag, run_repairs, three_releases
from tests.versioning import NAME, PROMPT, copy_of, locked, opened


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """Releases 1.0.0, 1.1.0 and 1.2.0, all pushed, with the remote's tags as the releases saw them."""
    return copy_of(three_releases, tmp_path)


EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def targets(repository: GitRepository) -> Iterator[tuple[str, str]]:
    yield "a blob", repository.git("rev-parse", f"HEAD:{PROMPT}")
    yield "a tree", repository.git("rev-parse", "HEAD^{tree}")
    yield "a commit without the prompt", repository.git("commit-tree", "-m", "x", EMPTY_TREE)


def test_a_lightweight_tag(repository: GitRepository) -> None:
    commit = repository.git("rev-parse", f"{V1}^{{commit}}")
    repository.git("tag", "-f", V1, commit)
    (found,) = verify(opened(repository)).findings
    assert (found.kind, found.message) == ("tag-moved", f"{NAME} 1.0.0: the tag {V1} is not annotated")
    assert "is not annotated" in broken(repository)
    run_repairs(repository)


def test_a_tag_object_under_another_name(repository: GitRepository) -> None:
    repository.git("update-ref", f"refs/tags/{V1}", f"refs/tags/prompts/{NAME}@v1.2.0")
    assert "the tag object calls itself" in broken(repository)
    assert ("tag-moved", digest_of(repository, "1.0.0"), digest_of(repository, "1.2.0")) in kinds(repository)
    run_repairs(repository)


def test_a_tag_object_under_the_name_of_another_prompt(repository: GitRepository) -> None:
    repository.git("update-ref", "refs/tags/prompts/other@v1.0.0", f"refs/tags/{V1}")
    (found,) = verify(opened(repository)).findings
    assert (found.kind, found.prompt) == ("tag-foreign", "other")
    assert broken(repository, "other@1.0.0")
    run_repairs(repository)


@pytest.mark.parametrize("missing", ["Digest", "Path", "both"])
def test_a_tag_without_its_trailers(repository: GitRepository, missing: str) -> None:
    lines = message_text(NAME, version("1.0.0"), digest_of(repository, "1.0.0")).split("\n")
    kept = [line for line in lines if not line.startswith((missing, "Digest" if missing == "both" else "-"))]
    kept = [line for line in kept if missing != "both" or not line.startswith("Path")]
    retag(repository, f"{V1}^{{commit}}", "\n".join(kept))
    assert "lacks its Digest and Path lines" in broken(repository)
    assert [kind for kind, _, _ in kinds(repository)] == ["tag-moved"]


def test_a_tag_whose_trailer_says_another_digest(repository: GitRepository) -> None:
    wrong = "sha256:" + "0" * 64
    retag(repository, f"{V1}^{{commit}}", message_text(NAME, version("1.0.0"), wrong))
    said = broken(repository)
    assert wrong in said
    assert digest_of(repository, "1.0.0") in said
    assert kinds(repository) == [("tag-moved", wrong, digest_of(repository, "1.0.0"))]


def test_a_tag_whose_trailer_names_another_prompt(repository: GitRepository) -> None:
    retag(repository, f"{V1}^{{commit}}", message_text("other", version("1.0.0"), digest_of(repository, "1.0.0")))
    assert "names prompts/other" in broken(repository)


def test_a_tag_moved_to_another_commit_with_its_old_trailer(repository: GitRepository) -> None:
    retag(repository, "HEAD", message_text(NAME, version("1.0.0"), digest_of(repository, "1.0.0")))
    assert ("tag-moved", digest_of(repository, "1.0.0"), digest_of(repository, "1.2.0")) in kinds(repository)


def test_a_tag_of_something_that_holds_no_prompt(repository: GitRepository) -> None:
    repository.git("hash-object", "-t", "tree", "-w", "--stdin", stdin="")
    for what, target in targets(repository):
        retag(repository, target, message_text(NAME, version("1.0.0"), digest_of(repository, "1.0.0")))
        assert [(kind, expected) for kind, expected, _ in kinds(repository)] == [
            ("tag-moved", digest_of(repository, "1.0.0"))
        ], what
        assert "cannot be trusted" in broken(repository), what
        locked(repository)


def test_tags_with_names_that_are_no_releases_are_nobodys(repository: GitRepository) -> None:
    for name in ("v1.0.0", "prompts/x", f"prompts/{NAME}@v01.0.0", f"prompts/{NAME}@v1.0", f"{NAME}@v1.0.0"):
        repository.git("tag", name)
    assert verify(opened(repository)).findings == ()
    assert str(resolve(opened(repository), f"{NAME}@latest").version) == "1.2.0"


def test_a_name_with_wildcards_matches_no_other_release(repository: GitRepository) -> None:
    for name in ("support/*", "*/triage", "support/triag?", "support/[t]riage", "support/triage@v1.0.0^{}"):
        ran = must_fail("show", f"{name}@1.0.0", cwd=repository.folder, code=2)
        assert "cannot name a prompt" in ran.err or "nothing is called" in ran.err


def test_a_reader_that_breaks_off_is_no_quiet_success(repository: GitRepository) -> None:
    git = opened(repository).git
    objects = Objects(git)
    assert objects.read("HEAD")
    for read in (objects.read, lambda name: list(objects.read_all([name]))):
        process = git._reader._process
        assert process
        process.kill()
        process.wait()
        with pytest.raises(OutsideError, match="broke off"):
            read("HEAD")
        assert objects.read("HEAD")
