"""What a clone holds, as pure values: the model that says what status and drift must say speaks of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

FOLDER = "prompts/environments"
PLANS = "prompts/experiments"
Place = tuple[str, str]
"""Environment and prompt."""
Release = tuple[str, str]
"""Version and digest."""
Lock = Mapping[str, Mapping[str, Any]]
"""The lock's entries by prompt, as written."""


@dataclass(frozen=True, slots=True)
class Arm:
    """``ranges`` are in ten-thousandths of [0, 1)."""

    name: str
    served: Release
    ranges: tuple[tuple[int, int], ...]

    @property
    def percent(self) -> float:
        return sum(end - start for start, end in self.ranges) / 100


@dataclass(frozen=True, slots=True)
class Split:
    """A rollout or an experiment under way, the arm that was served before it first; ``digest`` is of all that is
    written of it."""

    kind: str
    id: str
    salt: str
    arms: tuple[Arm, ...]
    paused: bool
    digest: str

    @property
    def canary(self) -> Arm:
        return self.arms[-1]

    def arm_of(self, unit: str) -> str:
        """The arm of a unit, as the reference spells it."""
        bits = int.from_bytes(sha256(f"promptctl-assign/v1|{self.salt}|{unit}".encode()).digest()[:8]) >> 11
        place = bits / 2**53 * 10_000
        return next(arm.name for arm in self.arms if any(start <= place < end for start, end in arm.ranges))


@dataclass(frozen=True, slots=True)
class Experiment:
    """``plan`` is all that people wrote but words, ``arms`` names, versions and percents of it; ``edited``: it is not
    the plan that units are counted for; ``arm`` is the one that everybody has after its end."""

    state: str
    place: Place
    arms: tuple[tuple[str, str, float], ...]
    plan: str
    edited: bool
    arm: str | None


@dataclass(frozen=True, slots=True)
class Pointer:
    version: str
    digest: str
    serial: int
    lineage: str
    split: Split | None

    @property
    def served(self) -> Release:
        return self.version, self.digest


@dataclass(frozen=True, slots=True)
class Move:
    """``split`` is the digest of the split that it left under way."""

    serial: int
    kind: str
    served: Release | None
    split: str | None


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody agrees that an environment serves a release after the move ``follows``."""

    environment: str
    name: str
    release: Release
    follows: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """``claims`` is the digest in its message, ``holds`` its content's, ``own`` the one in its own commit's lock.

    ``landed``: main, or a branch of hotfixes, has its commit.
    """

    object_id: str
    calls_itself: str | None
    claims: str | None
    holds: str | None
    own: str | None
    landed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One commit of main. None stands for a lock, a pointer or moves that cannot be read; ``last`` is the last line of
    moves by itself, whatever stands before it."""

    lock: Lock | None
    prompts: Mapping[str, str | None]
    pointers: Mapping[Place, Pointer | None]
    moves: Mapping[Place, tuple[Move, ...] | None]
    last: Mapping[Place, Move | None]
    serials: Mapping[Place, int]
    frozen: frozenset[str]
    experiments: Mapping[str, Experiment | None]
    approvals: frozenset[Approval]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One clone: digests of its files by prompt (None: unreadable), its lock, plans and tags, main as last fetched,
    and the commands recorded here only; ``meets``: main moved the same files since.
    """

    work: Mapping[str, str | None]
    lock: Lock | None
    plans: Mapping[str, Experiment | None]
    shared: Shared
    tags: Mapping[tuple[str, str], Tag]
    mirror: Mapping[tuple[str, str], Tag]
    unsent: tuple[str, ...]
    meets: bool
    clean: bool

    @property
    def known(self) -> dict[tuple[str, str], Tag]:
        """The tags that count: those here, else the remote's as last fetched."""
        return {**self.mirror, **self.tags}

    def retired(self, name: str, version: str) -> bool:
        """Whether main's lock withdrew a release."""
        return version in ((self.shared.lock or {}).get(name) or {"retired": ()})["retired"]


def stack(moves: tuple[Move, ...]) -> list[Release | None]:
    """What a rollback can go back to, the live one last; None stands for "not served"."""
    found: list[Release | None] = []
    for move in moves:
        if move.kind == "split":
            continue
        if move.kind != "rollback":
            found.append(move.served)
        elif found and move.served == found[-1]:
            continue
        elif move.served in found[:-1]:
            del found[len(found) - 1 - found[:-1][::-1].index(move.served) :]
        else:
            found.append(move.served)
    return found
