"""``release`` refuses before it makes anything: stale locks, other branches, commits the remote lacks."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from promptctl.core.releases.tag import message_text
from promptctl.core.releases.version import version
from promptctl.errors import DocumentError, StateError
from tests.releasing import made, refused, run, unlocked
from tests.support import SETTINGS, GitRepository, new_repository
from tests.versioning import (
    LOCK,
    NAME,
    PROMPT,
    copy_of,
    entry_of,
    locked,
    proposed,
    pushed,
    released,
    tags_of,
    text,
)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with a remote, nothing locked yet."""
    return copy_of(unlocked, tmp_path)


def test_without_a_commit_there_is_nothing_to_release(folder: Path) -> None:
    fresh = GitRepository(folder)
    fresh.git("init", "-q", "-b", "main")
    assert refused(fresh).hint == "git add -A && git commit"


def test_a_stale_lock_is_refused(repository: GitRepository) -> None:
    proposed(repository)
    repository.commit({PROMPT: text("one")})
    pushed(repository)
    error = refused(repository)
    assert error.code == "PC024"
    assert f"{NAME} is not what the lock has for 1.0.0" in str(error)
    assert error.hint == "promptctl lock, then commit it"


def test_a_prompt_without_a_lock_entry_is_refused(repository: GitRepository) -> None:
    assert "has no lock entry" in str(refused(repository))


def test_a_lock_that_is_not_committed_is_refused(repository: GitRepository) -> None:
    locked(repository)
    assert refused(repository).code == "PC024"


def test_a_prompt_that_cannot_be_read_is_refused(repository: GitRepository) -> None:
    proposed(repository)
    repository.commit({"prompts/bad/prompt.yaml": "template: [\n"})
    pushed(repository)
    assert refused(repository).code == "PC024"


def test_a_lock_in_conflict_is_malformed(repository: GitRepository) -> None:
    repository.commit({LOCK: "<<<<<<< HEAD\n"})
    pushed(repository)
    with pytest.raises(DocumentError, match="merge conflict markers"):
        run(repository)


def test_another_branch_is_refused(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "feature")
    proposed(repository)
    pushed(repository)
    error = refused(repository)
    assert (error.code, error.hint) == ("PC025", "git switch main")
    assert str(error) == "`feature` is no release branch (main, hotfix/*)"


def test_release_branches_are_a_setting_of_the_default_branch(repository: GitRepository) -> None:
    settings = SETTINGS.replace("[repository]", '[repository]\nrelease_branches = ["release-*"]')
    repository.commit({"promptctl.toml": settings})
    pushed(repository)
    assert refused(repository).code in ("PC024", "PC025")
    repository.git("switch", "-qc", "release-1")
    repository.commit({"promptctl.toml": SETTINGS})
    proposed(repository)
    pushed(repository)
    assert made(run(repository)) == [f"{NAME}@1.0.0"]


def test_a_commit_that_the_remote_lacks_is_refused_with_the_push_line(repository: GitRepository) -> None:
    proposed(repository)
    error = refused(repository)
    assert (error.code, error.hint) == ("PC026", "git push origin main")
    subprocess.run(["bash", "-c", str(error.hint)], cwd=repository.folder, check=True, capture_output=True)
    assert made(run(repository)) == [f"{NAME}@1.0.0"]


def test_a_commit_pushed_to_another_branch_only_is_refused(repository: GitRepository) -> None:
    proposed(repository)
    repository.git("push", "-q", "origin", "HEAD:hotfix/other")
    assert refused(repository).code == "PC026"


def test_a_detached_head_on_a_released_branch_is_fine(repository: GitRepository) -> None:
    proposed(repository)
    repository.git("switch", "-q", "--detach")
    assert refused(repository).code == "PC026"
    repository.git("push", "-q", "origin", "HEAD:main")
    assert made(run(repository)) == [f"{NAME}@1.0.0"]


def test_without_a_remote_the_default_branch_itself_is_released(tmp_path: Path) -> None:
    alone = new_repository(tmp_path / "r")
    proposed(alone)
    alone.git("switch", "-q", "--detach")
    assert refused(alone).code == "PC025"
    alone.git("switch", "-q", "main")
    done = run(alone)
    assert (made(done), done.pushed, done.pending, done.remote) == ([f"{NAME}@1.0.0"], (), (), None)


def test_a_version_that_is_tagged_with_another_digest_is_refused_naming_both(repository: GitRepository) -> None:
    proposed(repository)
    pushed(repository)
    message = message_text(NAME, version("1.0.0"), "sha256:" + "9" * 64)
    repository.git("tag", "-a", "-F", "-", f"prompts/{NAME}@v1.0.0", stdin=message)
    error = refused(repository)
    assert error.code == "PC097"
    assert "sha256:" + "9" * 64 in str(error)
    assert entry_of(repository).digest in str(error)
    repository.git("tag", "-d", f"prompts/{NAME}@v1.0.0")
    assert made(run(repository)) == [f"{NAME}@1.0.0"]


def test_signing_is_gits_own_business(repository: GitRepository) -> None:
    """``tag.gpgsign`` without a key must not stop a release; the design keeps signing behind an option."""
    repository.git("config", "tag.gpgsign", "true")
    repository.git("config", "user.signingkey", "nobody")
    assert made(released(repository)) == [f"{NAME}@1.0.0"]


def test_nobody_known_to_git_is_told_before_anything_is_made(
    repository: GitRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    proposed(repository)
    pushed(repository)
    home = tmp_path / "nobody"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    monkeypatch.setenv("HOME", str(home))
    with pytest.raises(StateError, match="does not know who you are"):
        run(repository)
    assert tags_of(repository) == []
