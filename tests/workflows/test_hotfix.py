"""Hotfixes end to end: a branch at the tag, its release, and how the default branch learns of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.core.releases.version import version
from promptctl.errors import StateError
from promptctl.workflows.lock_check import check_lock
from promptctl.workflows.release import release
from promptctl.workflows.releases import read_release, witnesses
from promptctl.workflows.resolve import resolve
from promptctl.workflows.verify import verify
from tests.support import GitRepository, build_files, new_repository, with_remote
from tests.versioning import (
    LOCK,
    NAME,
    PROMPT,
    TONE,
    breaking,
    copy_of,
    entry_of,
    locked,
    opened,
    proposed,
    pushed,
    released,
    releases_of,
    tags_of,
    text,
    version_of,
)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """Releases 1.0.0 and 2.0.0 on main, and a hotfix branch at 1.0.0."""
    return copy_of(at_hotfix, tmp_path)


def at_hotfix(folder: Path) -> GitRepository:
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    released(made)
    released(made, {PROMPT: breaking()})
    made.git("switch", "-q", "-c", "hotfix/brief", f"prompts/{NAME}@v1.0.0")
    return made


def fixed(repository: GitRepository, word: str = "a fix") -> None:
    """The hotfix is locked, committed, pushed and released."""
    released(repository, {PROMPT: text(word)}, step="patch")


def test_a_hotfix_from_its_branch_to_the_lock_of_main(repository: GitRepository) -> None:
    build_files(repository.folder, {PROMPT: text("a fix")})
    (change,) = locked(repository, step="patch").changes
    assert (str(change.before), str(change.after)) == ("1.0.0", "1.0.1")
    assert releases_of(repository) == ["1.0.0", "1.0.1"]
    assert check_lock(opened(repository)).ok
    repository.commit()
    with pytest.raises(StateError) as caught:
        release(opened(repository))
    assert caught.value.hint == "git push origin hotfix/brief"
    repository.git("push", "-q", "origin", "hotfix/brief")
    assert [str(tag.version) for tag in release(opened(repository)).made] == ["1.0.1"]
    digest = entry_of(repository).digest

    repository.git("switch", "-q", "main")
    report = verify(opened(repository))
    assert [(finding.kind, finding.level, str(finding.version)) for finding in report.findings] == [
        ("hotfix", "notice", "1.0.1")
    ]
    assert report.ok
    assert [str(found.version) for found in report.releases] == ["1.0.0", "1.0.1", "2.0.0"]
    assert resolve(opened(repository), f"{NAME}@1.0.1").digest == digest
    assert str(resolve(opened(repository), f"{NAME}@latest").version) == "2.0.0"

    (change,) = locked(repository).changes
    assert (str(change.before), str(change.after), change.reasons) == (
        "2.0.0",
        "2.0.0",
        ("copies the release 1.0.1 from its tag",),
    )
    assert releases_of(repository) == ["1.0.0", "1.0.1", "2.0.0"]
    assert entry_of(repository).releases[version("1.0.1")] == digest
    assert verify(opened(repository)).findings == ()
    assert check_lock(opened(repository)).ok
    assert not locked(repository).written
    repository.commit()
    pushed(repository)
    assert release(opened(repository)).made == ()
    assert locked(repository).changes == ()


def test_the_lock_of_the_tags_own_commit_is_the_witness_until_main_copies_it(repository: GitRepository) -> None:
    fixed(repository)
    locks = witnesses(opened(repository), work=False)
    assert read_release(opened(repository), NAME, version("1.0.1"), locks).version == version("1.0.1")
    repository.git("update-ref", "-d", "refs/remotes/origin/hotfix/brief")
    with pytest.raises(StateError, match=r"which no release branch has here: git fetch origin"):
        read_release(opened(repository), NAME, version("1.0.1"), locks)
    repository.git("fetch", "-q", "origin")
    assert read_release(opened(repository), NAME, version("1.0.1"), locks).version == version("1.0.1")
    repository.git("push", "-q", "origin", "--delete", "hotfix/brief")
    repository.git("fetch", "-q", "--prune")
    with pytest.raises(StateError, match=r"no lock knows support/triage 1\.0\.1"):
        read_release(opened(repository), NAME, version("1.0.1"), locks)
    repository.git("switch", "-q", "main")
    assert [finding.kind for finding in verify(opened(repository)).findings] == ["tag-foreign"]


def test_a_second_hotfix_goes_on_from_the_first(repository: GitRepository) -> None:
    fixed(repository)
    assert proposed(repository, {PROMPT: text("a second fix")}, step="patch") == "1.0.2"
    assert releases_of(repository) == ["1.0.0", "1.0.1", "1.0.2"]
    assert not locked(repository).written
    build_files(repository.folder, {PROMPT: text("a third fix")})
    locked(repository)
    assert version_of(repository) == "1.1.0", "without --bump a text is a minor step, also on a hotfix branch"
    locked(repository, step="patch")
    assert version_of(repository) == "1.0.2"


def test_a_hotfix_of_an_old_branch_is_found_below_a_folder_of_branches(repository: GitRepository) -> None:
    repository.git("switch", "-q", "-c", "hotfix/team/brief")
    fixed(repository)
    repository.git("switch", "-q", "--detach")
    assert release(opened(repository)).made == ()
    repository.git("switch", "-q", "main")
    assert [finding.kind for finding in verify(opened(repository)).findings] == ["hotfix"]


def test_two_hotfix_branches_never_share_a_version(repository: GitRepository, tmp_path: Path) -> None:
    fixed(repository)
    repository.git("switch", "-q", "-c", "hotfix/other", f"prompts/{NAME}@v1.0.0")
    build_files(repository.folder, {TONE: "Another fix.\n"})
    locked(repository, step="patch")
    assert (version_of(repository), releases_of(repository)) == ("1.0.2", ["1.0.0", "1.0.1", "1.0.2"])
    stale = repository.clone(tmp_path / "stale", "--no-tags")
    stale.git("switch", "-q", "--detach", "origin/main~1")
    stale.git("switch", "-q", "-c", "hotfix/third")
    build_files(stale.folder, {TONE: "A third fix.\n"})
    locked(stale, step="patch")
    assert version_of(stale) == "1.0.1", "this clone was made without tags and knows no better"
    stale.commit()
    pushed(stale)
    with pytest.raises(StateError, match="is tagged already: the tag says sha256:") as caught:
        release(opened(stale))
    assert caught.value.code == "PC097"


def test_main_never_proposes_a_version_that_a_hotfix_took(repository: GitRepository) -> None:
    fixed(repository)
    repository.git("switch", "-q", "main")
    repository.git("switch", "-q", "-C", "hotfix/new", f"prompts/{NAME}@v2.0.0")
    released(repository, {PROMPT: breaking("a fix")}, step="patch")
    repository.git("switch", "-q", "main")
    build_files(repository.folder, {PROMPT: breaking("main's own")})
    locked(repository, step="patch")
    assert version_of(repository) == "2.0.2"
    assert releases_of(repository) == ["1.0.0", "1.0.1", "2.0.0", "2.0.1", "2.0.2"]


def test_a_hotfix_branch_merged_into_main_conflicts_in_the_lock_and_is_repaired(repository: GitRepository) -> None:
    fixed(repository)
    repository.git("switch", "-q", "main")
    repository.git("merge", "-q", "--no-edit", "hotfix/brief", check=False)
    assert LOCK in repository.git("diff", "--name-only", "--diff-filter=U")
    build_files(repository.folder, {PROMPT: breaking("a fix")})
    locked(repository)
    assert (version_of(repository), releases_of(repository)) == ("2.1.0", ["1.0.0", "1.0.1", "2.0.0", "2.1.0"])
    assert not any(tag.endswith("2.1.0") for tag in tags_of(repository))


def test_a_local_hotfix_without_a_remote(tmp_path: Path) -> None:
    alone = new_repository(tmp_path / "r")
    released(alone)
    released(alone, {PROMPT: text("one")})
    alone.git("switch", "-q", "-c", "hotfix/x", f"prompts/{NAME}@v1.0.0")
    released(alone, {PROMPT: text("a fix")}, step="patch")
    alone.git("switch", "-q", "main")
    assert [finding.kind for finding in verify(opened(alone)).findings] == ["hotfix"]
    locked(alone)
    assert releases_of(alone) == ["1.0.0", "1.0.1", "1.1.0"]
