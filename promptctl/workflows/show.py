"""``show``: all there is to know about one prompt at one state."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.repository import Repository, read_lock
from promptctl.core.prompts.canonical import digest
from promptctl.core.releases.lockfile import LockEntry
from promptctl.workflows.resolve import Resolved, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """``lock`` is the prompt's entry in the lock here, None before the first ``lock``; ``suite``: it has an eval.yaml.

    ``step_digests`` are those of a chain's steps, by the step's name.
    """

    resolved: Resolved
    lock: LockEntry | None
    suite: bool
    step_digests: dict[str, str]

    @property
    def as_locked(self) -> bool:
        """Whether what is shown is what the lock agreed on."""
        return self.lock is not None and self.lock.digest == self.resolved.digest


def show(repository: Repository, reference: str) -> Shown:
    """What a reference means. Raises what ``resolve`` raises."""
    resolved = resolve(repository, reference)
    return Shown(
        resolved=resolved,
        lock=read_lock(repository.work).prompts.get(resolved.name),
        suite=f"prompts/{resolved.name}/eval.yaml" in resolved.project.tree.files(),
        step_digests={name: digest(closure) for name, closure in resolved.closure.steps.items()},
    )
