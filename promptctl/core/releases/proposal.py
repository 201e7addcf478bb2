"""The next version of a prompt: its base's version, raised by the class of its change, never one that is taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from promptctl.core.releases.lockfile import LockEntry
from promptctl.core.releases.version import FIRST, ORDER, Change, Version, bump, step_between
from promptctl.errors import StateError

NEVER_RELEASED = "never released"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptBase:
    """What a prompt is compared with: the version and digest agreed on at the base, None for a new one.

    ``hotfixes`` are releases that tags know and the base's lock does not. ``taken`` are versions that belong to others,
    with their digests where a lock knows them. ``withdrawn`` are releases of the base that nothing can be tagged with:
    no commit holds their files, since two merges crossed, or the prompt was removed before they were tagged.
    """

    version: Version | None = None
    digest: str | None = None
    releases: Mapping[Version, str] = field(default_factory=dict)
    retired: Mapping[Version, str] = field(default_factory=dict)
    hotfixes: Mapping[Version, str] = field(default_factory=dict)
    taken: Mapping[Version, str | None] = field(default_factory=dict)
    withdrawn: Collection[Version] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the user asked for: a step, a release candidate, or leave to break."""

    step: Change | None = None
    candidate: bool = False
    allow_breaking: bool = False


def propose(
    name: str,
    content: str,
    parts: Mapping[str, str],
    base: PromptBase,
    change: Change,
    now: LockEntry | None,
    wish: Wish,
) -> LockEntry:
    """The lock entry for a prompt whose digest is ``content``; ``now`` is the entry that stands in the file.

    Raises StateError when the wished step is below a breaking change.
    """
    meant = now is not None and now.breaking and now.digest == content
    version = _version(name, content, base, change, now, replace(wish, allow_breaking=wish.allow_breaking or meant))
    releases = {**base.releases, **base.hotfixes, version: content}
    retired = _retired(now, releases) | {key: reason for key, reason in base.retired.items() if key in releases}
    retired = dict.fromkeys((key for key in base.withdrawn if key in releases), NEVER_RELEASED) | retired
    kept = meant and now is not None and now.version == version
    breaking = kept or (change == "major" and not high_enough(base.version, version, change))
    return LockEntry(
        version=version, digest=content, parts=parts, releases=releases, retired=retired, breaking=breaking
    )


def _retired(now: LockEntry | None, releases: Mapping[Version, str]) -> dict[Version, str]:
    """What the entry in the file withdraws, as far as it means the same releases."""
    if now is None:
        return {}
    return {key: reason for key, reason in now.retired.items() if now.has(key, releases.get(key))}


def _version(name: str, content: str, base: PromptBase, change: Change, now: LockEntry | None, wish: Wish) -> Version:
    start = base.version
    if start and content == base.digest and wish.step is None and start not in base.withdrawn:
        return start
    step: Change = wish.step or (change if change != "none" else "patch")
    if change == "major" and start and not wish.allow_breaking and ORDER.index(step) < ORDER.index("major"):
        message = f"{name} breaks its callers, which asks for a major version, not a {step} one"
        raise StateError("PC027", message, hint=f"promptctl lock {name} --bump major, or --allow-breaking")
    standing = now.version if now and now.digest == content and not (wish.step or wish.candidate) else None
    allowed: Change = "minor" if wish.allow_breaking and change == "major" else change
    if standing and _nobody_elses(base, standing, content) and high_enough(start, standing, allowed):
        return standing
    return free_version(start, step, base.taken.keys(), candidate=wish.candidate)


def _nobody_elses(base: PromptBase, version: Version, content: str) -> bool:
    return version not in base.withdrawn and base.taken.get(version, content) == content


def high_enough(base: Version | None, version: Version, change: Change) -> bool:
    """Whether a version may follow ``base``: a later one, and a major one for a breaking change."""
    if base is None:
        return True
    return base < version and (change != "major" or step_between(base, version) == "major")


def free_version(base: Version | None, step: Change, taken: Collection[Version], *, candidate: bool = False) -> Version:
    """The first version after ``base`` by this step that nobody has; a candidate is one of a version nobody has."""
    found = bump(base, step) if base else FIRST
    while found in taken:
        found = bump(found, step)
    if not candidate:
        return found
    number = 1 + ((base.candidate or 0) if base and replace(base, candidate=None) == found else 0)
    while replace(found, candidate=number) in taken:
        number += 1
    return replace(found, candidate=number)
