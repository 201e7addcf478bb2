"""``python -m tests.hostile_change``: every hostile change through all that a team does with one.

``--how check,member,action,clone`` keeps to some of it: a stranger's check, a member's, the whole action, and the clone
of a maintainer who checks the branch out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from tests.github_api import github_api
from tests.home import at_home
from tests.hostile_change.change import Change
from tests.hostile_change.check import MOST_MEMORY, MOST_SECONDS, check
from tests.hostile_change.clone import look
from tests.hostile_change.corpus import heavy, named
from tests.hostile_change.jobs import act, member
from tests.hostile_change.scene import Scene, build_scene

HOW = ("check", "member", "action", "clone")
MEASURED = ("check", "clone")
"""What also meets what is large, with bounds."""


def main() -> int:
    """Runs, prints, and gives the exit code: 1 when anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile_change")
    parser.add_argument("--only", default="", help="only changes whose category and name hold this")
    parser.add_argument("--how", default=",".join(HOW), help="some of: %(default)s")
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
            return _all(build_scene(folder, running), running, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _all(scene: Scene, running: ExitStack, options: argparse.Namespace) -> int:
    api = running.enter_context(github_api())
    ways: dict[str, Callable[[Change], list[str]]] = {
        "check": lambda change: _checked(scene, change, options),
        "member": lambda change: member(scene, change),
        "action": lambda change: act(scene, change, api),
        "clone": lambda change: look(scene, change),
    }
    print(f"each check has {MOST_SECONDS:g} s of the processor and {MOST_MEMORY} MiB", flush=True)
    wrong = count = 0
    for name, change in named().items() if options.quick else chain(named().items(), heavy()):
        if options.only not in name:
            continue
        wished = options.how.split(",")
        for how in (how for how in wished if not change.heavy or how in MEASURED):
            faults = ways[how](change)
            count, wrong = count + 1, wrong + bool(faults)
            print(
                f"{how}: {name}: {len(faults) or 'no'} faults", *(f"  !! {it}" for it in faults), sep="\n", flush=True
            )
        for seen in scene.folder.glob("at-*"):
            shutil.rmtree(seen, ignore_errors=True)
    print(f"{count} runs, {wrong} with faults")
    return int(wrong > 0)


def _checked(scene: Scene, change: Change, options: argparse.Namespace) -> list[str]:
    seen, faults = check(scene, change, thorough=not options.quick)
    print(f"{seen.code} {seen.started.seconds:.1f} s {seen.started.memory} MiB", end=" ")
    if options.verbose:
        print(*(f"    {line}" for line in (seen.log + seen.summary).splitlines()), sep="\n")
    return faults


if __name__ == "__main__":
    sys.exit(main())
