"""Who writes here, what a killed write left, and lock files of Git that nobody takes away."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from promptctl.adapters.git.journal import Journal
from promptctl.adapters.repository import Repository
from promptctl.core.ailment import Ailment
from promptctl.workflows.doctoring.patient import Patient
from promptctl.workflows.sending import again


def _writer(patient: Patient) -> Iterator[Ailment]:
    repository = patient.repository
    holder = Journal(repository.git).holder()
    if holder:
        yield Ailment(
            kind="writing",
            message=f"another promptctl is writing here: {holder}",
            why="writes to one clone follow each other; the next one waits half a minute",
            repair="wait for it",
        )


def _interrupted(patient: Patient) -> Iterator[Ailment]:
    repository = patient.repository
    journal = Journal(repository.git)
    entry = journal.read()
    if journal.holder() is None and journal.path.exists():
        operation = entry.operation if entry else "a write"
        yield Ailment(
            kind="interrupted",
            message=f"`{operation}` was interrupted",
            why="the next write finishes or undoes it first, and says which",
            repair=again(operation) if entry else "promptctl release",
        )


def _git_locks(patient: Patient) -> Iterator[Ailment]:
    repository = patient.repository
    journal = Journal(repository.git)
    entry = journal.read()
    ours = set(journal.locks_left(entry)) if entry else set()
    for path in _lock_files(repository):
        if path in ours:
            continue
        age = int(patient.now.timestamp() - path.stat().st_mtime)
        yield Ailment(
            kind="git-lock",
            message=f"{path} is there for {_spelled(age)}",
            why="Git changes nothing that is locked: another git is at work, or one was killed and left it",
            repair=f"rm {shlex.quote(str(path))}",
        )


def _lock_files(repository: Repository) -> list[Path]:
    """Git's own lock files: at the top of its folders, and wherever refs are."""
    common, directory = repository.git.common_directory, repository.git.directory
    found = {*common.glob("*.lock"), *directory.glob("*.lock"), *common.glob("refs/**/*.lock")}
    return sorted(path for path in found if path.is_file())


def _spelled(seconds: int) -> str:
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


CHECKS = (_writer, _interrupted, _git_locks)
