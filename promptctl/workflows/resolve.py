"""Turns ``NAME[@REF]`` into the prompt it means, at the state it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.git.refs import commit_of, list_refs
from promptctl.adapters.git.tags import release_tags
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import read_state, state_at
from promptctl.core.canonical import digest
from promptctl.core.closure import Closure
from promptctl.core.lockfile import newest
from promptctl.core.reference import Reference, parse_reference
from promptctl.core.version import Version
from promptctl.errors import StateError, UsageError
from promptctl.workflows.releases import Release, read_release, require_tags, witnesses

UNKNOWN_REFERENCE, NOT_SERVED = "PC003", "PC098"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """``name`` is the prompt's name at that state; ``version`` and ``commit`` are None in the work tree."""

    name: str
    reference: Reference
    project: Project
    closure: Closure
    digest: str
    version: Version | None = None
    commit: str | None = None
    note: str | None = None


def resolve(repository: Repository, text: str) -> Resolved:
    """What a reference means. Raises UsageError for what nothing is called, StateError for what cannot be read."""
    reference = parse_reference(text)
    if reference.ref == "work":
        return _at(repository.work, reference)
    if reference.forced_revision:
        return _revision(repository, reference)
    if reference.ref == "latest":
        return _released(repository, reference, _latest(repository, reference.name))
    if reference.ref in repository.settings.environments:
        return _environment(repository, reference)
    if reference.version:
        return _released(repository, reference, reference.version)
    if reference.digest_prefix:
        return _by_digest(repository, reference, reference.digest_prefix)
    if reference.at_time:
        return _at_time(repository, reference, *reference.at_time)
    return _revision(repository, reference)


def _at(project: Project, reference: Reference, commit: str | None = None) -> Resolved:
    name = project.find(reference.name)
    closure = project.closure(name)
    return Resolved(
        name=name, reference=reference, project=project, closure=closure, digest=digest(closure), commit=commit
    )


def _revision(repository: Repository, reference: Reference) -> Resolved:
    commit = commit_of(repository.git, reference.revision)
    if commit is None:
        hint = "versions, environments, digests and Git revisions can follow @"
        raise UsageError(UNKNOWN_REFERENCE, f"nothing is called `{reference.ref}`", hint=hint)
    return _at(repository.at(commit, reference.revision), reference, commit)


def _released(repository: Repository, reference: Reference, version: Version, note: str | None = None) -> Resolved:
    release = read_release(repository, reference.name, version, witnesses(repository))
    return _of_release(release, reference, note)


def _of_release(release: Release, reference: Reference, note: str | None) -> Resolved:
    return Resolved(
        name=release.name,
        reference=reference,
        project=release.project,
        closure=release.closure,
        digest=release.digest,
        version=release.version,
        commit=release.commit,
        note=note,
    )


def _latest(repository: Repository, name: str) -> Version:
    require_tags(repository, name)
    tags = release_tags(repository.git, name)
    found = newest({tag.version: tag.object_id for tag in tags}, stable=True)
    if found is None:
        raise StateError("PC096", f"{name} has no stable release", hint="promptctl release")
    return found


def _environment(repository: Repository, reference: Reference) -> Resolved:
    environment = reference.ref
    pointer = read_state(repository).pointer(environment, reference.name)
    if pointer is None:
        hint = f"promptctl promote {reference.name} {environment}"
        raise StateError(NOT_SERVED, f"{environment} does not serve {reference.name}", hint=hint)
    note = None
    if list_refs(repository.git, f"refs/heads/{environment}"):
        note = f"`{environment}` is the environment; the branch of that name is git:{environment}"
    found = _released(repository, reference, pointer.served.version, note)
    if found.digest != pointer.served.digest:
        message = (
            f"{environment} serves {pointer.served.digest}, but {reference.name} {found.version} is {found.digest}"
        )
        raise StateError("PC097", message, hint="promptctl drift")
    return found


def _by_digest(repository: Repository, reference: Reference, prefix: str) -> Resolved:
    here = _at(repository.work, reference) if reference.name in repository.work.names else None
    if here and here.digest.startswith(prefix):
        return here
    found: dict[str, Version] = {}
    for lock in (read_lock(repository.policy), read_lock(repository.work)):
        entry = lock.prompts.get(reference.name)
        found |= {
            text: version for version, text in (entry.releases if entry else {}).items() if text.startswith(prefix)
        }
    if len(found) > 1:
        raise UsageError(
            UNKNOWN_REFERENCE, f"several releases of {reference.name} start with {prefix}", hint="give more digits"
        )
    if not found:
        raise UsageError(
            UNKNOWN_REFERENCE,
            f"no release of {reference.name} has the digest {prefix}…",
            hint=f"promptctl history {reference.name}",
        )
    return _released(repository, reference, next(iter(found.values())))


def _at_time(repository: Repository, reference: Reference, environment: str, time: str) -> Resolved:
    """What an environment served at a time, by the first-parent commit times of the state branch."""
    repository.settings.environment(environment)
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        raise UsageError(UNKNOWN_REFERENCE, f"{time!r} is no time", hint="example: prod@{2026-11-20T12:00Z}") from None
    if moment.tzinfo is None:
        raise UsageError(UNKNOWN_REFERENCE, f"{time!r} has no zone", hint=f"example: prod@{{{time}Z}}")
    state = read_state(repository)
    arguments = ("log", "-1", "--first-parent", "--format=%H", f"--before={int(moment.timestamp())}")
    commit = repository.git.text(*arguments, state.commit) if state.commit else ""
    if not commit and repository.git.shallow:
        from promptctl.adapters.repository import require_full_history

        require_full_history(repository, "what was served at a time")
    pointer = state_at(repository, state.branch, commit).pointer(environment, reference.name) if commit else None
    if pointer is None:
        raise StateError(NOT_SERVED, f"{environment} did not serve {reference.name} at {time}")
    return _released(repository, reference, pointer.served.version)
