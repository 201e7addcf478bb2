"""``python -m benchmarks.growth [--axes prompts,moves] [--quick]``: measures, prints and records how costs grow."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator

from benchmarks.growth import registries, runs
from benchmarks.growth.curve import Axis, Growth
from benchmarks.growth.record import save, table

AXES = (*registries.AXES, *runs.AXES)


def main() -> None:
    """A quick run takes fewer and smaller sizes, and records nothing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=main.__doc__)
    parser.add_argument("--axes", metavar="LIST", help=f"of {','.join(axis.key for axis in AXES)}; all without it")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller sizes, nothing recorded")
    wanted = parser.parse_args()
    for axis in AXES:
        if wanted.axes and axis.key not in wanted.axes.split(","):
            continue
        started = time.monotonic()
        found = list(_measured(axis, axis.quick if wanted.quick else axis.sizes))
        sys.stdout.write(f"\n{axis.title} ({time.monotonic() - started:.0f} s)\n\n{table(axis, found)}\n")
        sys.stdout.flush()
        if not wanted.quick:
            save(axis, found)


def _measured(axis: Axis, sizes: tuple[int, ...]) -> Iterator[Growth]:
    for curve in axis.curves:
        yield Growth(title=curve.title, start=curve.start(), points={size: curve.cost(size) for size in sizes})


if __name__ == "__main__":
    main()
