"""What the work is compared with: the lock and the prompts at the point where this branch left the default branch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from promptctl.adapters.git.refs import commit_of, merge_base
from promptctl.adapters.git.tags import ReleaseTag, release_tags
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository, read_lock, require_full_history
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.releases import lockfile
from promptctl.core.releases.lockfile import LockEntry, Lockfile, ordered
from promptctl.core.releases.proposal import PromptBase
from promptctl.core.releases.version import Version
from promptctl.errors import DocumentError, StateError, UsageError
from promptctl.workflows.brought import commits_that_brought, last_that_had, lock_at
from promptctl.workflows.release_tags import known_tags, require_tags
from promptctl.workflows.releases import check_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """``commit`` and ``project`` are None before the first commit; ``tip`` is the default branch's lock.

    ``tags`` are all known release tags by prompt, ``own`` the newest of each prompt that this branch made itself.
    """

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
        raise StateError("PC093", message, hint=f"git merge --allow-unrelated-histories {default}")
    return Base(
        commit=commit,
        project=repository.at(commit),
        lock=_last_lock(repository, commit),
        tip=_last_lock(repository, default),
        tags=TagsByName(repository),
        own=_own_tags(repository, commit) if head != commit else {},
    )


class TagsByName(Mapping[str, tuple[ReleaseTag, ...]]):
    """All known release tags by prompt, listed when the first is asked for."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    @cached_property
    def _found(self) -> Mapping[str, tuple[ReleaseTag, ...]]:
        found: dict[str, list[ReleaseTag]] = {}
        for tag in known_tags(self._repository):
            found.setdefault(tag.name, []).append(tag)
        return {name: tuple(tags) for name, tags in found.items()}

    def __getitem__(self, name: str) -> tuple[ReleaseTag, ...]:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _last_lock(repository: Repository, commit: str) -> Lockfile:
    """The lock at a commit or, where a broken one was committed, the last good one before: so that it can be repaired.

    Raises DocumentError when no commit has a good one.
    """
    try:
        return read_lock(repository.at(commit))
    except DocumentError as error:
        log = repository.git.text("log", "--first-parent", "--format=%H", commit, "--", lockfile.PATH)
        for earlier in log.split("\n"):
            try:
                return read_lock(repository.at(earlier))
            except DocumentError:
                continue
        raise error from None


def _own_tags(repository: Repository, base: str) -> dict[str, ReleaseTag]:
    """The newest release of each prompt made on this branch since the base; a hotfix branch has some."""
    newer = release_tags(repository.git, options=("--merged=HEAD", f"--no-merged={base}"))
    return {tag.name: tag for tag in newer if tag.commit and tag.name in lock_at(repository, tag.commit).prompts}


def base_of(
    repository: Repository, base: Base, name: str, former: tuple[str, ...]
) -> tuple[PromptBase, Closure | None]:
    """What one prompt is compared with, and its closure there; None when it is new.

    A prompt that was called otherwise at the base is found by its former names. Raises StateError with the fetch line
    where the answer depends on tags or history that are not in this clone.
    """
    project, commit = _where(repository, base, name, former)
    removed = project is not base.project and name not in base.own
    lock = base.lock if project is base.project or project is None else read_lock(project)
    called = next((known for known in (name, *former) if known in lock.prompts), name)
    entry = lock.prompts.get(called)
    version, closure = _agreed(repository, base, commit, called, entry) if entry and commit else (None, None)
    if project and (entry is None or called != name):
        require_tags(repository, name)
    releases = entry.releases if entry and called == name else {}
    tags, tip = base.tags.get(name, ()), base.tip.prompts.get(name)
    tagged = {tag.version for tag in tags}
    crossed = {entry.version} if entry and version != entry.version else set()
    found = PromptBase(
        version=version,
        digest=entry.releases.get(version) if entry and version else None,
        releases=releases,
        retired=entry.retired if entry else {},
        hotfixes=_hotfixes(repository, base, tags, releases),
        taken={**dict.fromkeys(tagged), **(tip.releases if tip else {}), **releases},
        withdrawn=crossed | (releases.keys() - tagged if removed else set()),
    )
    return found, closure


def _agreed(
    repository: Repository, base: Base, commit: str, name: str, entry: LockEntry
) -> tuple[Version | None, Closure | None]:
    """The entry's version and the files it describes, though other files may have been committed since without a lock.

    Where no commit has such files (two merges crossed), the newest earlier release that has.
    """
    closure = _closure(repository.at(commit), name)
    if closure and digest(closure) == entry.digest:
        return entry.version, closure
    earlier = [version for version in reversed(ordered(entry.releases)) if version != entry.version]
    for version in (entry.version, *earlier):
        wanted = entry.digest if version == entry.version else entry.releases[version]
        for there in _commits(repository, base, commit, name, version, wanted):
            closure = _closure(repository.at(there), name)
            if closure and digest(closure) == wanted:
                return version, closure
    return None, None


def _commits(
    repository: Repository, base: Base, commit: str, name: str, version: Version, wanted: str
) -> Iterator[str]:
    """Where a release may be found: at its tag, or at the commit that brought it into the lock."""
    yield from (tag.commit for tag in base.tags.get(name, ()) if tag.version == version and tag.commit)
    require_full_history(repository, f"what {name} {version} was")
    yield from commits_that_brought(repository, commit, {(name, version): wanted}).values()


def _where(repository: Repository, base: Base, name: str, former: tuple[str, ...]) -> tuple[Project | None, str | None]:
    """The state to compare with: this branch's own release, else the base.

    For a prompt that was removed and is there again, the last state that had it, so that it goes on counting.
    """
    own = base.own.get(name)
    if own and own.commit:
        return repository.at(own.commit), own.commit
    if base.commit is None or name not in base.tags or any(known in base.lock.prompts for known in (name, *former)):
        return base.project, base.commit
    last = last_that_had(repository, base.commit, name)
    if last is None:
        require_full_history(repository, f"when {name} was removed")
        return base.project, base.commit
    return repository.at(last), last


def _closure(project: Project | None, name: str) -> Closure | None:
    """The prompt as it was, or None when it was not there or could not be read."""
    if project is None or name not in project.names:
        return None
    try:
        return project.closure(name)
    except UsageError:
        return None


def _hotfixes(
    repository: Repository, base: Base, tags: tuple[ReleaseTag, ...], releases: Mapping[Version, str]
) -> dict[Version, str]:
    """Releases made on hotfix branches that no shared lock has copied yet."""
    unknown = [tag for tag in tags if tag.version not in releases]
    checks = (check_tag(repository, tag, {"the default branch's lock": base.tip}) for tag in unknown)
    return {check.tag.version: check.release.digest for check in checks if check.release and check.hotfix}
