"""Rows on commands that look at every prompt: status, drift and ``lock --check`` with 10,000 of them."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.clock import Process, race
from benchmarks.processes import count_processes
from benchmarks.references import git_status, load_yaml, promptctl
from benchmarks.repositories import BOTH, NOTHING, TEN, TEN_THOUSAND, THOUSAND, Generated, edited, forget
from benchmarks.row import Measured, Row

_COMMANDS = {"status": ("status",), "drift": ("drift",), "lock-check": ("lock", "--check")}
_CODES = {"status": (0,), "drift": (1,), "lock-check": (1,)}
"""With one prompt edited and not locked."""


def _warm(command: str) -> Callable[[int], Measured]:
    def measure(rounds: int) -> Measured:
        with edited(TEN_THOUSAND) as folder:
            times = race(
                {
                    "ours": Process(line=promptctl(*_COMMANDS[command]), folder=folder, codes=_CODES[command]),
                    "no-op": Process(line=promptctl(*_COMMANDS[command]), folder=NOTHING.folder),
                    "git status": git_status(folder),
                },
                rounds,
            )
        return _after_start(times["ours"].wall, times["no-op"].wall, times["git status"].wall)

    return measure


def _cold(command: str) -> Callable[[int], Measured]:
    def measure(rounds: int) -> Measured:
        with edited(TEN_THOUSAND) as folder:
            times = race(
                {
                    "ours": Process(
                        line=promptctl(*_COMMANDS[command]),
                        folder=folder,
                        codes=_CODES[command],
                        before=lambda: forget(folder),
                    ),
                    "no-op": Process(line=promptctl(*_COMMANDS[command]), folder=NOTHING.folder),
                    "libyaml": load_yaml(folder),
                },
                rounds,
            )
        return _after_start(times["ours"].wall, times["no-op"].wall, times["libyaml"].wall)

    return measure


def _after_start(ours: float, nothing: float, reference: float) -> Measured:
    return Measured(ours=ours - nothing, reference=reference, details={"whole": ours, "no-op": nothing})


def _growth(command: str, small: Generated, large: Generated) -> Callable[[int], Measured]:
    """Not a target of its own: shows that cost is linear in prompts at most."""

    def measure(rounds: int) -> Measured:
        line = promptctl(*_COMMANDS[command])
        times = race(
            {
                "small": Process(line=line, folder=small.folder),
                "large": Process(line=line, folder=large.folder),
                "no-op": Process(line=line, folder=NOTHING.folder),
            },
            rounds,
        )
        nothing = times["no-op"].wall
        return Measured(ours=times["large"].wall - nothing, reference=times["small"].wall - nothing)

    return measure


def _processes(_rounds: int) -> Measured | str:
    kinds = {"ten": TEN, "thousand": THOUSAND, "both": BOTH}
    found = {}
    for name, kind in kinds.items():
        # The first run notes facts, as any command does; the second is counted.
        _, counted = (count_processes(promptctl("status"), kind.folder) for _ in range(2))
        if counted is None:
            return "strace is not here"
        found[name] = float(counted)
    details = {"ten prompts": found["ten"]}
    return Measured(
        ours=found["both"], reference=found["thousand"], details=details, note="processes, not milliseconds"
    )


ROWS = (
    *(
        Row(
            key=f"{command}-warm",
            group="spine",
            title=f"`{' '.join(_COMMANDS[command])}`, 10,000 prompts, one edited, warm",
            target="after start <= 2x git status, aim 1.5",
            limit=2.0,
            measure=_warm(command),
            rounds=5,
        )
        for command in _COMMANDS
    ),
    *(
        Row(
            key=f"{command}-cold",
            group="spine",
            title=f"`{' '.join(_COMMANDS[command])}`, the same, cold",
            target="after start <= 3x libyaml's loader on the same files",
            limit=3.0,
            measure=_cold(command),
            rounds=3,
        )
        for command in _COMMANDS
    ),
    Row(
        key="status-growth",
        group="spine",
        title="`status`, 10,000 prompts against 1,000",
        target="after start <= 12x: linear",
        limit=12.0,
        measure=_growth("status", THOUSAND, TEN_THOUSAND),
        rounds=5,
    ),
    Row(
        key="status-processes",
        group="spine",
        title="processes of `status`, 10,000 prompts and 50,000 tags against 1,000",
        target="as many",
        limit=1.0,
        measure=_processes,
        rounds=1,
    ),
)
