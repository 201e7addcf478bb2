"""``python -m tests.hostile --count 10000 --seed 1 [--jobs 2] [--only PREFIX] [--skip N] [--few]``: the long run.

Takes every seed, then mutants of them until ``--count``, through the program; says what went wrong with which, and
how slow and large the worst were. Exits 1 when anything went wrong. ``--skip`` goes on where a run was broken off.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from pkgutil import walk_packages

import promptctl
from tests.hostile.commands import usual
from tests.hostile.examine import Report, examine
from tests.hostile.mutate import mutant
from tests.hostile.seed import Seed
from tests.hostile.seeds import all_seeds
from tests.hostile.sound import base_files


def main() -> int:
    """Runs, prints, and gives the exit code."""
    options = _options()
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="promptctl-hostile-"))
    os.environ |= {"PYTHONWARNINGS": "error", "HOME": str(folder)}
    for module in walk_packages(promptctl.__path__, "promptctl."):
        import_module(module.name)
    try:
        with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
            work = partial(examined, options.seed, folder, options.few)
            reports = []
            pieces = islice(wanted(options.count, options.only), options.skip, None)
            for report in pool.imap_unordered(work, pieces, chunksize=4):
                reports.append(report)
                for fault in report.faults:
                    print(f"{report.name}: {fault}", flush=True)
                if len(reports) % 500 == 0:
                    print(f"… {len(reports)} in {time.monotonic() - started:.0f} s", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(summary(reports, time.monotonic() - started))
    return int(any(report.faults for report in reports))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("--count", type=int, default=10_000, help="pieces of material in all")
    parser.add_argument("--seed", type=int, default=1, help="the mutants' seed")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--only", default="", help="only what is named so: a category, a seed, or mutants")
    parser.add_argument("--skip", type=int, default=0, help="leave out so many pieces at the beginning")
    parser.add_argument("--few", action="store_true", help="lint, render, hash, diff and load only, also for the seeds")
    return parser.parse_args()


def wanted(count: int, only: str) -> Iterator[str | int]:
    """Names of seeds, then numbers of mutants."""
    seeds = [seed.name for seed in all_seeds()][:count]
    yield from (name for name in seeds if name.startswith(only))
    if not only or only == "mutants":
        yield from range(count - len(seeds) if not only else count)


def examined(mutations: int, folder: Path, few: bool, which: str | int) -> Report:
    """What happens to one seed, by its name, or to one mutant, by its number."""
    found = _by_name()[which] if isinstance(which, str) else mutant(mutations, which)
    place = folder / f"{os.getpid()}"
    return examine(found, base_files(), usual(thorough=isinstance(which, str) and not few), place)


def _by_name() -> dict[str, Seed]:
    return {seed.name: seed for seed in all_seeds()}


def summary(reports: list[Report], seconds: float) -> str:
    """Counts, and the worst by time and memory."""
    wrong = [report for report in reports if report.faults]
    slow = sorted(reports, key=lambda report: -report.seconds)[:5]
    large = sorted(reports, key=lambda report: -report.memory)[:5]
    commands = sum(report.commands for report in reports)
    return "\n".join(
        [
            f"{len(reports)} pieces, {commands} commands, {seconds:.0f} s: {len(wrong)} with faults",
            *(f"  {report.seconds:6.2f} s    {report.name}: {report.slowest}" for report in slow),
            *(f"  {report.memory:6} MiB  {report.name}" for report in large),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
