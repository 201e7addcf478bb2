"""What everything takes that is counted, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.instructions import registries
from tests.instructions.counting import Count, counted
from tests.instructions.registries import AXES, COMMANDS, FEW, MANY
from tests.instructions.runtime import asked, served, stored

CEILINGS = {
    "get(name)": 35,
    "get(name, unit)": 120,
    "get and render": 1_250,
    "record of an event": 62,
    "request, answered before": 2_350,
    "request, 304": 2_350,
    "event stored": 470,
    "case of an eval": 14_000,
    "prompt in status": 3_200,
    "prompt in list": 3_450,
    "tag in list": 85,
    "tag in history": 1_900,
    "move in history": 1_050,
}
"""The most instructions that one of each may take: a fifth more than it does with Python 3.11."""
MORE_IN = {("prompts", "status"), ("prompts", "list"), ("tags", "list"), ("tags", "history"), ("moves", "history")}
"""What each command has to look at; more of anything else costs it nothing."""


def once(folder: Path) -> Iterator[tuple[str, Count]]:
    """What applications and clients of a server wait for."""
    for name, work in asked(folder).items():
        yield name, counted(work)
    registries.registry(folder / "served")
    with served(folder / "served") as ask:
        path = "/api/v1/environments/prod/prompts/team-00%2Fprompt-00000"
        yield "request, answered before", counted(ask(path))
        yield "request, 304", counted(ask(path, (b"if-none-match", b"*")))


def grown(folder: Path) -> Iterator[tuple[tuple[str, str], Count, Count]]:
    """What commands take in the usual registry, and in one with three times as much of something."""
    usual = registries.registry(folder / "usual")
    before = {name: counted(partial(registries.command, usual, name)) for name in COMMANDS}
    for axis in AXES:
        large = registries.registry(folder / axis, axis)
        for name in COMMANDS:
            yield (axis, name), before[name], counted(partial(registries.command, large, name))


def each(few: Count, many: Count, more: int = MANY - FEW) -> Count:
    """What one more takes, by what many take, which are so many ``more`` than few."""
    return Count(
        instructions=round((many.instructions - few.instructions) / more), processes=many.processes - few.processes
    )


def one_more(folder: Path) -> Iterator[tuple[str, Count]]:
    """What one more event takes in a batch, and one more case in a run."""
    works: dict[str, Callable[[int], Callable[[], object]]] = {
        "event stored": partial(stored, folder),
        "case of an eval": lambda count: partial(registries.judged, registries.suite(folder / f"{count}", count)),
    }
    for name, work in works.items():
        few, many = (counted(work(count)) for count in (10, 30))
        yield name, each(few, many, 20)
