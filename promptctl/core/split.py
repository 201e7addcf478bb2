"""A split: several versions that share the traffic of one pointer, by ranges of ten-thousandths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from promptctl.core.document import Document
from promptctl.core.pointer import Served, parse_served

SHARES = "PC215"
WHOLE = 10_000
"""All traffic, in the unit that ranges are written in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One version of a split. ``ranges`` are half-open, in ten-thousandths of [0, 1); none for an arm at 0 %."""

    name: str
    served: Served
    ranges: tuple[tuple[int, int], ...]

    @property
    def percent(self) -> float:
        """The arm's share of the units."""
        return sum(end - start for start, end in self.ranges) * 100 / WHOLE

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, **self.served.to_dict(), "ranges": [list(pair) for pair in self.ranges]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """``kind`` is "rollout" or "experiment", ``state`` "running" or "paused"; ``salt`` decides who is in which arm.

    A paused split keeps its units where they are. ``rules`` are the keys that say how it goes on, as written.
    """

    kind: str
    id: str
    salt: str
    unit: str
    state: str
    arms: tuple[Arm, ...]
    rules: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As the pointer has it, keys in the order people read them."""
        head = {"kind": self.kind, "id": self.id, "salt": self.salt, "unit": self.unit, "state": self.state}
        return {**head, "arms": [arm.to_dict() for arm in self.arms], **self.rules}


_RULES = ("steps", "minimum", "health", "since")


def parse_split(document: Document, written: Mapping[str, Any]) -> Split:
    """The split that a checked document holds. Raises DocumentError where its arms do not share 100 % among them."""
    arms = tuple(
        Arm(
            name=arm["name"],
            served=parse_served(arm),
            ranges=tuple((start, end) for start, end in arm["ranges"]),
        )
        for arm in written["arms"]
    )
    if fault := shares_fault(arms):
        raise document.error(SHARES, fault, ("split", "arms"), "ranges cover [0, 10000) once; 100 is one per cent")
    return Split(
        kind=written["kind"],
        id=written["id"],
        salt=written["salt"],
        unit=written["unit"],
        state=written["state"],
        arms=arms,
        rules={key: written[key] for key in _RULES if key in written},
    )


def shares_fault(arms: Iterable[Arm]) -> str | None:
    """Why arms do not share all traffic, each unit in one of them; None where they do."""
    arms = tuple(arms)
    if len({arm.name for arm in arms}) < len(arms):
        return "two arms have the same name"
    ranges = sorted((start, end, arm.name) for arm in arms for start, end in arm.ranges)
    for start, end, name in ranges:
        if not 0 <= start < end <= WHOLE:
            return f"the range [{start}, {end}] of the arm {name} is none"
    if (total := sum(end - start for start, end, _ in ranges)) != WHOLE:
        return f"the shares of the arms sum to {total * 100 / WHOLE:g} %, not to 100 %"
    for (_, end, name), (start, _, other) in pairwise(ranges):
        if start < end:
            return f"the ranges of the arms {name} and {other} overlap at {start}"
    return None
