"""Finds release tags, and says what a clone that lacks them has to fetch."""

from __future__ import annotations

from promptctl.adapters.git.tags import ReleaseTag
from promptctl.adapters.repository import Repository, read_lock
from promptctl.core.name import check_name
from promptctl.core.releases.lockfile import LockEntry
from promptctl.core.releases.version import Version
from promptctl.errors import PromptctlError, StateError

TAGS_MISSING, RELEASE_UNKNOWN = "PC094", "PC096"


def known_tags(repository: Repository, name: str | None = None) -> tuple[ReleaseTag, ...]:
    """Release tags of everything, or of one prompt.

    Those of this clone and, where it has none of that name, those of the remote as last fetched.
    """
    if name is None:
        here, there = repository.tags.everything
    else:
        here, there = repository.tags.here(name), repository.tags.there(name)
    tags = {tag.ref: tag for tag in (*there, *here)}
    return tuple(sorted(tags.values(), key=lambda tag: (tag.name, tag.version.precedence)))


def find_tag(repository: Repository, name: str, version: Version) -> ReleaseTag:
    """The tag of a release.

    Raises StateError when it was not fetched or there is no such release, UsageError when nothing is called so.
    """
    check_name(name)
    tag = repository.tags.one(name, version)
    if tag:
        return tag
    missing_line, known = tags_line(repository), known_tags(repository, name)
    if missing_line:
        raise StateError(TAGS_MISSING, f"the tag of {name} {version} is not in this clone", hint=missing_line)
    entry = _witness(repository, name)
    if entry and version in entry.releases:
        raise _untagged(repository, name, version, entry)
    if not entry and not known:
        repository.work.find(name)
    listed = f"releases: {', '.join(str(tag.version) for tag in known[-5:])}"
    hint = listed if known else f"{name} has no release; promptctl release"
    raise StateError(RELEASE_UNKNOWN, f"{name} {version} is not released", hint=hint)


def _untagged(repository: Repository, name: str, version: Version, entry: LockEntry) -> StateError:
    if reason := entry.retired.get(version):
        message = f"{name} {version} is not tagged, and is retired: {reason}"
        return StateError(RELEASE_UNKNOWN, message, hint=f"promptctl history {name}")
    if version == entry.version or repository.remote is None:
        return StateError(RELEASE_UNKNOWN, f"{name} {version} is not tagged", hint="promptctl release")
    message = f"{name} {version} was released, but its tag is not here"
    hint = f"git fetch {repository.remote} '+refs/tags/prompts/*:refs/tags/prompts/*', else promptctl release"
    return StateError(RELEASE_UNKNOWN, message, hint=hint)


def _witness(repository: Repository, name: str) -> LockEntry | None:
    """A lock's entry, for the words of an error: a lock that cannot be read must not hide that error."""
    for project in (repository.policy, repository.work):
        try:
            entry = read_lock(project).prompts.get(name)
        except PromptctlError:
            continue
        if entry:
            return entry
    return None


def tags_line(repository: Repository) -> str | None:
    """The command that brings the release tags into a clone made without them; None where a plain fetch does."""
    git, remote = repository.git, repository.remote
    without = remote is not None and git.config.get(f"remote.{remote}.tagopt") == "--no-tags"
    if remote is None or not (git.shallow or without):
        return None
    fetch = f"git fetch {'--unshallow ' if git.shallow else ''}--tags {remote}"
    return f"git config --unset remote.{remote}.tagOpt && {fetch}" if without else fetch


def require_tags(repository: Repository, name: str | None = None) -> None:
    """Raises StateError with the fetch line where "no tag" could mean "not fetched".

    That is a clone made without tags or history which lacks a tag that the default branch's lock knows, or that has no
    tag at all.
    """
    line = tags_line(repository)
    if line is None:
        return
    known = {(tag.name, tag.version) for tag in known_tags(repository, name)}
    entries = read_lock(repository.policy).prompts
    wanted = {
        (prompt, version)
        for prompt, entry in entries.items()
        for version in entry.releases.keys() - entry.retired.keys() - {entry.version}
        if name in (None, prompt)
    }
    if not known or wanted - known:
        raise StateError(TAGS_MISSING, "the release tags are not in this clone", hint=line)
