"""Rows on reports over ten million calls: against the SQL that one would write by hand, in the same engine."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.launcher import launched
from benchmarks.many_events import CALLS, USUAL
from benchmarks.references import promptctl
from benchmarks.row import Measured, Row

ENGINES = ("sqlite", "duckdb", "postgresql")
MOST_MIB = 500
TITLES = {"sqlite": "SQLite", "duckdb": "DuckDB over Parquet", "postgresql": "PostgreSQL"}
_LINES = {"costs": ("costs", "--by", "model"), "quality": ("quality", "--by", "version")}


@contextmanager
def _store(engine: str) -> Iterator[str]:
    if engine == "postgresql":
        with USUAL.postgresql() as url:
            yield url
    else:
        yield f"sqlite:{USUAL.sqlite()}" if engine == "sqlite" else str(USUAL.parquet())


def _measure(command: str, engine: str) -> Callable[[int], Measured]:
    def measure(rounds: int) -> Measured:
        times: dict[str, list[float]] = {}
        largest = 0.0
        with _store(engine) as store:
            ours = [*promptctl(*_LINES[command]), "--store", store, "--json", "--since"]
            by_hand = [sys.executable, "-m", "benchmarks.by_hand", command, engine, store]
            lines = {
                "ours": [*ours, "2000-01-01"],
                "by hand": [*by_hand, "946684800000000"],
                "ours, no calls": [*ours, "2100-01-01"],
                "by hand, no calls": [*by_hand, "4102444800000000"],
            }
            # The first round fills the system's caches.
            for number in range(rounds + 1):
                for name, line in lines.items():
                    milliseconds, mebibytes = run_measured(line)
                    if number:
                        times.setdefault(name, []).append(milliseconds)
                    largest = max(largest, mebibytes) if name == "ours" else largest
        middle = {name: sorted(found)[len(found) // 2] for name, found in times.items()}
        note = "" if largest <= MOST_MIB else f"more than {MOST_MIB} MiB"
        return Measured(
            ours=middle["ours"] - middle["ours, no calls"],
            reference=middle["by hand"] - middle["by hand, no calls"],
            details={"MiB": largest, **middle},
            note=note,
        )

    return measure


def run_measured(line: list[str]) -> tuple[float, float]:
    """Milliseconds and the most memory, in MiB, of one run."""
    root = Path(__file__).parent.parent
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": str(root)}
    with tempfile.TemporaryFile() as shown:
        run = launched(line, Path("/"), environment, shown.fileno())
        if run.code or not shown.tell():
            raise SystemExit(f"{line} failed")
    return 1000 * run.wall, run.memory


ROWS = tuple(
    Row(
        key=f"{command}-{engine}",
        group="reports",
        title=f"`{command}`, {CALLS:,} calls, {TITLES[engine]}",
        target="after start <= 1.3x the SQL written by hand, <= 500 MiB",
        limit=1.3,
        measure=_measure(command, engine),
        rounds=3,
    )
    for command in _LINES
    for engine in ENGINES
)
