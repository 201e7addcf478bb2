"""A split: several versions that share the traffic of one pointer, by ranges of ten-thousandths."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from promptctl.core.files.document import Document
from promptctl.core.files.schema import MALFORMED
from promptctl.core.moves.pointer import Served, parse_served
from promptctl.errors import UsageError

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

    A paused split keeps its units where they are. ``when`` says by attributes which units it is about; the others, and
    calls without a unit, get what the pointer serves. ``shadow`` is the percentage of units, those that stand below it,
    whose calls are made with the last arm's version too, unserved. ``rules`` are the keys that say how it goes on, as
    written.
    """

    kind: str
    id: str
    salt: str
    unit: str
    state: str
    arms: tuple[Arm, ...]
    when: str | None = None
    shadow: float = 0
    rules: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As the pointer has it, keys in the order people read them."""
        value: dict[str, Any] = {"kind": self.kind, "id": self.id, "salt": self.salt, "unit": self.unit}
        value |= {"when": self.when} if self.when else {}
        value |= {"state": self.state, "arms": [arm.to_dict() for arm in self.arms]}
        shadow = int(self.shadow) if self.shadow == int(self.shadow) else self.shadow
        return value | ({"shadow": shadow} if shadow else {}) | dict(self.rules)

    @property
    def digest(self) -> str:
        """Of all that the split says; the move that wrote it keeps it, so that no hand can change it unseen."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    @property
    def percents(self) -> dict[str, float]:
        """The share of each arm, by its name."""
        return {arm.name: arm.percent for arm in self.arms}


_RULES = ("steps", "minimum", "health", "began", "since")


def parse_split(document: Document, written: Mapping[str, Any]) -> Split:
    """The split that a checked document holds.

    Raises DocumentError where its arms do not share 100 % among them, ``when`` is no condition, or
    an experiment has a shadow.
    """
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
    _check_rules(document, written)
    return Split(
        kind=written["kind"],
        id=written["id"],
        salt=written["salt"],
        unit=written["unit"],
        state=written["state"],
        arms=arms,
        when=written.get("when"),
        shadow=written.get("shadow", 0),
        rules={key: written[key] for key in _RULES if key in written},
    )


def _check_rules(document: Document, written: Mapping[str, Any]) -> None:
    if "shadow" in written and written["kind"] != "rollout":
        message = "`split.shadow` is for rollouts: the arms of an experiment are all served"
        raise document.error(MALFORMED, message, ("split", "shadow"))
    if "when" in written:
        from promptctl.core.splits.targeting import condition

        try:
            condition(written["when"])
        except UsageError as error:
            raise document.error(error.code, str(error), ("split", "when"), error.hint) from None


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
