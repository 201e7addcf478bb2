"""``retire``: writes why a version is withdrawn; nothing promotes it from then on."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.core.releases.version import version
from promptctl.errors import DocumentError, StateError, UsageError
from promptctl.workflows.lock_check import check_lock
from promptctl.workflows.retire import retire
from tests.support import GitRepository, build_files, must_fail, new_repository, succeed, with_remote
from tests.versioning import LOCK, NAME, PROMPT, copy_of, entry_of, locked, opened, pushed, released, text


def two_releases(folder: Path) -> GitRepository:
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    released(made)
    released(made, {PROMPT: text("one")})
    return made


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """Releases 1.0.0 and 1.1.0."""
    return copy_of(two_releases, tmp_path)


def test_the_reason_stands_in_the_lock_and_stays_there(repository: GitRepository) -> None:
    done = retire(opened(repository), f"{NAME}@1.0.0", "leaks addresses")
    assert (done.name, str(done.version), done.reason, done.written) == (NAME, "1.0.0", "leaks addresses", True)
    assert not retire(opened(repository), f"{NAME}@v1.0.0", "leaks addresses").written
    assert check_lock(opened(repository)).ok
    assert not locked(repository).written
    build_files(repository.folder, {PROMPT: text("two")})
    locked(repository)
    assert entry_of(repository).retired == {version("1.0.0"): "leaks addresses"}
    assert retire(opened(repository), f"{NAME}@1.0.0", "leaks names too").written
    assert entry_of(repository).retired == {version("1.0.0"): "leaks names too"}


def test_promote_refuses_it_once_the_default_branch_knows(repository: GitRepository) -> None:
    retire(opened(repository), f"{NAME}@1.0.0", "leaks addresses")
    repository.commit()
    succeed("promote", f"{NAME}@1.0.0", "staging", "--dry-run", cwd=repository.folder)
    pushed(repository)
    ran = must_fail("promote", f"{NAME}@1.0.0", "staging", cwd=repository.folder, code=3)
    assert "is retired: leaks addresses" in ran.err
    succeed("promote", f"{NAME}@1.1.0", "staging", cwd=repository.folder)


def test_what_was_retired_before_it_was_tagged_is_not_sent_to_release(repository: GitRepository) -> None:
    build_files(repository.folder, {PROMPT: text("two")})
    locked(repository)
    retire(opened(repository), f"{NAME}@1.2.0", "never mind")
    repository.commit()
    pushed(repository)
    ran = must_fail("promote", NAME, "staging", cwd=repository.folder, code=3)
    assert f"{NAME} 1.2.0 is not tagged, and is retired: never mind" in ran.err
    assert "promptctl release" not in ran.err


def test_a_retired_release_can_still_be_read(repository: GitRepository) -> None:
    retire(opened(repository), f"{NAME}@1.0.0", "leaks addresses")
    assert "1.0.0" in succeed("show", f"{NAME}@1.0.0", cwd=repository.folder).out
    assert "retired: leaks addresses" in succeed("history", NAME, cwd=released_retirement(repository)).out


def released_retirement(repository: GitRepository) -> Path:
    repository.commit()
    pushed(repository)
    return repository.folder


def test_a_version_that_the_lock_does_not_know(repository: GitRepository) -> None:
    before = (repository.folder / LOCK).read_bytes()
    with pytest.raises(StateError, match=r"no release support/triage 9\.0\.0") as caught:
        retire(opened(repository), f"{NAME}@9.0.0", "x")
    assert (caught.value.code, caught.value.exit_code) == ("PC096", 3)
    assert (repository.folder / LOCK).read_bytes() == before


def test_a_name_that_nobody_knows(repository: GitRepository) -> None:
    with pytest.raises(UsageError) as caught:
        retire(opened(repository), "support/triaje@1.0.0", "x")
    assert caught.value.hint == "did you mean `support/triage`?"


@pytest.mark.parametrize("reference", [NAME, f"{NAME}@latest", f"{NAME}@prod", f"{NAME}@1.0"])
def test_only_a_version_can_be_retired(repository: GitRepository, reference: str) -> None:
    with pytest.raises(UsageError, match="names no version"):
        retire(opened(repository), reference, "x")


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "\x1b[2J", "\udcff"])
def test_a_reason_is_one_line_of_text(repository: GitRepository, reason: str) -> None:
    before = (repository.folder / LOCK).read_bytes()
    with pytest.raises(UsageError):
        retire(opened(repository), f"{NAME}@1.0.0", reason)
    assert (repository.folder / LOCK).read_bytes() == before


def test_a_broken_lock_is_not_written_over(repository: GitRepository) -> None:
    build_files(repository.folder, {LOCK: "<<<<<<< HEAD\n"})
    with pytest.raises(DocumentError):
        retire(opened(repository), f"{NAME}@1.0.0", "x")
    assert (repository.folder / LOCK).read_text() == "<<<<<<< HEAD\n"
