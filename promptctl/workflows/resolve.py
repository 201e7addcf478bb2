"""Turns ``NAME[@REF]`` into the prompt it means, at the state it means."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository, read_lock, require_full_history
from promptctl.core.name import check_name
from promptctl.core.releases.reference import Reference, parse_reference
from promptctl.core.releases.version import Version
from promptctl.core.suggestion import suggest
from promptctl.errors import PromptctlError, StateError, UsageError

if TYPE_CHECKING:
    from promptctl.core.moves.pointer import Pointer
    from promptctl.core.prompts.closure import Closure
    from promptctl.workflows.releases import Release

UNKNOWN_REFERENCE, NOT_SERVED = "PC003", "PC098"
_NOT_BY_THAT_NAME = ("PC096", NOT_SERVED)
"""Codes of what says that a release or a place in an environment is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """``name`` is the prompt's name at that state; ``version`` and ``commit`` are None in the work tree."""

    name: str
    reference: Reference
    project: Project
    digest: str
    version: Version | None = None
    commit: str | None = None
    note: str | None = None
    read: Closure | None = None

    @property
    def closure(self) -> Closure:
        """The prompt with all it includes: what was ``read``, else as the project has it.

        Raises UsageError when a file of the work tree was spoiled meanwhile.
        """
        return self.read or self.project.closure(self.name)

    def to_dict(self) -> dict[str, Any]:
        """Which prompt it is, at which state."""
        return {
            "name": self.name,
            "reference": str(self.reference),
            "version": str(self.version) if self.version else None,
            "commit": self.commit,
            "digest": self.digest,
        }


def resolve(repository: Repository, text: str) -> Resolved:
    """What a reference means. Raises UsageError for what nothing is called, StateError for what cannot be read."""
    reference = parse_reference(text)
    if reference.ref == "work":
        return _at(repository.work, reference)
    check_name(reference.name)
    today = None if repository.work.has(reference.name) else repository.work.former.get(reference.name)
    if reference.forced_revision:
        return _resolved(repository, reference)
    if today is None:
        return _then(repository, reference)
    renamed = replace(reference, name=today)
    first, second = (renamed, reference) if reference.ref == "latest" else (reference, renamed)
    try:
        found = _resolved(repository, first)
    except PromptctlError as error:
        if error.code not in (*_NOT_BY_THAT_NAME, UNKNOWN_REFERENCE):
            raise
        found = _resolved(repository, second)
    note = f"`{reference.name}` is called {today} now" if found.name == today else None
    return replace(found, note="; ".join(part for part in (note, found.note) if part) or None)


def _then(repository: Repository, reference: Reference) -> Resolved:
    """What a name means; where it was released or served by a former name only, what that means."""
    try:
        return _resolved(repository, reference)
    except StateError as error:
        if error.code not in _NOT_BY_THAT_NAME or not repository.work.has(reference.name):
            raise
        for old in reversed(repository.work.prompt(reference.name).formerly):
            if repository.work.has(old) or old not in repository.work.former:
                continue
            with suppress(StateError):
                found = _resolved(repository, replace(reference, name=old))
                note = f"{reference.name} was called {old} then"
                return replace(found, note="; ".join(part for part in (note, found.note) if part))
        raise


def _resolved(repository: Repository, reference: Reference) -> Resolved:
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
    if reference.at_time and reference.at_time[0] in repository.settings.environments:
        return _at_time(repository, reference, *reference.at_time)
    return _revision(repository, reference)


def _at(project: Project, reference: Reference, commit: str | None = None) -> Resolved:
    name = project.find(reference.name)
    return Resolved(name=name, reference=reference, project=project, digest=project.digest(name), commit=commit)


def _revision(repository: Repository, reference: Reference) -> Resolved:
    from promptctl.adapters.git.refs import commit_of

    commit = commit_of(repository.git, reference.revision)
    if commit is not None:
        return _at(repository.at(commit, reference.revision), _called_then(repository, reference, commit), commit)
    message = f"nothing is called `{reference.ref}`"
    if repository.git.shallow:
        message += " in this shallow clone"
        line = f"git fetch --unshallow --tags {repository.remote or 'origin'}"
        raise StateError("PC093", message, hint=line)
    word = reference.ref.partition("@")[0]
    near = None if reference.forced_revision else suggest(word, [*repository.settings.environments, "latest", "work"])
    hint = near or "an environment, a version, a digest or a Git revision can follow @"
    raise UsageError(UNKNOWN_REFERENCE, message, hint=hint)


def _called_then(repository: Repository, reference: Reference, commit: str) -> Reference:
    """The reference by the name the prompt had at a commit, where it is called otherwise since."""
    there, name = repository.at(commit), reference.name
    if name in there.names or name in there.former or name not in repository.work.names:
        return reference
    former = (known for known in repository.work.prompt(name).formerly if known in there.names)
    return replace(reference, name=next(former, name))


def _released(repository: Repository, reference: Reference, version: Version, note: str | None = None) -> Resolved:
    from promptctl.workflows.releases import read_release, witnesses

    release = read_release(repository, reference.name, version, witnesses(repository))
    return _of_release(release, reference, note)


def _of_release(release: Release, reference: Reference, note: str | None) -> Resolved:
    return Resolved(
        name=release.name,
        reference=reference,
        project=release.project,
        digest=release.digest,
        version=release.version,
        commit=release.commit,
        note=note,
    )


def _latest(repository: Repository, name: str) -> Version:
    from promptctl.core.releases.lockfile import newest
    from promptctl.workflows.release_tags import RELEASE_UNKNOWN, known_tags, require_tags

    require_tags(repository, name)
    tags = known_tags(repository, name)
    found = newest({tag.version: tag.object_id for tag in tags}, stable=True)
    if found is None and not tags:
        repository.work.find(name)
    if found is None:
        raise StateError(RELEASE_UNKNOWN, f"{name} has no stable release", hint="promptctl release")
    return found


def _environment(repository: Repository, reference: Reference) -> Resolved:
    from promptctl.adapters.git.refs import list_refs
    from promptctl.adapters.state import read_state

    environment = reference.ref
    pointer = read_state(repository).live(environment, reference.name)
    if pointer is None:
        hint = f"promptctl promote {reference.name} {environment}"
        raise StateError(NOT_SERVED, f"{environment} does not serve {reference.name}", hint=hint)
    branch = None
    if list_refs(repository.git, f"refs/heads/{environment}"):
        branch = f"`{environment}` is the environment; the branch of that name is git:{environment}"
    return _served(repository, reference, pointer, branch, _shared(pointer, f"{environment} shares out"))


def _shared(pointer: Pointer, does: str) -> str | None:
    """That somebody gets another version than the pointer's own; None where nobody does."""
    split = pointer.split
    if split is None:
        return None
    arms = ", ".join(f"{arm.served.version} {arm.percent:g} %" for arm in split.arms)
    return f"{does} {pointer.prompt} by the {split.kind} {split.id}: {arms}; calls without a unit get this version"


def _served(repository: Repository, reference: Reference, pointer: Pointer, *notes: str | None) -> Resolved:
    """The release that a pointer names. Raises StateError when that is not the bytes the pointer names."""
    served = pointer.served
    found = _released(repository, reference, served.version, "; ".join(filter(None, notes)) or None)
    if found.digest != served.digest:
        message = f"{reference} serves {served.digest}, but {reference.name} {found.version} is {found.digest}"
        raise StateError("PC097", message, hint="promptctl drift")
    return found


def _by_digest(repository: Repository, reference: Reference, prefix: str) -> Resolved:
    here = _at(repository.work, reference) if repository.work.has(reference.name) else None
    versions: dict[str, Version | None] = {}
    for lock in (read_lock(repository.work), read_lock(repository.policy)):
        entry = lock.prompts.get(reference.name)
        versions |= {text: version for version, text in (entry.releases if entry else {}).items()}
    if here:
        versions[here.digest] = None
    found = [text for text in versions if text.startswith(prefix)]
    if len(found) > 1:
        message = f"several states of {reference.name} start with {prefix}"
        raise UsageError(UNKNOWN_REFERENCE, message, hint="give more digits")
    if not found:
        message = f"no release of {reference.name} has the digest {prefix}…"
        raise UsageError(UNKNOWN_REFERENCE, message, hint=f"promptctl history {reference.name}")
    version = versions[found[0]]
    if version is not None:
        return _released(repository, reference, version)
    assert here
    return here


def _at_time(repository: Repository, reference: Reference, environment: str, time: str) -> Resolved:
    """What an environment served at a time, by the first-parent commit times of the state branch."""
    from promptctl.adapters.git.refs import last_before
    from promptctl.adapters.state import read_state, state_at

    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        raise UsageError(UNKNOWN_REFERENCE, f"{time!r} is no time", hint="example: prod@{2026-11-20T12:00Z}") from None
    if moment.tzinfo is None:
        whole = f"{time}Z" if "T" in time or ":" in time else f"{time}T00:00Z"
        raise UsageError(UNKNOWN_REFERENCE, f"{time!r} has no zone", hint=f"example: {environment}@{{{whole}}}")
    state = read_state(repository)
    commit = last_before(repository.git, state.commit, int(moment.timestamp())) if state.commit else None
    if commit is None:
        require_full_history(repository, "what was served at a time")
    pointer = state_at(repository, state.branch, commit).live(environment, reference.name) if commit else None
    if pointer is None:
        message = f"{environment} did not serve {reference.name} at {time}"
        raise StateError(NOT_SERVED, message, hint=f"promptctl history {reference.name} --env {environment}")
    return _served(repository, reference, pointer, _shared(pointer, f"{environment} shared out"))
