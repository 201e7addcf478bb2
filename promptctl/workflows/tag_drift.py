"""Where release tags disagree with their content, the locks, or the remote; shared by ``verify`` and ``drift``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from promptctl.adapters.git.tags import ReleaseTag, mirrored_tags, release_tags
from promptctl.adapters.repository import Repository, read_lock
from promptctl.core.drift import Drift
from promptctl.core.lockfile import Lockfile
from promptctl.core.tag import tag_name
from promptctl.workflows.releases import Fault, Release, check_tag, require_tags, witnesses


@dataclass(frozen=True, slots=True, kw_only=True)
class TagReport:
    """Releases that hold, and what was found about the others."""

    releases: tuple[Release, ...]
    findings: tuple[Drift, ...]


def tag_report(repository: Repository, names: Collection[str] | None = None) -> TagReport:
    """Checks every known release tag of some prompts, or of all.

    Raises StateError with the fetch line where tags are not in this clone.
    """
    lock = read_lock(repository.work)
    if any(entry.releases for name, entry in lock.prompts.items() if names is None or name in names):
        require_tags(repository)
    here = {tag.ref: tag for tag in release_tags(repository.git)}
    remote = repository.remote
    there = {tag.ref: tag for tag in mirrored_tags(repository.git, remote)} if remote else {}
    tags = [tag for tag in ({**there, **here}).values() if names is None or tag.name in names]
    locks = witnesses(repository)
    findings: list[Drift] = [*_replaced(here, there, names)]
    releases: list[Release] = []
    for tag in tags:
        check = check_tag(repository, tag, locks)
        releases += [check.release] if check.release else []
        findings += [_drift(tag, fault) for fault in check.faults]
        if check.hotfix:
            findings.append(_drift(tag, Fault("hotfix", "a hotfix that the lock has not copied yet")))
    findings += _untagged(lock, {tag.ref for tag in tags}, names)
    return TagReport(releases=tuple(releases), findings=tuple(findings))


_REPAIRS = {
    "hotfix": "promptctl lock",
    "tag-foreign": "git tag -d {tag}",
    "tag-moved": "git fetch origin '+refs/tags/{tag}:refs/tags/{tag}'",
}


def _drift(tag: ReleaseTag, fault: Fault) -> Drift:
    return Drift(
        kind=fault.kind,
        prompt=tag.name,
        version=tag.version,
        message=f"{tag.name} {tag.version}: {fault.message}",
        repair=_REPAIRS[fault.kind].format(tag=tag_name(tag.name, tag.version)),
        expected=fault.expected,
        actual=fault.actual,
    )


def _replaced(here: dict[str, ReleaseTag], there: dict[str, ReleaseTag], names: Collection[str] | None) -> list[Drift]:
    """Tags that are another object here than on the remote as last fetched."""
    return [
        _drift(
            tag,
            Fault("tag-moved", f"the tag is {tag.object_id[:12]} here and {there[ref].object_id[:12]} on the remote"),
        )
        for ref, tag in here.items()
        if ref in there and there[ref].object_id != tag.object_id and (names is None or tag.name in names)
    ]


def _untagged(lock: Lockfile, refs: Collection[str], names: Collection[str] | None) -> list[Drift]:
    found: list[Drift] = []
    for name, entry in lock.prompts.items():
        for version, digest in entry.releases.items():
            missing = f"refs/tags/{tag_name(name, version)}" not in refs and version not in entry.retired
            if not missing or (names is not None and name not in names):
                continue
            current = version == entry.version
            kind = "unreleased" if current else "tag-missing"
            message = f"{name} {version} is not tagged" + (
                " yet" if current else ", though the lock says it was released"
            )
            repair = "promptctl release"
            found.append(
                Drift(kind=kind, prompt=name, version=version, message=message, repair=repair, expected=digest)
            )
    return found
