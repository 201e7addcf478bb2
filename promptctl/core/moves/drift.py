"""Disagreements between files, lock, tags and pointers; each kind has one level and one repairing command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.core.releases.lockfile import LockEntry, Lockfile
from promptctl.core.releases.version import Version, version

LEVELS = {
    "modified": "error",
    "unlocked": "error",
    "orphaned": "error",
    "unreadable": "error",
    "lock-broken": "error",
    "lock-rewritten": "error",
    "version-low": "error",
    "tag-moved": "error",
    "tag-foreign": "error",
    "tag-missing": "error",
    "pointer-dangling": "error",
    "pointer-digest": "error",
    "pointer-rewound": "error",
    "pointer-broken": "error",
    "live-differs": "error",
    "unsigned": "error",
    "unreleased": "notice",
    "hotfix": "notice",
    "retired-served": "notice",
    "evidence-stale": "notice",
    "unused": "notice",
    "split-stale": "notice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One disagreement. ``expected`` and ``actual`` are digests where two disagree; ``repair`` is a command."""

    kind: str
    prompt: str
    message: str
    repair: str
    version: Version | None = None
    environment: str | None = None
    expected: str | None = None
    actual: str | None = None

    @property
    def level(self) -> str:
        """ "error" or "notice"."""
        return LEVELS[self.kind]

    def to_dict(self) -> dict[str, str | None]:
        return {
            "kind": self.kind,
            "level": self.level,
            "prompt": self.prompt,
            "version": str(self.version) if self.version else None,
            "environment": self.environment,
            "message": self.message,
            "expected": self.expected,
            "actual": self.actual,
            "repair": self.repair,
        }


def drift_from(written: Mapping[str, Any]) -> Drift:
    """The disagreement that ``to_dict`` spells."""
    fields = {key: value for key, value in written.items() if key != "level"}
    return Drift(**fields | {"version": version(written["version"]) if written["version"] else None})


def lock_drift(
    lock: Lockfile, digests: Mapping[str, str], parts: Callable[[str], Mapping[str, str]]
) -> tuple[Drift, ...]:
    """Where files and lock disagree. ``digests`` are those of every prompt that could be read; ``parts`` is asked for
    those of a prompt that was changed."""
    found: list[Drift] = []
    for name in sorted(digests.keys() | lock.prompts.keys()):
        entry, content = lock.prompts.get(name), digests.get(name)
        if entry is None and content is not None:
            message = f"{name} has no lock entry"
            found.append(Drift(kind="unlocked", prompt=name, message=message, repair="promptctl lock", actual=content))
        elif entry is not None and content is None:
            message = f"the lock has {name} {entry.version}, but there is no such prompt"
            found.append(
                Drift(kind="orphaned", prompt=name, message=message, repair="promptctl lock", expected=entry.digest)
            )
        elif entry is not None and content is not None:
            found += _entry_drift(name, entry, content, parts)
    return tuple(found)


def _entry_drift(name: str, entry: LockEntry, content: str, parts: Callable[[str], Mapping[str, str]]) -> list[Drift]:
    if entry.digest != content:
        now = parts(name)
        changed = [part for part in sorted(now.keys() | entry.parts.keys()) if now.get(part) != entry.parts.get(part)]
        message = f"{name} is not what the lock has for {entry.version}: {', '.join(changed) or 'its form'} changed"
        drift = Drift(
            kind="modified",
            prompt=name,
            message=message,
            repair="promptctl lock",
            expected=entry.digest,
            actual=content,
        )
        return [drift]
    if entry.releases.get(entry.version) != entry.digest:
        message = f"the lock's releases of {name} do not have {entry.version} with its digest"
        witnessed = entry.releases.get(entry.version)
        drift = Drift(
            kind="lock-broken",
            prompt=name,
            message=message,
            repair="promptctl lock",
            expected=entry.digest,
            actual=witnessed,
        )
        return [drift]
    return []


def rewritten(base: Lockfile, lock: Lockfile) -> tuple[Drift, ...]:
    """Releases that the base's lock knows and this one lost or changed."""
    found: list[Drift] = []
    for name, entry in base.prompts.items():
        now = lock.prompts.get(name)
        for released, digest in entry.releases.items() if now else ():
            if now and now.releases.get(released) != digest:
                message = f"the lock lost or changed the release {name} {released}"
                actual = now.releases.get(released)
                found.append(
                    Drift(
                        kind="lock-rewritten",
                        prompt=name,
                        message=message,
                        repair="promptctl lock",
                        expected=digest,
                        actual=actual,
                    )
                )
    return tuple(found)
