"""Rollouts of a released repository, and the calls that an application makes of both versions meanwhile."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.events.event import Event, Score
from promptctl.core.moves.moves import Move, Moves, parse_moves
from promptctl.core.moves.pointer import Pointer
from promptctl.core.splits.assignment import assigner
from promptctl.core.splits.rollout import CANARY, percent_of
from promptctl.core.splits.split import Split
from promptctl.core.timestamp import timestamp
from promptctl.core.ulid import ulid
from tests.event_stores import write_sqlite
from tests.shipping import NAME, moves_file, shown
from tests.splitting import move_split
from tests.support import GitRepository

QUICK = ("--minimum-minutes", "0", "--minimum-requests", "50")


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How a version's calls go: the share that fails, milliseconds, US dollars, the share that is good."""

    failing: float = 0.0
    latency: float = 500.0
    cost: float = 0.001
    good: float | None = None


def pointer(repository: GitRepository | Path, environment: str = "staging", name: str = NAME) -> Pointer:
    folder = repository if isinstance(repository, Path) else repository.folder
    found = read_state(Repository(folder)).live(environment, name)
    assert found
    return found


def moves_of(repository: GitRepository, environment: str = "staging", name: str = NAME) -> tuple[Move, ...]:
    """All moves as the remote was last seen, after checking that they and the pointer tell one story."""
    text = shown(repository, moves_file(environment, name))
    moves = parse_moves(text + "\n", "moves") if text else Moves()
    assert [move.serial for move in moves.entries] == list(range(1, len(moves.entries) + 1))
    live = read_state(Repository(repository.folder)).live(environment, name)
    assert (live.served if live else None) == (moves.stack()[-1] if moves.entries else None)
    assert live is None or live.serial == moves.serial
    assert (live.split.digest if live and live.split else None) == (moves.split["digest"] if moves.split else None)
    return moves.entries


def split_of(repository: GitRepository | Path, environment: str = "staging", name: str = NAME) -> Split:
    found = pointer(repository, environment, name).split
    assert found
    return found


def calls(
    split: Split, number: int, behaviour: Mapping[str, Behaviour], *, environment: str = "staging", name: str = NAME
) -> tuple[list[Event], list[Score]]:
    """``number`` calls of as many units since the present step began, each arm's share of them; repeatable."""
    chance, assign, names = random.Random(7), assigner(split), map("user-{}".format, count())
    began = int(datetime.fromisoformat(split.rules["since"]).timestamp() * 1_000_000)
    events, scores = [], []
    for place in range(number):
        canary = int((place + 1) * percent_of(split) / 100) > int(place * percent_of(split) / 100)
        unit = next(it for it in names if (split.arms[assign(it)].name == CANARY) == canary)
        arm = split.arms[assign(unit)]
        goes = behaviour.get(arm.name, Behaviour())
        event = Event(
            id=ulid((began + place) // 1000, place + hash(split.salt) % 1000 * 10**6),
            at=began + place % 1000,
            prompt=name,
            version=str(arm.served.version),
            digest=arm.served.digest,
            environment=environment,
            arm=arm.name,
            split=split.id,
            reason="split",
            unit=unit,
            status="failing" if chance.random() < goes.failing else "ok",
            latency_ms=goes.latency * chance.lognormvariate(0, 0.1),
            cost=int(goes.cost * chance.lognormvariate(0, 0.1) * 10**12),
        )
        events.append(event)
        if goes.good is not None:
            value = float(chance.random() < goes.good)
            scores.append(Score(event=event.id, name="resolved", at=began, value=value, source="feedback"))
    return events, scores


def store_of(
    path: Path, split: Split, number: int, *, environment: str = "staging", name: str = NAME, **behaviour: Behaviour
) -> str:
    """A store with such calls: what ``--store`` is given."""
    return write_sqlite(path, *calls(split, number, behaviour, environment=environment, name=name))


def backdated(repository: GitRepository, minutes: int) -> Split:
    """The rollout under way, its present step begun earlier: nobody has to wait."""
    split = split_of(repository)
    since = datetime.fromisoformat(split.rules["since"]) - timedelta(minutes=minutes)
    earlier = replace(split, rules={**split.rules, "since": timestamp(since)})
    move_split(Repository(repository.folder), earlier, action="resume")
    return earlier
