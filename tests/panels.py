"""Registries whose pages have something to show: rollouts that ended and one under way, an experiment, and calls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from promptctl.core.events.event import Event, Score
from tests import experiments, rollouts
from tests.cli.reporting import shop_calls, shop_scores
from tests.event_stores import write_sqlite
from tests.experiments import TONE, draft, recorded
from tests.shipping import NAME, done, line, run
from tests.support import GitRepository

STEPS = ("--steps", "10,25,50,100", *rollouts.QUICK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The repository, and what ``--store`` is given."""

    repository: GitRepository
    store: str


def quick(folder: Path) -> Scene:
    """In staging a rollout was aborted and an experiment was started; in prod a rollout began."""
    repository = line(folder, staged=("1.0.0", "1.1.0"))
    done(repository, "rollout", "start", f"{NAME}@1.2.0", "staging", *STEPS)
    done(repository, "rollout", "abort", NAME, "staging", "--reason", "enough")
    done(repository, "promote", f"{NAME}@1.0.0", "prod", "--reason", "the first")
    done(repository, "rollout", "start", f"{NAME}@1.1.0", "prod", *STEPS)
    draft(repository)
    done(repository, "experiment", "start", TONE)
    store = folder / "calls.sqlite3"
    _kept(store, *rollouts.calls(rollouts.split_of(repository, "prod"), 60, {}, environment="prod"))
    _used(repository, store, 40, 1)
    write_sqlite(store, shop_calls(), shop_scores())
    return Scene(repository=repository, store=f"sqlite:{store}")


def scene(folder: Path) -> Scene:
    """A whole story, which takes a while: in staging a rollout was rolled back, another one finished, and an experiment
    runs; in prod a rollout goes on."""
    repository = line(folder, staged=("1.0.0",))
    store = folder / "calls.sqlite3"
    done(repository, "promote", f"{NAME}@1.0.0", "prod", "--reason", "the first")
    _rolled(repository, store, "staging", rollouts.Behaviour(failing=0.2), times=1)
    _rolled(repository, store, "staging", rollouts.Behaviour(), times=3)
    _rolled(repository, store, "prod", rollouts.Behaviour(good=0.8), times=1)
    slow = {"canary": rollouts.Behaviour(latency=560.0, good=0.75), "stable": rollouts.Behaviour(good=0.77)}
    split = rollouts.split_of(repository, "prod")
    _kept(store, *rollouts.calls(split, 400, slow, environment="prod"))
    draft(repository)
    done(repository, "experiment", "start", TONE)
    for units, seed in ((260, 1), (520, 2)):
        _used(repository, store, units, seed)
        done(repository, "experiment", "advance", TONE, "--store", f"sqlite:{store}")
    _used(repository, store, 600, 3)
    write_sqlite(store, shop_calls(), shop_scores())
    return Scene(repository=repository, store=f"sqlite:{store}")


def _rolled(repository: GitRepository, store: Path, environment: str, canary: rollouts.Behaviour, times: int) -> None:
    """A rollout of 1.1.0, and so many decisions about it."""
    done(repository, "rollout", "start", f"{NAME}@1.1.0", environment, *STEPS, "--reason", "friendlier")
    for _ in range(times):
        split = rollouts.split_of(repository, environment)
        _kept(store, *rollouts.calls(split, 3000, {"canary": canary}, environment=environment))
        run(repository, "rollout", "advance", environment, "--store", f"sqlite:{store}")


def _kept(store: Path, calls: list[Event], scores: list[Score]) -> None:
    """Steps that begin in the same second have calls of the same names: these get others."""
    before = f"{uuid4()}-"
    named = [replace(call, id=before + call.id) for call in calls]
    write_sqlite(store, named, [replace(score, event=before + score.event) for score in scores])


def _used(repository: GitRepository, store: Path, units: int, seed: int) -> None:
    """Calls of so many more units of the experiment."""
    split, counting = experiments.split_of(repository), recorded(repository).counting
    assert split
    assert counting
    start = datetime.fromisoformat(counting.since).astimezone(UTC)
    arms = {"control": experiments.Behaviour(), "friendly": experiments.Behaviour(resolves=0.53, fails=0.004)}
    pairs = list(experiments.calls(split, units, arms, start, seed))
    write_sqlite(store, [event for event, _ in pairs], [score for _, score in pairs])
