"""Branches with a locked change, merged as teams do."""

from __future__ import annotations

from pathlib import Path

from tests.support import GitRepository, new_repository, with_remote
from tests.versioning import proposed, pushed, released


def one_release(folder: Path) -> GitRepository:
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    released(made)
    return made


def branch(repository: GitRepository, name: str, files: dict[str, str], **wish: object) -> str:
    """A branch from main with one locked change; the version it proposes."""
    repository.git("switch", "-q", "-c", name, "main")
    return proposed(repository, files, **wish)


def merge(repository: GitRepository, name: str, *, conflicts: set[str]) -> None:
    """Merges a branch and insists on where it conflicts."""
    repository.git("merge", "-q", "--no-ff", "--no-edit", name, check=False)
    assert set(repository.git("diff", "--name-only", "--diff-filter=U").split()) == conflicts


def landed(repository: GitRepository, name: str) -> None:
    """A branch merged into main and pushed."""
    repository.git("switch", "-q", "main")
    merge(repository, name, conflicts=set())
    pushed(repository)
