"""What the work is compared with: the lock and the prompts at the point where this branch left the default branch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from promptctl.adapters.git.refs import commit_of, merge_base
from promptctl.adapters.git.tags import ReleaseTag, mirrored_tags, release_tags
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository, read_lock, require_full_history
from promptctl.core.canonical import digest
from promptctl.core.closure import Closure
from promptctl.core.lockfile import LockEntry, Lockfile
from promptctl.core.proposal import PromptBase
from promptctl.core.version import Version
from promptctl.errors import PromptctlError, StateError
from promptctl.workflows.releases import check_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """``commit`` and ``project`` are None before the first commit; ``tip`` is the default branch's lock."""

    commit: str | None = None
    project: Project | None = None
    lock: Lockfile = field(default_factory=Lockfile)
    tip: Lockfile = field(default_factory=Lockfile)
    tags: Mapping[str, tuple[ReleaseTag, ...]] = field(default_factory=dict)
    own: Mapping[str, ReleaseTag] = field(default_factory=dict)


def read_base(repository: Repository) -> Base:
    """The base of the current branch. Raises StateError with the fetch line when it cannot be read."""
    head = commit_of(repository.git, "HEAD")
    default = repository.default_commit
    if head is None or default is None:
        return Base()
    merging = commit_of(repository.git, "MERGE_HEAD")
    commit = merge_base(repository.git, default, head, *([merging] if merging else []))
    if commit is None:
        require_full_history(repository, "the base of this branch")
        message = f"this branch and {repository.default_branch} have no common commit"
        raise StateError("PC032", message, hint=f"git merge {repository.default_branch}")
    project = repository.at(commit)
    tags = _tags(repository)
    return Base(
        commit=commit,
        project=project,
        lock=read_lock(project),
        tip=read_lock(repository.policy),
        tags=tags,
        own=_own_tags(repository, commit) if tags else {},
    )


def _tags(repository: Repository) -> dict[str, tuple[ReleaseTag, ...]]:
    """Every known release tag by prompt: those here, and those of the remote as last fetched."""
    tags = {tag.ref: tag for tag in release_tags(repository.git)}
    if repository.remote:
        tags = {tag.ref: tag for tag in mirrored_tags(repository.git, repository.remote)} | tags
    found: dict[str, tuple[ReleaseTag, ...]] = {}
    for tag in tags.values():
        found[tag.name] = (*found.get(tag.name, ()), tag)
    return found


def _own_tags(repository: Repository, base: str) -> dict[str, ReleaseTag]:
    """The newest release tag of each prompt on this branch since the base; a hotfix branch has some."""
    newer = release_tags(repository.git, options=("--merged=HEAD", f"--no-merged={base}"))
    return {tag.name: tag for tag in newer}


def base_of(
    repository: Repository, base: Base, name: str, former: tuple[str, ...]
) -> tuple[PromptBase, Closure | None]:
    """What one prompt is compared with, and its closure there; None when it is new.

    A prompt that was called otherwise at the base is found by its former names.
    """
    lock, project = base.lock, base.project
    own = base.own.get(name)
    if own and own.commit:
        project = repository.at(own.commit)
        lock = read_lock(project)
    called = next((known for known in (name, *former) if known in lock.prompts), name)
    closure = _closure(project, called)
    tags = base.tags.get(name, ())
    known = {tag.version for tag in tags}
    entry = _renamed(lock.prompts.get(called), renamed=called != name)
    others = set(entry.releases if entry else ()) | known
    tip = base.tip.prompts.get(name)
    return (
        PromptBase(
            entry=entry,
            content=digest(closure) if closure else None,
            hotfixes=_hotfixes(repository, base, tags, entry),
            taken=others | set(tip.releases if tip else ()),
            tagged=known,
        ),
        closure,
    )


def _renamed(entry: LockEntry | None, *, renamed: bool) -> LockEntry | None:
    """A prompt under a new name goes on counting from its old version, with releases of its own."""
    if entry is None or not renamed:
        return entry
    return LockEntry(version=entry.version, digest=entry.digest, parts=entry.parts, releases={})


def _closure(project: Project | None, name: str) -> Closure | None:
    """The prompt as it was, or None when it was not there or could not be read."""
    if project is None or name not in project.names:
        return None
    try:
        return project.closure(name)
    except PromptctlError:
        return None


def _hotfixes(
    repository: Repository, base: Base, tags: tuple[ReleaseTag, ...], entry: LockEntry | None
) -> dict[Version, str]:
    """Releases made on hotfix branches that no shared lock has copied yet."""
    unknown = [tag for tag in tags if entry is None or tag.version not in entry.releases]
    checks = (check_tag(repository, tag, {"the default branch's lock": base.tip}) for tag in unknown)
    return {check.tag.version: check.release.digest for check in checks if check.release and check.hotfix}
