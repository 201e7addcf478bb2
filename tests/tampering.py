"""Attacks on the tags of a repository with three releases, and what our commands say of them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import WorkTree
from promptctl.core.prompts.canonical import digest
from promptctl.core.releases.version import version
from promptctl.errors import StateError
from promptctl.workflows.resolve import resolve
from promptctl.workflows.verify import verify
from tests.forking import program
from tests.support import GitRepository, new_repository, with_remote
from tests.versioning import NAME, PROMPT, entry_of, opened, released, text

V1 = f"prompts/{NAME}@v1.0.0"


def three_releases(folder: Path) -> GitRepository:
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    for word in ("zero", "one", "two"):
        released(made, {PROMPT: text(word)})
    assert verify(opened(made)).ok
    return made


def digest_of(repository: GitRepository, at: str) -> str:
    return entry_of(repository).releases[version(at)]


def here(repository: GitRepository) -> str:
    """The digest of the files in the work tree."""
    return digest(Project(WorkTree(repository.folder)).closure(NAME))


def retag(repository: GitRepository, commit: str, message: str, name: str = V1) -> None:
    repository.git("tag", "-f", "-a", "-F", "-", name, commit, stdin=message)


def kinds(repository: GitRepository) -> list[tuple[str, str | None, str | None]]:
    return [(found.kind, found.expected, found.actual) for found in verify(opened(repository)).findings]


def broken(repository: GitRepository, reference: str = f"{NAME}@1.0.0") -> str:
    """The error that reading a release raises."""
    with pytest.raises(StateError) as caught:
        resolve(opened(repository), reference)
    assert caught.value.exit_code == 3
    return str(caught.value)


def run_repairs(repository: GitRepository) -> None:
    """Runs the repairs of ``verify`` as they are printed until nothing is found; ``promptctl`` is on the PATH."""
    folder = program(repository.folder.parent / "bin")
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    for _ in range(3):
        findings = verify(opened(repository)).findings
        if not findings:
            return
        subprocess.run(["bash", "-c", findings[0].repair], cwd=repository.folder, env=environment, capture_output=True)
    assert verify(opened(repository)).findings == ()
