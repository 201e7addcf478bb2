"""Rows on release tags: one prompt's among 50,000, and a listing with 10,000."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.clock import Process, race, run_once
from benchmarks.references import gto, promptctl, tags_of_one, tags_with_targets
from benchmarks.repositories import FEW_TAGS, LISTED, MANY_TAGS, NOTHING_LOCAL, TEN, Generated
from benchmarks.row import Measured, Row

_COMMANDS = {"history": ("history", "NAME"), "at-version": ("hash", "NAME@1.2.0")}
_TIMES_GTO = 100.0
_TITLES = {"history": "`history NAME`", "at-version": "`hash NAME@1.2.0`"}


def _one_prompt(command: str, kind: Generated) -> Process:
    line = [word.replace("NAME", kind.subject) for word in _COMMANDS[command]]
    return Process(line=promptctl(*line), folder=kind.folder)


def _start(command: str) -> Process:
    """The same in a repository with ten prompts of three releases: what it costs before and around its look-ups."""
    return _one_prompt(command, TEN)


def _prefix(command: str) -> Callable[[int], Measured]:
    def measure(rounds: int) -> Measured:
        times = race(
            {
                "ours": _one_prompt(command, MANY_TAGS),
                "no-op": _start(command),
                "for-each-ref": tags_of_one(MANY_TAGS.folder, MANY_TAGS.subject),
            },
            rounds,
        )
        ours, nothing = times["ours"].wall, times["no-op"].wall
        details = {"whole": ours, "no-op": nothing}
        return Measured(ours=max(ours - nothing, 0.0), reference=times["for-each-ref"].wall, details=details)

    return measure


def _flat(command: str) -> Callable[[int], Measured]:
    def measure(rounds: int) -> Measured:
        times = race(
            {"many": _one_prompt(command, MANY_TAGS), "few": _one_prompt(command, FEW_TAGS)},
            rounds,
        )
        return Measured(ours=times["many"].wall, reference=times["few"].wall)

    return measure


def _listing(rounds: int) -> Measured:
    times = race(
        {
            "ours": Process(line=promptctl("list"), folder=LISTED.folder),
            "for-each-ref": tags_with_targets(LISTED.folder),
            "empty": Process(line=promptctl("list"), folder=NOTHING_LOCAL.folder),
        },
        rounds,
    )
    tags, empty = times["for-each-ref"].wall, times["empty"].wall
    details = {"for-each-ref": tags, "empty command": empty}
    return Measured(ours=times["ours"].wall, reference=tags + empty, details=details)


def _against_gto(rounds: int) -> Measured | str:
    program = gto()
    if program is None:
        return "gto is not here"
    ours = race({"ours": Process(line=promptctl("list"), folder=LISTED.folder)}, rounds)["ours"].wall
    if rounds < 5:
        return "left out of a quick run: gto takes minutes"
    theirs, _ = run_once(Process(line=[program, "show"], folder=LISTED.folder), longest=1.2 * _TIMES_GTO * ours / 1000)
    return Measured(ours=ours, reference=theirs, note="gto ran once, and was stopped where that was enough")


ROWS = (
    *(
        Row(
            key=f"{command}-many-tags",
            group="spine",
            title=f"{_TITLES[command]}, 50,000 tags",
            target="after start <= 3x for-each-ref of its prefix",
            limit=3.0,
            measure=_prefix(command),
        )
        for command in _COMMANDS
    ),
    *(
        Row(
            key=f"{command}-flat",
            group="spine",
            title=f"{_TITLES[command]}, 50,000 tags against 1,000",
            target="<= 1.5x",
            limit=1.5,
            measure=_flat(command),
        )
        for command in _COMMANDS
    ),
    Row(
        key="list-versions",
        group="spine",
        title="`list` with versions, 10,000 tags",
        target="<= 1.3x (for-each-ref with targets + the command with nothing to list)",
        limit=1.3,
        measure=_listing,
    ),
    Row(
        key="list-gto",
        group="spine",
        title="the same against `gto show`",
        target=">= 100x faster",
        limit=_TIMES_GTO,
        measure=_against_gto,
        rounds=5,
        at_least=True,
    ),
)
