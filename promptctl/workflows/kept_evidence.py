"""All kept evidence of a prompt: in the work tree, on the default branch and on the state branch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptctl.adapters.git.program import NOT_A_REPOSITORY
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.evals.evidence import Evidence
from promptctl.core.models.provider_table import providers_of
from promptctl.core.prompts.canonical import digest, short
from promptctl.errors import PromptctlError, StateError, UsageError
from promptctl.workflows.evidence import Sources, read_evidence
from promptctl.workflows.gate_context import GateContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One file of evidence, and the state of the repository that has it."""

    name: str
    path: str
    project: Project
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The evidence of one prompt, oldest first, and what could not be read."""

    kept: tuple[Kept, ...]
    notes: tuple[str, ...] = ()


def shelf_of(repository: Repository, name: str, *, committed: bool = False) -> Shelf:
    """What is kept of a prompt, or of it what is committed for everybody.

    Of a file that several states have, the one that was written last counts.
    """
    found: dict[str, Kept] = {}
    notes: dict[str, None] = {}
    for project in _projects(repository, notes):
        if committed and project is repository.work:
            continue
        for path in project.tree.files():
            if path.startswith(f"prompts/{name}/evidence/") and path.endswith(".json"):
                try:
                    kept = Kept(name=name, path=path, project=project, evidence=read_evidence(project.tree, path))
                except UsageError as error:
                    notes[f"left out: {error}; promptctl eval verify {name}"] = None
                    continue
                if path not in found or found[path].evidence.meta.time < kept.evidence.meta.time:
                    found[path] = kept
    places = _releases(repository, name)

    def age(kept: Kept) -> tuple[str, int]:
        # Files know seconds; of one second, the evidence of an earlier release is the older one.
        return kept.evidence.meta.time, places.get(kept.evidence.subject, len(places))

    return Shelf(kept=tuple(sorted(found.values(), key=age)), notes=tuple(notes))


def _releases(repository: Repository, name: str) -> dict[str, int]:
    """The places of a prompt's digests among its releases; none where the lock cannot be read."""
    try:
        entry = repository.work.lock.prompts.get(name)
    except PromptctlError:
        return {}
    return {known: place for place, known in enumerate(entry.releases.values())} if entry else {}


def _projects(repository: Repository, notes: dict[str, None]) -> Iterator[Project]:
    yield repository.work
    try:
        policy, commit = repository.policy, read_state(repository).commit
    except UsageError as error:
        if error.code != NOT_A_REPOSITORY:
            raise
        return
    except StateError as error:
        notes[f"the state branch cannot be read: {error}"] = None
        return
    if policy is not repository.work:
        yield policy
    if commit and commit != repository.default_commit:
        yield repository.at(commit)


def label_of_digest(repository: Repository, name: str, subject: str) -> str:
    """What people call a prompt's digest: the newest release that has it, "work" for the files, or its first digits."""
    entry = repository.work.lock.prompts.get(name)
    releases = [version for version, known in (entry.releases if entry else {}).items() if known == subject]
    if releases:
        return str(max(releases))
    try:
        here = digest(repository.work.closure(name))
    except PromptctlError:
        here = None
    return "work" if here == subject else short(subject)


def offline(repository: Repository, project: Project, context: GateContext) -> Sources:
    """Where evidence and replies are looked for when nobody may be asked."""
    settings = repository.work.settings
    return Sources(
        trees=[repository.work.tree, project.tree],
        home=repository.work.tree,
        cache=context.cache,
        providers=providers_of(settings),
        environment=context.environment,
        now=context.now,
        mode="recorded",
    )
