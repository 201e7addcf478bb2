"""A repository on a feature branch, as tests of ``lock`` begin."""

from __future__ import annotations

from pathlib import Path

from tests.support import GitRepository, build_files, new_repository, with_remote
from tests.versioning import released


def on_feature(folder: Path) -> GitRepository:
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    released(made)
    made.git("switch", "-qc", "feature")
    return made


def write(repository: GitRepository, path: str, content: str) -> None:
    build_files(repository.folder, {path: content})
