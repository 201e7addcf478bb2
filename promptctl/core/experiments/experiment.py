"""An experiment's file: the plan as people wrote it, then what promptctl recorded of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from promptctl.core.experiments.plan import Plan
from promptctl.core.files.document import Document

RECORD = ("state", "started", "counting", "looks", "result")
"""Keys that promptctl alone writes."""

HEAD = "# Written by promptctl from here on."


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look that was taken. ``units`` of all arms, ``fraction`` of the planned sample they are; ``z`` of the primary
    metric by treatment, None where nothing could be reckoned; ``boundary`` is what it had to cross."""

    at: str
    units: int
    fraction: float
    z: Mapping[str, float | None]
    boundary: float
    decision: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "at": self.at,
            "units": self.units,
            "fraction": self.fraction,
            "z": dict(self.z),
            "boundary": self.boundary,
            "decision": self.decision,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """Since when units count, how many are planned, and the digests of the plan that it was started with."""

    since: str
    sample: int
    plan: str
    counted: str

    def to_dict(self) -> dict[str, Any]:
        return {"since": self.since, "sample": self.sample, "plan": self.plan, "counted": self.counted}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How it ended: ``verdict`` is "ship", "do not ship" or "aborted", ``arm`` the one that is served since."""

    verdict: str
    arm: str
    because: str
    at: str
    by: str
    numbers: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        head = {"verdict": self.verdict, "arm": self.arm, "because": self.because, "at": self.at, "by": self.by}
        return {**head, "numbers": dict(self.numbers)} if self.numbers else head


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """``state`` is "draft", "running", "paused", "concluded" or "aborted"; a draft has no ``counting``."""

    plan: Plan
    document: Document
    state: str = "draft"
    started: str | None = None
    counting: Counting | None = None
    looks: tuple[Look, ...] = ()
    result: Result | None = None

    @property
    def name(self) -> str:
        return self.plan.name

    @property
    def split(self) -> bool:
        """Whether it shares an environment's traffic now."""
        return self.state in ("running", "paused")

    @property
    def edited(self) -> bool:
        """Whether the plan in the file is another one than the one it was started or resumed with."""
        return self.counting is not None and self.counting.plan != self.plan.digest

    def record(self) -> dict[str, Any]:
        """What promptctl writes below the plan, keys in the order people read them."""
        value: dict[str, Any] = {"state": self.state}
        value |= {"started": self.started} if self.started else {}
        value |= {"counting": self.counting.to_dict()} if self.counting else {}
        value |= {"looks": [look.to_dict() for look in self.looks]} if self.looks else {}
        return value | ({"result": self.result.to_dict()} if self.result else {})


def planned_text(document: Document) -> str:
    """The plan's text as people wrote it, comments and layout kept, without what promptctl recorded.

    Keys at the top reach to the next one; comments above a key go with the key before it.
    """
    starts = sorted(
        (document.marks[path].line, path[0]) for path in document.marks if len(path) == 1 and isinstance(path[0], str)
    )
    lines = document.text.split("\n")
    kept = lines[: starts[0][0] - 1] if starts else lines
    for index, (first, key) in enumerate(starts):
        last = starts[index + 1][0] - 1 if index + 1 < len(starts) else len(lines)
        if key not in RECORD:
            kept += lines[first - 1 : last]
    return "\n".join(line for line in kept if line != HEAD).rstrip("\n") + "\n"
