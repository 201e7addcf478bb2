"""Experiments for tests: a plan in the work tree, and the calls of its units in a store."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.events.event import Event, Score
from promptctl.core.experiments.experiment import Experiment
from promptctl.core.reporting.window import microseconds
from promptctl.core.splits.assignment import assigner
from promptctl.core.splits.split import Split
from tests.event_stores import write_sqlite
from tests.shipping import NAME, done, line
from tests.support import GitRepository, build_files

TONE = "tone"
PATH = f"prompts/experiments/{TONE}.yaml"
PLAN = f"""\
# What we hope for.
experiment: {TONE}
prompt: {NAME}
environment: staging
hypothesis: A friendlier tone resolves more tickets.
unit: user
arms:                            # the first is control
  - {{name: control, version: 1.1.0, percent: 50}}
  - {{name: friendly, version: 1.2.0, percent: 50}}
metrics:
  primary: {{metric: "quality:resolved", direction: increase}}
  guardrails:
    - {{metric: error_rate, direction: decrease, margin: 0.02}}   # two of a hundred
design:
  minimum_effect: 0.1
  baseline: 0.5
  sample: 1000
  minimum: {{units: 100, days: 0}}
"""


def draft(repository: GitRepository, *changes: tuple[str, str]) -> Path:
    """Writes the plan into the work tree, with some of its text replaced."""
    text = PLAN
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    build_files(repository.folder, {PATH: text})
    return repository.folder / PATH


def recorded(repository: GitRepository, name: str = TONE) -> Experiment:
    """The experiment on the state branch as last fetched."""
    found = read_state(Repository(repository.folder)).experiment(name)
    assert found
    return found


def split_of(repository: GitRepository, environment: str = "staging", name: str = NAME) -> Split | None:
    pointer = read_state(Repository(repository.folder)).live(environment, name)
    assert pointer
    return pointer.split


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How units of an arm fare: shares of calls that resolve and fail, and of units whose calls are kept at all."""

    resolves: float = 0.5
    fails: float = 0.0
    kept: float = 1.0


def calls(
    split: Split,
    units: int,
    behaviour: Mapping[str, Behaviour],
    start: datetime,
    seed: int = 1,
    each: int = 2,
    *,
    environment: str = "staging",
    name: str = NAME,
) -> Iterator[tuple[Event, Score]]:
    """Calls of units, ``each`` apiece, assigned as applications do.

    Who is in which arm is another matter for every salt, so nothing else is left to chance: as many units come as make
    the arms have just their shares, and shares of calls are kept as exactly as numbers of calls allow. All calls of a
    unit resolve, or none.
    """
    random, arm_of, at = Random(seed), assigner(split), microseconds(start)
    due = {arm.name: round(units * arm.percent / 100) for arm in split.arms}
    taken: Counter[tuple[str, str]] = Counter()

    def falls(arm: str, what: str, share: float) -> bool:
        taken[arm, what] += 1
        return math.floor(taken[arm, what] * share) > math.floor((taken[arm, what] - 1) * share)

    for number in count():
        if not any(due.values()):
            return
        arm = split.arms[arm_of(f"user-{number}")]
        if not due[arm.name]:
            continue
        due[arm.name] -= 1
        how = behaviour[arm.name]
        if not falls(arm.name, "kept", how.kept):
            continue
        resolved = float(falls(arm.name, "resolves", how.resolves))
        for index in range(each):
            call = f"{seed}-{number}-{index}"
            yield (
                Event(
                    id=call,
                    at=at + number,
                    prompt=name,
                    status="failing" if falls(arm.name, "fails", how.fails) else "ok",
                    version=str(arm.served.version),
                    digest=arm.served.digest,
                    environment=environment,
                    split=split.id,
                    arm=arm.name,
                    unit=f"user-{number}",
                    reason="split",
                    latency_ms=random.lognormvariate(6, 0.4),
                    cost=900_000_000,
                ),
                Score(event=call, name="resolved", at=at, value=resolved),
            )


def store_of(path: Path, found: Iterator[tuple[Event, Score]]) -> str:
    """A SQLite store with these calls and their scores."""
    pairs = list(found)
    return write_sqlite(path, [event for event, _ in pairs], [score for _, score in pairs])


def observed(repository: GitRepository, units: int, behaviour: Mapping[str, Behaviour], seed: int = 1) -> str:
    """A store that has the calls of so many units since the start."""
    split, counting = split_of(repository), recorded(repository).counting
    assert split
    assert counting
    start = datetime.fromisoformat(counting.since).astimezone(UTC)
    path = repository.folder.parent / f"events-{units}-{seed}.db"
    return f"sqlite:{path}" if path.exists() else store_of(path, calls(split, units, behaviour, start, seed))


def started(folder: Path, *changes: tuple[str, str]) -> Path:
    """A folder with a repository whose experiment runs, and its remote; for copies."""
    repository = line(folder, staged=("1.0.0", "1.1.0"))
    draft(repository, *changes)
    done(repository, "experiment", "start", TONE)
    return folder
