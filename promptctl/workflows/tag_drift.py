"""Where release tags disagree with their content, the locks, or the remote; shared by ``verify`` and ``drift``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from promptctl.adapters.git.tags import ReleaseTag, mirrored_tags
from promptctl.adapters.repository import Repository, read_lock
from promptctl.core import lockfile
from promptctl.core.drift import Drift
from promptctl.core.lockfile import Lockfile
from promptctl.core.tag import tag_name, tag_ref
from promptctl.workflows.releases import (
    Fault,
    Release,
    ReleaseCheck,
    check_tag,
    known_tags,
    require_tags,
    witnesses,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagReport:
    """Releases that hold, and what was found about the others."""

    releases: tuple[Release, ...]
    findings: tuple[Drift, ...]


def tag_report(repository: Repository, names: Collection[str] | None = None) -> TagReport:
    """Checks every known release tag of some prompts, or of all.

    Raises StateError with the fetch line where tags are not in this clone.
    """
    for name in names or (None,):
        require_tags(repository, name)
    lock, shared, locks = read_lock(repository.work), read_lock(repository.policy), witnesses(repository)
    remote = repository.remote
    there = {tag.ref: tag for tag in mirrored_tags(repository.git, remote)} if remote else {}
    tags = [tag for tag in known_tags(repository) if names is None or tag.name in names]
    findings: list[Drift] = []
    releases: list[Release] = []
    for tag in tags:
        check = check_tag(repository, tag, locks)
        releases += [check.release] if check.release else []
        twin = there.get(tag.ref)
        other = check_tag(repository, twin, locks) if twin and twin.object_id != tag.object_id else None
        findings += [_drift(repository, tag, fault, other) for fault in check.faults]
        if other:
            findings.append(_replaced(repository, check, other))
        if check.hotfix and tag.name in lock.prompts:
            findings.append(_drift(repository, tag, Fault("hotfix", "a hotfix that the lock has not copied yet")))
    findings += _untagged(lock, shared, {tag.ref for tag in tags}, names)
    return TagReport(releases=tuple(releases), findings=tuple(findings))


def _drift(repository: Repository, tag: ReleaseTag, fault: Fault, other: ReleaseCheck | None = None) -> Drift:
    return Drift(
        kind=fault.kind,
        prompt=tag.name,
        version=tag.version,
        message=f"{tag.name} {tag.version}: {fault.message}",
        repair=_repair(repository, tag, fault, other),
        expected=fault.expected,
        actual=fault.actual,
    )


def _repair(repository: Repository, tag: ReleaseTag, fault: Fault, other: ReleaseCheck | None) -> str:
    """The command that repairs a tag; ``other`` is the remote's tag of that name, where it is another object."""
    if fault.kind in ("hotfix", "lock-rewritten"):
        rewritten = fault.kind == "lock-rewritten" and not fault.here
        return f"git log -S{fault.actual} -- {lockfile.PATH}" if rewritten else "promptctl lock"
    called, remote = tag_name(tag.name, tag.version), repository.remote
    if other and other.release and remote:
        good = other.tag.object_id
        return f"git push --force {remote} {good}:refs/tags/{called} && git fetch --force {remote} tag {called}"
    removed = f"git push {remote} --delete {called}; git tag -d {called}" if remote else f"git tag -d {called}"
    return removed if fault.kind == "tag-foreign" else f"{removed}; promptctl release"


def _replaced(repository: Repository, here: ReleaseCheck, there: ReleaseCheck) -> Drift:
    """A tag that is another object here than on the remote as last fetched."""
    tag, remote = here.tag, repository.remote
    called = tag_name(tag.name, tag.version)
    message = f"the tag is {tag.object_id[:12]} here and {there.tag.object_id[:12]} on {remote}"
    fault = next((fault for check in (here, there) for fault in check.faults), Fault("tag-moved", message))
    if here.release and not there.release:
        repair = f"git push --force {remote} refs/tags/{called}"
    elif here.release:
        repair = f"git fetch --force {remote} tag {called}"
    else:
        repair = _repair(repository, tag, Fault("tag-moved", message), there)
    return Drift(
        kind="tag-moved",
        prompt=tag.name,
        version=tag.version,
        message=f"{tag.name} {tag.version}: {message}",
        repair=repair,
        expected=fault.expected,
        actual=fault.actual,
    )


def _untagged(lock: Lockfile, shared: Lockfile, refs: Collection[str], names: Collection[str] | None) -> list[Drift]:
    """Releases of the lock without a tag: missing where the default branch has gone on since, else not made yet."""
    found: list[Drift] = []
    for name, entry in lock.prompts.items():
        agreed = shared.prompts.get(name)
        for version, digest in entry.releases.items():
            if tag_ref(name, version) in refs or version in entry.retired or (names is not None and name not in names):
                continue
            older = agreed is not None and version in agreed.releases and version not in (agreed.version, entry.version)
            message = f"{name} {version} is not tagged" + (", though the lock went on since" if older else " yet")
            found.append(
                Drift(
                    kind="tag-missing" if older else "unreleased",
                    prompt=name,
                    version=version,
                    message=message,
                    repair="promptctl release",
                    expected=digest,
                )
            )
    return found
