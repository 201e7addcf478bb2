"""The text that calls were answered with, found again by its digest."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.core.prompts.closure import Closure
from promptctl.errors import PromptctlError
from promptctl.workflows.releases import read_release, witnesses


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedText:
    """A prompt at a state that has the text; ``reference`` is how commands call it there."""

    name: str
    reference: str
    project: Project
    released: bool

    @property
    def closure(self) -> Closure:
        return self.project.closure(self.name)


def served_text(repository: Repository, name: str, digest: str | None) -> ServedText | None:
    """Where a text is: in the work tree, else in the newest release that has it; None where nothing has it."""
    try:
        if repository.work.has(name) and repository.work.digest(name) == digest:
            return ServedText(name=name, reference=name, project=repository.work, released=False)
        entry = repository.work.lock.prompts.get(name)
        for version, known in reversed([*(entry.releases if entry else {}).items()]):
            if known == digest:
                project = read_release(repository, name, version, witnesses(repository)).project
                return ServedText(name=name, reference=f"{name}@{version}", project=project, released=True)
    except PromptctlError:
        pass
    return None
