"""``python -m tests.hostile_change [--only PREFIX] [--verbose] [--quick]``: every hostile change through the check."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from tests.home import at_home
from tests.hostile_change.check import check
from tests.hostile_change.corpus import heavy, named
from tests.hostile_change.scene import Scene, build_scene


def main() -> int:
    """Runs, prints, and gives the exit code: 1 when anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile_change")
    parser.add_argument("--only", default="", help="only changes whose category and name hold this")
    parser.add_argument("--verbose", action="store_true", help="print what the check said of each")
    parser.add_argument("--quick", action="store_true", help="without strace, and without what is large")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="hostile-change-"))
    (folder / "home").mkdir()
    wanted = at_home(folder / "home")
    for name in os.environ.keys() - wanted.keys():
        del os.environ[name]
    os.environ.update(wanted)
    try:
        with ExitStack() as running:
            return _all(build_scene(folder, running), options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _all(scene: Scene, options: argparse.Namespace) -> int:
    wrong = count = 0
    wanted = named().items() if options.quick else chain(named().items(), heavy())
    for name, change in wanted:
        if options.only not in name:
            continue
        seen, faults = check(scene, change, thorough=not options.quick)
        count, wrong = count + 1, wrong + bool(faults)
        print(f"{name}: {seen.code} {seen.started.seconds:.1f} s {seen.started.memory} MiB", flush=True)
        for fault in faults:
            print(f"  !! {fault}")
        if options.verbose:
            print(*(f"    {line}" for line in (seen.log + seen.summary).splitlines()), sep="\n")
    print(f"{count} changes, {wrong} with faults")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
