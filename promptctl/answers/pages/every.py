"""All pages that lie in a folder when no server shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, pairwise

from promptctl.adapters.repository import Repository
from promptctl.answers.pages.costs import Asks, costs
from promptctl.answers.pages.diff import diff
from promptctl.answers.pages.drifting import drifting
from promptctl.answers.pages.events import Events, Found
from promptctl.answers.pages.experiment import experiment
from promptctl.answers.pages.matrix import matrix
from promptctl.answers.pages.prompt import prompt
from promptctl.answers.pages.rollout import rollout
from promptctl.answers.pages.splits import splits
from promptctl.reports.pages.made import Made


def every(repository: Repository, now: datetime, events: Events) -> Iterator[Made]:
    """All pages that a link leads to, each once. Raises what the pages raise."""
    asks = Asks(settings=repository.settings, using=lambda work: work(repository), events=events, now=now)
    told: set[str] = set()
    for page in chain(_of_prompts(repository, now), _of_splits(repository, now, events), [costs(asks)]):
        if page.path not in told:
            told.add(page.path)
            yield page


def _of_prompts(repository: Repository, now: datetime) -> Iterator[Made]:
    drift = drifting(repository, now)
    first = matrix(repository, drift)
    yield first
    for row in first.data["prompts"]:
        if row["files"] != "gone":
            page = prompt(repository, row["prompt"], drift)
            yield page
            yield from _changes(repository, page)


def _changes(repository: Repository, page: Made) -> Iterator[Made]:
    """Each version against the one before, where both are tagged."""
    rows = page.data["history"]["versions"]
    for new, old in pairwise(rows):
        if new["tagged"] and old["tagged"]:
            yield diff(repository, page.title, old["version"], new["version"])


def _of_splits(repository: Repository, now: datetime, events: Events) -> Iterator[Made]:
    """Experiments and rollouts, and what changed between their arms."""
    first = splits(repository, now)
    yield first

    def using(work: Callable[[Repository], Found]) -> Found:
        return work(repository)

    for row in first.data["experiments"]:
        page = experiment(using, row["experiment"], now, events)
        yield page
        if page.data["plan"]:
            yield from _between(repository, row["prompt"], page.data["plan"]["changes"])
    for row in first.data["rollouts"]:
        page = rollout(using, row["environment"], row["prompt"], row["serial"], now, events)
        yield page
        yield from _between(repository, row["prompt"], page.data["changes"])


def _between(repository: Repository, name: str, changes: Sequence[Mapping[str, str]]) -> Iterator[Made]:
    for it in changes:
        yield diff(repository, name, it["old"], it["new"])
