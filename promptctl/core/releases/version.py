"""Versions: SemVer without build metadata, pre-releases only ``-rc.N``. Vectors in ``spec/version``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from promptctl.errors import UsageError

Change = Literal["none", "patch", "minor", "major"]
ORDER: tuple[Change, ...] = ("none", "patch", "minor", "major")
_NUMBER = r"(0|[1-9][0-9]{0,5})"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-rc\.(0|[1-9][0-9]{{0,3}}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Version:
    """One version; ``candidate`` is N of ``-rc.N``, None for a stable one. Compared by SemVer's precedence."""

    major: int
    minor: int
    patch: int
    candidate: int | None = None

    def __str__(self) -> str:
        stable = f"{self.major}.{self.minor}.{self.patch}"
        return stable if self.candidate is None else f"{stable}-rc.{self.candidate}"

    @property
    def stable(self) -> bool:
        return self.candidate is None

    @property
    def precedence(self) -> tuple[int, int, int, int, int]:
        """Sorts as SemVer 2.0.0 section 11 says: a release candidate comes before its release."""
        return (self.major, self.minor, self.patch, int(self.stable), self.candidate or 0)

    def __lt__(self, other: Version) -> bool:
        return self.precedence < other.precedence

    def __le__(self, other: Version) -> bool:
        return self.precedence <= other.precedence


FIRST = Version(1, 0, 0)


@lru_cache(maxsize=4096)
def parse_version(text: str) -> Version | None:
    """The version that ``text`` spells exactly, or None; there is one spelling of each version."""
    found = _VERSION.fullmatch(text)
    if not found:
        return None
    return Version(int(found[1]), int(found[2]), int(found[3]), None if found[4] is None else int(found[4]))


def version(text: str) -> Version:
    """The version that ``text`` spells. Raises UsageError for anything else."""
    found = parse_version(text)
    if found is None:
        raise UsageError("PC008", f"{text!r} is no version", hint="example: 1.2.0 or 1.3.0-rc.1")
    return found


def bump(base: Version | None, change: Change) -> Version:
    """The version after ``base`` for a change of this class; without a base the first is 1.0.0.

    A release candidate is followed by its own release when that is high enough.
    """
    if base is None:
        return FIRST
    if change == "none":
        return base
    if not base.stable and _covers(base, change):
        return Version(base.major, base.minor, base.patch)
    if change == "major":
        return Version(base.major + 1, 0, 0)
    if change == "minor":
        return Version(base.major, base.minor + 1, 0)
    return Version(base.major, base.minor, base.patch + 1)


def _covers(candidate: Version, change: Change) -> bool:
    """Whether dropping ``-rc.N`` already is a step of this class: 2.0.0-rc.1 covers major, 1.3.0-rc.1 minor."""
    step: Change = (
        "major" if (candidate.minor, candidate.patch) == (0, 0) else "minor" if candidate.patch == 0 else "patch"
    )
    return ORDER.index(step) >= ORDER.index(change)


def step_between(base: Version | None, new: Version) -> Change:
    """The class of the step from ``base`` to ``new``; used to see whether a version is high enough."""
    if base is None or new.major > base.major:
        return "major"
    if new.major == base.major and new.minor > base.minor:
        return "minor"
    if (new.major, new.minor) == (base.major, base.minor) and base < new:
        return "major" if not base.stable and _covers(base, "major") else "minor" if not base.stable else "patch"
    return "none"
