"""``python -m benchmarks [--rows spine,hook,status-warm,…] [--quick]``: measures, prints and records the budget."""

from __future__ import annotations

import argparse
import os
import sys
import time

from benchmarks import (
    assignment,
    calls,
    evals,
    experiments,
    hooks,
    recording,
    reports,
    runtime,
    server,
    ship,
    start,
    tags,
    whole,
)
from benchmarks.report import cells, heading, plain_line, record, save
from benchmarks.row import Row

ROWS: tuple[Row, ...] = (
    *start.ROWS,
    *hooks.ROWS,
    *tags.ROWS,
    *whole.ROWS,
    *calls.ROWS,
    *ship.ROWS,
    *evals.ROWS,
    *recording.ROWS,
    *runtime.ROWS,
    *reports.ROWS,
    *assignment.ROWS,
    *experiments.ROWS,
    *server.ROWS,
)


def main() -> int:
    """Exit code 1 when a measured row misses its target."""
    wanted = _parser().parse_args()
    if wanted.promptfoo:
        os.environ["PROMPTFOO"] = wanted.promptfoo
    chosen = [row for row in ROWS if not wanted.rows or {row.key, row.group} & set(wanted.rows.split(","))]
    if wanted.list:
        sys.stdout.writelines(f"{row.key:<20} {row.group:<6} {row.title}: {row.target}\n" for row in ROWS)
        return 0
    sys.stdout.write(heading() + "\n")
    measured = {}
    for row in chosen:
        rounds = min(row.rounds, 3) if wanted.quick else row.rounds
        started = time.monotonic()
        measured[row.key] = record(row, row.measure(rounds), rounds)
        sys.stdout.write(plain_line(cells(measured[row.key])) + "\n")
        sys.stdout.flush()
        measured[row.key]["seconds"] = round(time.monotonic() - started, 1)
    if not wanted.quick:
        save(measured, [row.key for row in ROWS])
    return 0 if all(found.get("met", True) for found in measured.values()) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures every budget of speed.")
    parser.add_argument("--rows", metavar="LIST", help="groups and keys, comma-separated; all without it")
    parser.add_argument("--quick", action="store_true", help="three rounds a row, nothing slow, nothing recorded")
    parser.add_argument("--list", action="store_true", help="only say which rows there are")
    parser.add_argument("--promptfoo", metavar="FOLDER", help="where promptfoo was installed with npm, for group eval")
    return parser


if __name__ == "__main__":
    sys.exit(main())
