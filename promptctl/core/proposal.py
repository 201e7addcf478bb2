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

    ``hotfixes`` are releases that tags know and the base's lock does not. ``taken`` are versions that belong to others.
    """

    entry: LockEntry | None = None
    content: str | None = None
    hotfixes: Mapping[Version, str] = field(default_factory=dict)
    taken: Collection[Version] = ()
    tagged: Collection[Version] = ()


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
    releases = {**(entry.releases if entry else {}), **base.hotfixes}
    retired = {**(entry.retired if entry else {}), **(now.retired if now else {})}
    if entry and base.content != entry.digest and entry.version not in base.tagged and content != entry.digest:
        retired.setdefault(entry.version, NEVER_RELEASED)
        change = change if change != "none" else "patch"
    if entry and content == entry.digest and wish.step is None:
        version = entry.version
    else:
        version = _version(name, content, base, change, now, wish)
    return LockEntry(
        version=version,
        digest=content,
        parts=parts,
        releases={**releases, version: content},
        retired={key: reason for key, reason in retired.items() if key in releases or key == version},
    )


def _version(name: str, content: str, base: PromptBase, change: Change, now: LockEntry | None, wish: Wish) -> Version:
    start = base.entry.version if base.entry else None
    step: Change = wish.step or (change if change != "none" else "patch")
    if change == "major" and start and not wish.allow_breaking and ORDER.index(step) < ORDER.index("major"):
        message = f"{name} breaks its callers, which asks for a major version, not a {step} one"
        raise StateError("PC027", message, hint="promptctl lock --bump major, or --allow-breaking")
    standing = now.version if now and now.digest == content and not wish.step and not wish.candidate else None
    if standing and standing not in base.taken and high_enough(start, standing, change):
        return standing
    return free_version(start, step, base.taken, candidate=wish.candidate)


def high_enough(base: Version | None, version: Version, change: Change) -> bool:
    """Whether a version may follow ``base``: a later one, and a major one for a breaking change."""
    if base is None:
        return True
    return base < version and (change != "major" or step_between(base, version) == "major")


def free_version(base: Version | None, step: Change, taken: Collection[Version], *, candidate: bool = False) -> Version:
    """The first version after ``base`` by this step that nobody has."""
    found = bump(base, step) if base else FIRST
    while (taken_or_free := _candidate(found, taken) if candidate else found) in taken:
        found = bump(found, step)
    return taken_or_free


def _candidate(version: Version, taken: Collection[Version]) -> Version:
    number = 1
    while replace(version, candidate=number) in taken:
        number += 1
    return replace(version, candidate=number)
