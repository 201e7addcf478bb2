"""Lives a rollout or an experiment under load, with decisions that are raced and killed; looks at what came of it."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from promptctl.core.splits.assignment import assigner
from promptctl.core.splits.split import Split
from tests.runtime.serving import served
from tests.servers import model_server
from tests.under_load.crowd import Crowd
from tests.under_load.model import CANARY, Conduct, behaving
from tests.under_load.world import REFRESH, World

PAUSE = threading.Event()
MOST_DECISIONS = 200
CONTROLS = ("stable", "control")


@dataclass
class Lived:
    """What came of it: ``served`` and ``moves`` (kind, action and the canary's share of each) as the remote has them at
    the end, the last one's ``reason``, what ``drift`` finds; ``people`` are those in the canary at each share, ``late``
    the seconds after the last bundle's change for which somebody still got another version."""

    served: str = ""
    moves: list[tuple[str, str, float]] = field(default_factory=list)
    reason: str = ""
    drift: str = ""
    people: dict[float, frozenset[str]] = field(default_factory=dict)
    late: float = 0.0
    calls: int = 0
    decisions: int = 0
    ended: Mapping[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@contextmanager
def application(folder: Path, conducts: Mapping[str, Conduct], workers: int) -> Iterator[tuple[World, Crowd]]:
    """A registry that serves the stable version, the application, and people who use it."""
    with model_server() as server:
        server.always = behaving(conducts)
        world = World(folder, server.url)
        content = {version: conduct.content for version, conduct in conducts.items()}
        with (
            served(world.bundle, folder, world.environment, workers) as (port, _),
            world.polling(),
            Crowd(port, content).using() as crowd,
        ):
            after(crowd, 50)
            yield world, crowd


def after(crowd: Crowd, calls: int) -> None:
    """Waits until so many more people were answered."""
    until = crowd.total() + calls
    while crowd.total() < until and not crowd.faults:
        PAUSE.wait(0.02)


def live(
    folder: Path,
    conducts: Mapping[str, Conduct],
    start: tuple[str, ...],
    decide: tuple[str, ...],
    *,
    seed: int,
    kills: float,
    plan: str = "",
    workers: int = 4,
) -> Lived:
    """Starts a split and decides until it has ended; ``kills`` is the share of decisions that are killed."""
    chances, lived = random.Random(seed), Lived()
    with application(folder, conducts, workers) as (world, crowd):
        world.begin(start, plan)
        while (split := world.pointer().split) and lived.decisions < MOST_DECISIONS:
            lived.people[share(split)] = in_canary(split, crowd)
            after(crowd, 100)
            lived.decisions += world.decide(decide, chances, kills)
        settle(world, crowd, lived)
        _tell(world, crowd, lived)
    return lived


def settle(world: World, crowd: Crowd, lived: Lived) -> None:
    """Waits for the bundle of what is served now, and looks for how long anybody gets another version."""
    lived.served = str(world.pointer().served.version)
    world.poll()
    PAUSE.wait(2 * REFRESH)
    after(crowd, 300)
    changed = world.polled[-1]
    others = [it.asked - changed for it in crowd.since(changed) if it.version != lived.served]
    lived.late = max(others, default=0.0)


def _tell(world: World, crowd: Crowd, lived: Lived) -> None:
    moves = world.moves()
    for move in moves:
        change = move.split or {}
        canary = [float(percent) for arm, percent in change.get("percents", {}).items() if arm not in CONTROLS]
        lived.moves.append((move.kind, str(change.get("action", "")), sum(canary)))
    lived.reason, lived.drift = moves[-1].reason or "", world.drift()
    lived.calls, lived.ended, lived.faults = crowd.total(), dict(world.ended), crowd.faults


def share(split: Split) -> float:
    """The canary's, in per cent."""
    return sum(arm.percent for arm in split.arms if str(arm.served.version) == CANARY)


def in_canary(split: Split, crowd: Crowd) -> frozenset[str]:
    """Whom the split gives the canary."""
    people, arm = (f"user-{number}" for number in range(crowd.people)), assigner(split)
    return frozenset(it for it in people if str(split.arms[arm(it)].served.version) == CANARY)
