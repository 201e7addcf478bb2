"""Files of the work tree: what killed writes left, and settings that do not count."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

from promptctl.adapters.writing import leftovers
from promptctl.core.ailment import Ailment
from promptctl.workflows.doctoring.patient import Patient


def _leftovers(patient: Patient) -> Iterator[Ailment]:
    repository = patient.repository
    folders = [repository.root, repository.git.common_directory / "promptctl"]
    folders += [repository.root / folder for folder, _, _ in os.walk(repository.root / "prompts")]
    for path in (left for folder in sorted({*folders}) for left in leftovers(folder)):
        shown = path.relative_to(repository.root) if path.is_relative_to(repository.root) else path
        yield Ailment(
            kind="leftover",
            message=f"{shown} is what a killed write left",
            why="no command reads it; the next write into that folder takes it away",
            repair=f"rm {shlex.quote(str(shown))}",
        )


def _settings(patient: Patient) -> Iterator[Ailment]:
    repository = patient.repository
    note = repository.policy_note
    if note:
        yield Ailment(
            kind="settings-ignored",
            message=note,
            why="a change of the rules counts once it is on the default branch",
            repair=f"git diff {repository.default_commit} -- promptctl.toml",
        )


CHECKS = (_leftovers, _settings)
