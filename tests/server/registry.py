"""A registry that has lived: releases, evidence, moves, and calls of applications, for what the server tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.core.events.event import Event, Score
from promptctl.server.shapes.asked import EXAMPLES
from promptctl.workflows.render import render
from tests.cli.reporting import shop_calls, shop_scores
from tests.evals import NAME, PROMPT, Registry, cases, registry
from tests.event_samples import NOON, event, score
from tests.event_stores import write_sqlite
from tests.experiments import PATH, PLAN

SUITE = cases("ok one", "ok two", "no three", gate={"pass_rate": {"min": 0.5}})
SINCE = "since=2025-11-01"
CALL, OTHER_CALL = EXAMPLES["call"], f"01K{901:023d}"
INPUTS = {"ticket": "Charged twice"}


@dataclass(frozen=True, kw_only=True)
class Lived:
    """The registry, and where its events are."""

    it: Registry
    store: str

    @property
    def folder(self) -> Path:
        return self.it.repository.folder


def _live(it: Registry) -> None:
    """Two releases with evidence, the second one promoted after the first, and an experiment that could start."""
    it.commit_evidence()
    it.release({"prompt.yaml": PROMPT.replace('template: "', 'template: "please ')})
    it.commit_evidence()
    for version in ("1.0.0", "1.1.0"):
        it.promoted(version, "staging")
    it.promoted("1.0.0", "prod")
    it.repository.commit({PATH: PLAN.replace("1.1.0", "1.0.0").replace("1.2.0", "1.1.0")}, "an experiment")
    it.repository.git("push", "-q")


@contextmanager
def lived(folder: Path) -> Iterator[Lived]:
    """The registry, in a copy of its own."""
    with registry(folder / "registry", SUITE, stage=_live) as it:
        yield Lived(it=it, store=write_sqlite(folder / "shop.sqlite3", [*shop_calls(), *_calls(it)], _scores()))


def _calls(it: Registry) -> list[Event]:
    """A call whose inputs were kept, and one without them."""
    shown = render(Repository(it.repository.folder), f"{NAME}@1.0.0", INPUTS)
    said: dict[str, Any] = {
        "version": "1.0.0",
        "digest": shown.resolved.digest,
        "prompt": NAME,
        "rendered": shown.digest,
    }
    kept = event(0, id=CALL, at=NOON, **said, inputs=INPUTS, output="OK: billing")
    return [kept, event(0, id=OTHER_CALL, at=NOON + 1, **said)]


def _scores() -> list[Score]:
    said = score(900, event=CALL, name="helpful", value=0.0, comment="wrong queue", correction="billing")
    return [*shop_scores(), said]
