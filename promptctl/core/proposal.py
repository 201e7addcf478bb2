"""The next version of a prompt: its base's version, raised by the class of its change, never one that is taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from promptctl.core.lockfile import LockEntry
from promptctl.core.version import FIRST, ORDER, Change, Version, bump, step_between
from promptctl.errors import StateError

NEVER_RELEASED = "never released"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptBase:
    """What a prompt is compared with: the entry of the base's lock, and the digest its files have there.

    ``hotfixes`` are releases that tags know and the base's lock does not. ``taken`` are versions that belong to others,
    with their digests where a lock knows them. ``tagged`` are versions that have a tag.
    """

    entry: LockEntry | None = None
    content: str | None = None
    hotfixes: Mapping[Version, str] = field(default_factory=dict)
    taken: Mapping[Version, str | None] = field(default_factory=dict)
    tagged: Collection[Version] = ()

    @property
    def crossed(self) -> bool:
        """Whether the base's entry describes files that the base does not hold, so that no commit can be tagged."""
        return self.entry is not None and self.content != self.entry.digest and self.entry.version not in self.tagged


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
    entry = base.entry
    version = _version(name, content, base, change, now, wish)
    releases = {**(entry.releases if entry else {}), **base.hotfixes, version: content}
    retired = _retired(now, releases) | {
        key: reason for key, reason in (entry.retired if entry else {}).items() if key in releases
    }
    if entry and base.crossed and entry.version in releases:
        retired.setdefault(entry.version, NEVER_RELEASED)
    return LockEntry(version=version, digest=content, parts=parts, releases=releases, retired=retired)


def _retired(now: LockEntry | None, releases: Mapping[Version, str]) -> dict[Version, str]:
    """What the entry in the file withdraws, as far as it means the same releases."""
    if now is None:
        return {}
    return {key: reason for key, reason in now.retired.items() if now.has(key, releases.get(key))}


def _version(name: str, content: str, base: PromptBase, change: Change, now: LockEntry | None, wish: Wish) -> Version:
    if base.entry and content == base.entry.digest and not base.crossed and wish.step is None:
        return base.entry.version
    start = base.entry.version if base.entry else None
    step: Change = wish.step or (change if change != "none" else "patch")
    if change == "major" and start and not wish.allow_breaking and ORDER.index(step) < ORDER.index("major"):
        message = f"{name} breaks its callers, which asks for a major version, not a {step} one"
        raise StateError("PC027", message, hint=f"promptctl lock {name} --bump major, or --allow-breaking")
    standing = now.version if now and now.digest == content and not wish.step and not wish.candidate else None
    if standing and base.taken.get(standing, content) == content and high_enough(start, standing, change):
        return standing
    return free_version(start, step, base.taken.keys(), candidate=wish.candidate)


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
    return _candidate(found, taken) if candidate else found


def _candidate(version: Version, taken: Collection[Version]) -> Version:
    number = 1
    while replace(version, candidate=number) in taken:
        number += 1
    return replace(version, candidate=number)
