"""Kills and full disks by the thousand: ``python -m tests.kills --syscalls 1000 --random 1000 --errors 200``.

Prints a table: how many runs, how many died, where they left the repository, what the next command had to do.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.home import at_home

HEADS = ("runs", "died", "before", "between", "after", "recovered", "named", "corrupt")


def main() -> int:
    """Runs what was asked for; 1 when anything was found wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--syscalls", type=int, default=0, metavar="N", help="kills at a system call")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="kills at a random moment")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="errors at a system call")
    parser.add_argument("--server", type=int, default=0, metavar="N", help="kills of the remote's side of a push")
    parser.add_argument("--error", default="ENOSPC", metavar="LIST", help="in turns: ENOSPC,EROFS,EACCES,EIO")
    parser.add_argument("--scene", action="append", metavar="NAME", help="only this command (may be repeated)")
    parser.add_argument("--fewest", type=int, default=12, metavar="N", help="runs that each command gets")
    parser.add_argument("--seed", type=int, default=0, help="which points and moments are drawn")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        environment = at_home(Path(folder))
        os.environ.clear()
        os.environ.update(environment)
        return _struck(arguments, Path(folder))


def _struck(arguments: argparse.Namespace, folder: Path) -> int:
    from tests.kills.loop import Loop
    from tests.kills.scenes import SCENES
    from tests.kills.strikes import NoTracing, require_strace

    if arguments.syscalls or arguments.errors:
        try:
            require_strace()
        except NoTracing as fault:
            print(fault, file=sys.stderr)
            return 2
    names = arguments.scene or list(SCENES)
    loop = Loop(folder, arguments.seed)
    wrong = 0
    for kind in ("syscalls", "random", "errors", "server"):
        count: int = getattr(arguments, kind)
        if not count:
            continue
        totals: Counter[str] = Counter()
        print(f"\n{kind} {arguments.error if kind == 'errors' else ''}\n{'':24}" + "".join(f"{it:>10}" for it in HEADS))
        chosen = [name for name in names if kind != "server" or SCENES[name].remote]
        for name, share in loop.shares(kind, chosen, count, arguments.fewest).items():
            started = time.monotonic()
            row = loop.rounds(kind, name, share, arguments.error.split(","))
            totals += row
            print(f"{name:24}" + "".join(f"{row[it]:>10}" for it in HEADS), f"  {time.monotonic() - started:.0f} s")
            sys.stdout.flush()
        print(f"{'all':24}" + "".join(f"{totals[it]:>10}" for it in HEADS), flush=True)
        wrong += totals["corrupt"]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
