"""``release``: tags every entry of the lock that has no tag yet, at the commit that brought it, and pushes the tags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from promptctl.adapters.git.checkout import finishing
from promptctl.adapters.git.failure import repair_of
from promptctl.adapters.git.identity import committer
from promptctl.adapters.git.journal import Entry, Journal
from promptctl.adapters.git.refs import commit_of, current_branch
from promptctl.adapters.git.remote import Update, fetch_shared, push
from promptctl.adapters.git.tags import (
    NewTag,
    ReleaseTag,
    create_tags,
    mirrored_tags,
    release_tags,
    sign_tags,
)
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository, read_lock, require_full_history
from promptctl.core.prompts.canonical import digest
from promptctl.core.releases.lockfile import Lockfile, ordered
from promptctl.core.releases.tag import tag_name, tag_ref
from promptctl.core.releases.version import Version
from promptctl.errors import DocumentError, OutsideError, StateError, UsageError
from promptctl.workflows.brought import commits_that_brought
from promptctl.workflows.file_drift import file_drift
from promptctl.workflows.recovery import recover
from promptctl.workflows.release_tags import known_tags
from promptctl.workflows.releases import claim_of, note_claims, release_refs

_AT_ONCE = 200
"""Tags in one push: each costs three arguments, and a command line is bounded."""
STALE, OFF_BRANCH, NOT_PUSHED = "PC024", "PC025", "PC026"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An entry that cannot be tagged, and why."""

    name: str
    version: Version
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseResult:
    """``made`` are new tags, ``pushed`` the tags the remote got; ``remote`` is None without one."""

    made: tuple[NewTag, ...]
    pushed: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    remote: str | None = None
    pending: tuple[str, ...] = field(default_factory=tuple)
    note: str | None = None


def release(repository: Repository, *, send: bool = True, signed: bool = False) -> ReleaseResult:
    """Releases everything the committed lock proposes, by signed tags where that is asked for.

    Raises StateError: lock stale, wrong branch, commit not on the remote, history missing, Git cannot sign. Raises
    OutsideError when the remote fails; tags made before stay and the next release sends them.
    """
    journal = Journal(repository.git)
    with journal.writing("release"):
        found = recover(repository, journal)
        with journal.noted(Entry(operation="release", refs=_refs(repository), remote=repository.remote)):
            released = _release(repository, send=send, signed=signed)
            return replace(released, note="; ".join(filter(None, (found, released.note))) or None)


def _refs(repository: Repository) -> tuple[str, ...]:
    """The refs that releasing may move: the tags of the lock, and the shared branch as last fetched."""
    head = commit_of(repository.git, "HEAD")
    try:
        lock = read_lock(repository.at(head, "HEAD")) if head else Lockfile()
        entries = tuple(tag_ref(name, version) for name, version in _entries(lock))
    except DocumentError:
        entries = ()
    remote = repository.remote
    return (*entries, *([f"refs/remotes/{remote}/{repository.default_branch}"] if remote else []))


def _release(repository: Repository, *, send: bool, signed: bool) -> ReleaseResult:
    git, remote = repository.git, repository.remote
    head = commit_of(git, "HEAD")
    if head is None:
        raise StateError(STALE, "nothing is committed yet", hint="git add -A && git commit")
    require_full_history(repository, "release")
    project = repository.at(head, "HEAD")
    lock = _holding_lock(project)
    if remote:
        repository.fetch_default(*filter(None, [current_branch(git)]))
    _require_release_branch(repository, head)
    known = {tag.ref for tag in known_tags(repository)}
    there = {tag.ref: tag for tag in mirrored_tags(git, remote)} if remote else {}
    wanted = [(name, version) for name, version in _entries(lock) if tag_ref(name, version) not in known]
    note = _require_same(repository, lock)
    made, skipped = _tag(repository, head, lock, wanted, signed=signed)
    pending = _pending(repository, lock, there)
    pushed = _send(repository, pending) if remote and send else ()
    return ReleaseResult(
        made=made,
        pushed=pushed,
        skipped=skipped,
        remote=remote,
        pending=() if pushed or not remote else tuple(tag.ref.removeprefix("refs/tags/") for tag in pending),
        note=note,
    )


def _holding_lock(project: Project) -> Lockfile:
    """The lock of HEAD, if it describes the prompts of HEAD. Raises StateError otherwise."""
    lock = read_lock(project)
    digests, errors = project.digests()
    findings = file_drift(project, digests)
    if errors or findings:
        first = str(errors[0]) if errors else findings[0].message
        raise StateError(STALE, f"the committed lock does not hold: {first}", hint="promptctl lock, then commit it")
    return lock


def _require_release_branch(repository: Repository, head: str) -> None:
    """Raises StateError off the release branches, and for commits the remote's branch does not have."""
    branch, remote, globs = current_branch(repository.git), repository.remote, repository.release_branches
    if branch is not None and not any(fnmatchcase(branch, glob) for glob in globs):
        raise StateError(
            OFF_BRANCH,
            f"`{branch}` is no release branch ({', '.join(globs)})",
            hint=f"git switch {repository.default_branch}",
        )
    if remote is None:
        if branch is None:
            raise StateError(OFF_BRANCH, "HEAD is detached", hint=f"git switch {repository.default_branch}")
        return
    holding = {ref.name.removeprefix(f"refs/remotes/{remote}/") for ref in release_refs(repository, head)}
    if not (branch in holding if branch else holding):
        target = branch or repository.default_branch
        raise StateError(
            NOT_PUSHED, f"{remote} does not have this commit on {target}", hint=f"git push {remote} {target}"
        )


def _require_same(repository: Repository, lock: Lockfile) -> str | None:
    """Raises StateError naming both digests when the tag of a current entry is another release than the lock's; the
    first of the earlier ones of which that is true is told."""
    agreed = [(tag, lock.release_digest(tag.name, tag.version)) for tag in known_tags(repository)]
    note_claims(repository, [tag for tag, known in agreed if known])
    told: list[str] = []
    for tag, known in agreed:
        message = claim_of(repository, tag).message if known else None
        if known is None or (message and message.digest == known):
            continue
        text = f"the tag says {message.digest if message else 'nothing'}, the lock {known}"
        look = f"promptctl verify {tag.name}@{tag.version}"
        if tag.version == lock.prompts[tag.name].version:
            raise StateError("PC097", f"{tag.name} {tag.version} is tagged already: {text}", hint=look)
        told.append(f"warning: {tag.name} {tag.version}: {text}; look: {look}")
    more = f" ({len(told) - 1} more: promptctl verify)" if len(told) > 1 else ""
    return told[0] + more if told else None


def _entries(lock: Lockfile) -> Iterator[tuple[str, Version]]:
    """Every release that may be tagged."""
    for name in sorted(lock.prompts):
        entry = lock.prompts[name]
        yield from ((name, version) for version in ordered(entry.releases) if version not in entry.retired)


def _tag(
    repository: Repository, head: str, lock: Lockfile, wanted: list[tuple[str, Version]], *, signed: bool
) -> tuple[tuple[NewTag, ...], tuple[Skipped, ...]]:
    made: list[NewTag] = []
    skipped: list[Skipped] = []
    digests = {(name, version): lock.prompts[name].releases[version] for name, version in wanted}
    commits = commits_that_brought(repository, head, digests)
    for (name, version), digest_text in digests.items():
        commit = commits.get((name, version))
        reason = _fault(repository, name, version, commit, digest_text)
        if reason or commit is None:
            skipped.append(Skipped(name=name, version=version, reason=reason or "no commit brought it"))
            continue
        made.append(NewTag(name=name, version=version, commit=commit, digest=digest_text))
    if made:
        tagger = committer(repository.git).stamped
        if signed:
            sign_tags(repository.git, made)
        else:
            create_tags(repository.git, made, tagger)
        repository.landed = "the tags are made"
    return tuple(made), tuple(skipped)


def _fault(repository: Repository, name: str, version: Version, commit: str | None, digest_text: str) -> str | None:
    """Why an entry cannot be tagged at a commit, or None."""
    if commit is None:
        return "no commit brought it"
    try:
        content = digest(repository.at(commit).closure(name))
    except UsageError as error:
        return f"{commit[:7]} brought it, but the prompt cannot be read there: {error}"
    if content != digest_text:
        return f"{commit[:7]} brought it with another digest ({content}); promptctl retire {name}@{version} --reason …"
    return None


def _pending(repository: Repository, lock: Lockfile, there: dict[str, ReleaseTag]) -> list[ReleaseTag]:
    """Tags of this lock's releases that are here and not on the remote."""
    wanted = {tag_ref(name, version) for name, version in _entries(lock)}
    return [tag for tag in release_tags(repository.git) if tag.ref in wanted and tag.ref not in there]


def _send(repository: Repository, pending: list[ReleaseTag]) -> tuple[str, ...]:
    """Pushes tags. Raises StateError when one exists there already, OutsideError when the push failed."""
    remote = repository.remote
    if not pending or remote is None:
        return ()
    for start in range(0, len(pending), _AT_ONCE):
        updates = [Update(ref=tag.ref, new=tag.object_id, old=None) for tag in pending[start : start + _AT_ONCE]]
        done = push(repository.git, remote, updates)
        if done.outcome == "raced":
            hint = f"git fetch --force {remote} 'refs/tags/prompts/*:refs/tags/prompts/*' && promptctl release"
            raise StateError("PC029", f"{remote} got one of these tags meanwhile: {done.said}", hint=hint)
        if done.outcome != "done":
            unknown = done.outcome == "unknown"
            where = f"; nobody can tell whether {remote} has them" if unknown else f" but not on {remote}"
            hint = "; ".join(part for part in (repair_of(done.said), "promptctl release, again") if part)
            message = f"the tags are made here{where}: {done.said}"
            raise OutsideError("PC114" if unknown else "PC113", message, hint=hint)
    repository.landed = f"{remote} has the tags"
    with finishing(repository.landed):
        fetch_shared(repository.git, remote, [], None)
    return tuple(tag_name(tag.name, tag.version) for tag in pending)
