"""Where release tags disagree with their content, the locks, or the remote; shared by ``verify`` and ``drift``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from promptctl.adapters.bounded import alive
from promptctl.adapters.git.tags import ReleaseTag, mirror_prefix
from promptctl.adapters.repository import Repository, read_lock
from promptctl.core.moves.drift import Drift
from promptctl.core.releases import lockfile
from promptctl.core.releases.lockfile import Lockfile
from promptctl.core.releases.tag import parse_tag_ref, tag_name, tag_ref
from promptctl.workflows.release_tags import known_tags, require_tags
from promptctl.workflows.releases import Fault, Release, ReleaseCheck, check_tag, note_claims, witnesses


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
    there = {tag.ref: tag for tag in repository.tags.everything[1]}
    tags = [tag for tag in known_tags(repository) if names is None or tag.name in names]
    note_claims(repository, tags)
    findings: list[Drift] = []
    releases: list[Release] = []
    for tag in tags:
        alive()
        check = check_tag(repository, tag, locks)
        releases += [check.release] if check.release else []
        twin = there.get(tag.ref)
        other = check_tag(repository, twin, locks) if twin and twin.object_id != tag.object_id else None
        if check.faults:
            findings.append(_drift(repository, tag, _joined(check.faults), other))
        elif other:
            findings.append(_replaced(repository, tag, other))
        if check.hotfix and tag.name in lock.prompts:
            findings.append(_drift(repository, tag, Fault("hotfix", "a hotfix that the lock has not copied yet")))
    findings += _untagged(lock, shared, {tag.ref for tag in tags}, names)
    told = {tag_ref(it.prompt, it.version) for it in findings if it.version and it.level == "error"}
    findings += _rewritten(repository, told, names)
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


def _joined(faults: Sequence[Fault]) -> Fault:
    """Everything that is wrong with one tag as one finding, with the first two digests that disagree."""
    digests = next((fault for fault in faults if fault.expected and fault.actual), faults[0])
    message = "; ".join(dict.fromkeys(fault.message for fault in faults))
    return replace(faults[0], message=message, expected=digests.expected, actual=digests.actual)


def _replaced(repository: Repository, tag: ReleaseTag, there: ReleaseCheck) -> Drift:
    """A tag that holds here, and is another object on the remote as last fetched."""
    called, remote = tag_name(tag.name, tag.version), repository.remote
    message = f"the tag is {tag.object_id[:12]} here and {there.tag.object_id[:12]} on {remote}"
    repair = f"git fetch --force {remote} tag {called}"
    fault = Fault("tag-moved", message)
    if there.faults:
        fault = _joined((fault, *there.faults))
        mirror = mirror_prefix(remote or "") + called.removeprefix("prompts/")
        repair = f"git push --force {remote} refs/tags/{called} && git fetch {remote} '+refs/tags/{called}:{mirror}'"
    return replace(_drift(repository, tag, fault), repair=repair)


def _rewritten(repository: Repository, told: Collection[str], names: Collection[str] | None) -> Iterator[Drift]:
    """Tags that the remote lost or made anew since they were known, where nothing worse was ``told`` of them."""
    remote = repository.remote
    for it in repository.rewritten:
        place = parse_tag_ref(it.ref)
        if place is None or it.ref in told or (names is not None and place[0] not in names):
            continue
        name, version = place
        kind, what, repair = "tag-missing", f"{remote} has lost its tag {it.was[:12]}", "promptctl release"
        if it.now:
            kind, what = "tag-moved", f"its tag was {it.was[:12]} on {remote} and is {it.now[:12]} now"
            repair = f"git fetch --force {remote} tag {tag_name(name, version)}"
        yield Drift(kind=kind, prompt=name, version=version, message=f"{name} {version}: {what}", repair=repair)


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
