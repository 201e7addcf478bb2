"""What tests of releases ask: run it, see what was made, insist on a refusal that changed no tag."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.errors import StateError
from promptctl.workflows.release import ReleaseResult, release
from tests.support import GitRepository, new_repository, with_remote
from tests.versioning import opened, tags_of


def unlocked(folder: Path) -> GitRepository:
    return with_remote(new_repository(folder / "r"), folder / "bare.git")


def bare(repository: GitRepository) -> GitRepository:
    return GitRepository(Path(repository.git("remote", "get-url", "origin")))


def run(repository: GitRepository, *, send: bool = True) -> ReleaseResult:
    return release(opened(repository), send=send)


def made(result: ReleaseResult) -> list[str]:
    return [f"{tag.name}@{tag.version}" for tag in result.made]


def refused(repository: GitRepository) -> StateError:
    before = tags_of(repository)
    with pytest.raises(StateError) as caught:
        run(repository)
    assert caught.value.exit_code == 3
    assert tags_of(repository) == before
    return caught.value
