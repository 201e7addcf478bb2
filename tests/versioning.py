"""What tests of versions do all day: edit, lock, commit, merge, release. Calls are made in process, on real files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.core.releases.lockfile import LockEntry, Lockfile, parse_lock
from promptctl.core.releases.proposal import Wish
from promptctl.workflows.lock import LockResult, lock
from promptctl.workflows.release import ReleaseResult, release
from tests.copying import copy_folder, kept_folder, packed
from tests.support import TRIAGE, GitRepository

NAME = "support/triage"
PROMPT = f"prompts/{NAME}/prompt.yaml"
LOCK = "prompts/prompts.lock"
TONE = "prompts/shared/tone.j2"


def text(word: str = "a queue") -> str:
    """The starter prompt with other words in its text: a minor change."""
    return TRIAGE.replace("a queue", word)


def breaking(word: str = "a queue") -> str:
    """The starter prompt with one more required input: a major change."""
    return text(word).replace("inputs:\n", "inputs:\n  language: string\n")


def plain(words: str = "Say hello.") -> str:
    """Another prompt, without inputs or partials."""
    return f"model: echo:echo\ntemplate: {words}\n"


def opened(repository: GitRepository) -> Repository:
    """The repository as one command sees it; a new one each time, since a command keeps what it read."""
    return Repository(repository.folder)


def locked(repository: GitRepository, *names: str, **wish: Any) -> LockResult:
    return lock(opened(repository), names, Wish(**wish))


def lock_of(repository: GitRepository) -> Lockfile:
    return parse_lock((repository.folder / LOCK).read_text())


def entry_of(repository: GitRepository, name: str = NAME) -> LockEntry:
    return lock_of(repository).prompts[name]


def version_of(repository: GitRepository, name: str = NAME) -> str:
    return str(entry_of(repository, name).version)


def releases_of(repository: GitRepository, name: str = NAME) -> list[str]:
    return [str(version) for version in entry_of(repository, name).releases]


def proposed(repository: GitRepository, files: Mapping[str, str | bytes] | None = None, **wish: Any) -> str:
    """Writes files, locks and commits; the version that the starter prompt has then."""
    for path, content in (files or {}).items():
        (repository.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (repository.folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    locked(repository, **wish)
    repository.commit(message="lock")
    return version_of(repository) if NAME in lock_of(repository).prompts else ""


def pushed(repository: GitRepository) -> None:
    repository.git("push", "-q", "origin", "HEAD")


def released(repository: GitRepository, files: Mapping[str, str | bytes] | None = None, **wish: Any) -> ReleaseResult:
    """Writes files, locks, commits, pushes where there is a remote, and releases."""
    proposed(repository, files, **wish)
    if repository.git("remote"):
        pushed(repository)
    return release(opened(repository))


def tags_of(repository: GitRepository) -> list[str]:
    """Every tag's short name."""
    return repository.git("tag", "--list").split()


_MADE: dict[Callable[[Path], GitRepository], tuple[Path, int]] = {}


def copy_of(build: Callable[[Path], GitRepository], folder: Path) -> GitRepository:
    """What ``build`` makes below a folder (``r`` and its remote ``bare.git``), made once and copied from then on."""
    if build not in _MADE:
        kept = kept_folder()
        seconds = build(kept).seconds
        _MADE[build] = (packed(kept), seconds)
    kept, seconds = _MADE[build]
    copy_folder(kept, folder)
    repository = GitRepository(folder / "r")
    repository.seconds = seconds
    return repository
