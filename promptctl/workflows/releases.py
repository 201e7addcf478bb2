"""Reads a release and checks everything that vouches for it: tag object, name, trailers, content, locks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from promptctl.adapters.bounded import alive
from promptctl.adapters.git.refs import Ref, list_refs
from promptctl.adapters.git.tags import ReleaseTag, TagClaim, read_claim, read_claims
from promptctl.adapters.project import UNKNOWN_PROMPT, Project
from promptctl.adapters.repository import Repository, read_lock, require_full_history
from promptctl.core.releases.lockfile import Lockfile
from promptctl.core.releases.tag import TagMessage, tag_name
from promptctl.core.releases.version import Version
from promptctl.errors import StateError, UsageError
from promptctl.workflows.release_tags import find_tag

if TYPE_CHECKING:
    from promptctl.core.prompts.closure import Closure

RELEASE_BROKEN = "PC097"
LOCK_HERE = "the lock here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release whose tag, content and witnesses agree."""

    name: str
    version: Version
    digest: str
    commit: str
    project: Project

    @property
    def reference(self) -> str:
        """NAME@VERSION."""
        return f"{self.name}@{self.version}"

    @property
    def written_in(self) -> frozenset[str]:
        """The files that say what it is, also by the names that the prompt had before: whoever wrote there wrote it."""
        own = f"prompts/{self.name}/"
        files = self.project.files_of(self.name)
        mine = [path.removeprefix(own) for path in files if path.startswith(own)]
        formerly = self.closure.prompt.formerly
        return frozenset(files) | {f"prompts/{old}/{path}" for old in formerly for path in mine}

    @property
    def closure(self) -> Closure:
        """The released prompt with all it includes."""
        return self.project.closure(self.name)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a release tag cannot be trusted. ``kind`` is one of drift's; digests are named where known.

    ``here``: only the lock in the work tree disagrees.
    """

    kind: str
    message: str
    expected: str | None = None
    actual: str | None = None
    here: bool = False


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
        found[LOCK_HERE] = read_lock(repository.work)
    return found


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
    """Compares what a tag names, claims and holds with what the locks know.

    Raises StateError with the fetch line where only missing history could tell whether a release branch has the commit.
    """
    known = {label: found for label, lock in locks.items() if (found := lock.release_digest(tag.name, tag.version))}
    if tag.commit is None:
        return _broken(tag, known, f"the tag {tag_name(tag.name, tag.version)} names no commit")
    project = repository.at(tag.commit, tag_name(tag.name, tag.version))
    try:
        content, own = _content(repository, tag, project)
    except UsageError as error:
        return _broken(tag, known, f"its content cannot be read: {error}")
    vouched = own == content and set(known.values()) != {content} and bool(release_refs(repository, tag.commit))
    unseen = not known and own == content and not vouched
    if unseen:
        require_full_history(repository, "what a release branch holds")
    faults = [*_claim_faults(repository, tag, content), *_lock_faults(known, content, vouched=vouched)]
    hotfix = vouched and not known
    if not known and not hotfix:
        message = f"no lock knows {tag.name} {tag.version} ({content})"
        if unseen and repository.remote:
            message += f" but that of its own commit, which no release branch has here: git fetch {repository.remote}"
        faults.append(Fault("tag-foreign", message, actual=content))
    release = Release(name=tag.name, version=tag.version, digest=content, commit=tag.commit, project=project)
    return ReleaseCheck(tag=tag, release=None if faults else release, faults=tuple(faults), hotfix=hotfix)


def _content(repository: Repository, tag: ReleaseTag, project: Project) -> tuple[str, str | None]:
    """The digest of the prompt at a tag's commit and the one that the lock there has, kept for the next command.

    Raises UsageError when they cannot be read, also where the prompt has another name there: that is no release of it.
    """
    key = f"{tag.commit} {tag.name} {tag.version}"
    known = repository.facts.get("releases", key)
    if isinstance(known, list) and len(known) == 2:
        return known[0], known[1]
    if not project.has(tag.name) and (today := project.former.get(tag.name)):
        raise UsageError(UNKNOWN_PROMPT, f"{tag.name} is called {today} there")
    found = project.digest(tag.name), read_lock(project).release_digest(tag.name, tag.version)
    repository.facts.put("releases", key, found)
    return found


def claim_of(repository: Repository, tag: ReleaseTag) -> TagClaim:
    """What a tag object says of itself, kept for the next command."""
    known = repository.facts.get("claims", tag.object_id)
    if isinstance(known, list) and len(known) == 3:
        inner, content, path = known
        return TagClaim(inner_name=inner, message=TagMessage(digest=content, path=path) if content else None)
    claim = read_claim(repository.objects, tag)
    _note_claim(repository, tag, claim)
    return claim


def note_claims(repository: Repository, tags: Sequence[ReleaseTag]) -> None:
    """Notes what many tag objects say of themselves, where that is not known, for those who ask of each."""
    unknown = [tag for tag in tags if repository.facts.get("claims", tag.object_id) is None]
    for tag, claim in read_claims(repository.objects, unknown):
        alive()
        _note_claim(repository, tag, claim)


def _note_claim(repository: Repository, tag: ReleaseTag, claim: TagClaim) -> None:
    message = [claim.message.digest, claim.message.path] if claim.message else [None, None]
    repository.facts.put("claims", tag.object_id, [claim.inner_name, *message])


def _broken(tag: ReleaseTag, known: Mapping[str, str], message: str) -> ReleaseCheck:
    expected = next(iter(known.values()), None)
    fault = Fault("tag-moved" if known else "tag-foreign", message, expected)
    return ReleaseCheck(tag=tag, release=None, faults=(fault,))


def _claim_faults(repository: Repository, tag: ReleaseTag, content: str) -> list[Fault]:
    claim = claim_of(repository, tag)
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


def _lock_faults(known: Mapping[str, str], content: str, *, vouched: bool) -> list[Fault]:
    """Locks that say otherwise; ``vouched``: the lock in the tag's own, shared commit does not."""
    wrong: dict[str, list[str]] = {}
    for label, found in known.items():
        if found != content:
            wrong.setdefault(found, []).append(label)
    here = list(wrong.values()) == [[LOCK_HERE]] and len(known) > 1
    kind = "lock-rewritten" if here or vouched else "tag-moved"
    return [
        Fault(kind, f"{_say(labels)} {found}, the tag's content is {content}", found, content, here)
        for found, labels in wrong.items()
    ]


def _say(labels: Sequence[str]) -> str:
    return f"{labels[0]} says" if len(labels) == 1 else f"{' and '.join(labels)} say"


def release_refs(repository: Repository, commit: str) -> tuple[Ref, ...]:
    """The shared release branches, as last fetched, that contain a commit."""
    prefix = f"refs/remotes/{repository.remote}/" if repository.remote else "refs/heads/"
    globs = [prefix + glob for glob in repository.release_branches]
    folders = [
        re.split(r"[*?\[]", glob)[0].rpartition("/")[0] if re.search(r"[*?\[]", glob) else glob for glob in globs
    ]
    refs = list_refs(repository.git, *folders, options=(f"--contains={commit}",))
    return tuple(ref for ref in refs if any(fnmatchcase(ref.name, glob) for glob in globs))
