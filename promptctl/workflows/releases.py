"""Reads a release and checks everything that vouches for it: tag object, name, trailers, content, locks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from promptctl.adapters.git.refs import is_ancestor, list_refs
from promptctl.adapters.git.tags import ReleaseTag, mirrored_tags, read_claim, release_tags
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository, read_lock
from promptctl.core.canonical import digest
from promptctl.core.closure import Closure
from promptctl.core.lockfile import Lockfile
from promptctl.core.tag import tag_name
from promptctl.core.version import Version
from promptctl.errors import PromptctlError, StateError

TAGS_MISSING, RELEASE_UNKNOWN, RELEASE_BROKEN = "PC094", "PC096", "PC097"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release whose tag, content and witnesses agree."""

    name: str
    version: Version
    digest: str
    commit: str
    project: Project
    closure: Closure


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a release tag cannot be trusted. ``kind`` is tag-moved or tag-foreign; digests are named where known."""

    kind: str
    message: str
    expected: str | None = None
    actual: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCheck:
    """What was found about one tag; ``release`` is None when it has faults; ``hotfix``: no shared lock has it."""

    tag: ReleaseTag
    release: Release | None
    faults: tuple[Fault, ...]
    hotfix: bool = False


def witnesses(repository: Repository, *, work: bool = True) -> dict[str, Lockfile]:
    """The locks that know which releases exist: the default branch's and, for reading, the work tree's."""
    found = {f"the lock of {repository.default_branch}": read_lock(repository.policy)}
    if work:
        found["the lock here"] = read_lock(repository.work)
    return found


def find_tag(repository: Repository, name: str, version: Version) -> ReleaseTag:
    """The tag of a release. Raises StateError: the tag was not fetched, or there is no such release."""
    tags = release_tags(repository.git, name, version)
    if tags:
        return tags[0]
    require_tags(repository, name)
    known = [str(tag.version) for tag in release_tags(repository.git, name)]
    listed = f"releases: {', '.join(known[-5:])}" if known else f"{name} has no release; promptctl release"
    raise StateError(RELEASE_UNKNOWN, f"{name} {version} is not released", hint=listed)


def require_tags(repository: Repository, name: str | None = None) -> None:
    """Raises StateError with the fetch line where "no tag" could mean "not fetched"."""
    git, remote = repository.git, repository.remote
    if remote is None or release_tags(git, name) or mirrored_tags(git, remote, name):
        return
    if git.shallow:
        hint = f"git fetch --unshallow --tags {remote}"
        raise StateError(TAGS_MISSING, "the release tags are not in this shallow clone", hint=hint)
    if git.config.get(f"remote.{remote}.tagopt") == "--no-tags":
        hint = f"git fetch {remote} '+refs/tags/prompts/*:refs/tags/prompts/*'"
        raise StateError(TAGS_MISSING, "the release tags were not fetched into this clone", hint=hint)


def read_release(repository: Repository, name: str, version: Version, locks: Mapping[str, Lockfile]) -> Release:
    """A release that everything vouches for. Raises StateError naming both digests when something disagrees."""
    check = check_tag(repository, find_tag(repository, name, version), locks)
    if check.release is None:
        text = "; ".join(fault.message for fault in check.faults)
        raise StateError(
            RELEASE_BROKEN, f"{name} {version} cannot be trusted: {text}", hint=f"promptctl verify {name}@{version}"
        )
    return check.release


def check_tag(repository: Repository, tag: ReleaseTag, locks: Mapping[str, Lockfile]) -> ReleaseCheck:
    """Compares what a tag names, claims and holds with what the locks know."""
    if tag.commit is None:
        return _broken(tag, f"the tag {tag_name(tag.name, tag.version)} names no commit")
    project = repository.at(tag.commit, tag_name(tag.name, tag.version))
    try:
        closure = project.closure(tag.name)
        content = digest(closure)
        own = read_lock(project).release_digest(tag.name, tag.version)
    except PromptctlError as error:
        return _broken(tag, f"its content cannot be read: {error}")
    known = {label: found for label, lock in locks.items() if (found := lock.release_digest(tag.name, tag.version))}
    faults = [*_claim_faults(repository, tag, content), *_lock_faults(known, content)]
    hotfix = not known and own == content and _on_release_branch(repository, tag.commit)
    if not known and not hotfix:
        message = f"no lock knows {tag.name} {tag.version} ({content})"
        faults.append(Fault("tag-foreign", message, actual=content))
    release = Release(
        name=tag.name, version=tag.version, digest=content, commit=tag.commit, project=project, closure=closure
    )
    return ReleaseCheck(tag=tag, release=None if faults else release, faults=tuple(faults), hotfix=hotfix)


def _broken(tag: ReleaseTag, message: str) -> ReleaseCheck:
    return ReleaseCheck(tag=tag, release=None, faults=(Fault("tag-moved", message),))


def _claim_faults(repository: Repository, tag: ReleaseTag, content: str) -> list[Fault]:
    claim = read_claim(repository.objects, tag)
    wanted = tag_name(tag.name, tag.version)
    if claim.inner_name is None:
        return [Fault("tag-moved", f"the tag {wanted} is not annotated")]
    if claim.inner_name != wanted:
        return [Fault("tag-moved", f"the tag object calls itself {claim.inner_name}, not {wanted}")]
    if claim.message is None:
        return [Fault("tag-moved", "the tag's message lacks its Digest and Path lines")]
    if claim.message.path != f"prompts/{tag.name}":
        return [Fault("tag-moved", f"the tag's message names {claim.message.path}")]
    if claim.message.digest != content:
        message = f"the tag says {claim.message.digest}, its content is {content}"
        return [Fault("tag-moved", message, claim.message.digest, content)]
    return []


def _lock_faults(known: Mapping[str, str], content: str) -> list[Fault]:
    return [
        Fault("tag-moved", f"{label} says {digest_text}, the tag's content is {content}", digest_text, content)
        for label, digest_text in known.items()
        if digest_text != content
    ]


def _on_release_branch(repository: Repository, commit: str) -> bool:
    """Whether a shared release branch has the commit; that is what vouches for a hotfix not yet copied."""
    patterns = repository.release_branches
    prefix = f"refs/remotes/{repository.remote}/" if repository.remote else "refs/heads/"
    refs = list_refs(repository.git, *(prefix + pattern for pattern in patterns))
    return any(ref.commit and is_ancestor(repository.git, commit, ref.commit) for ref in refs)
