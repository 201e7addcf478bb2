"""Rollouts and an experiment under load, decided by clones that race and are killed: ``python -m tests.under_load``.

Prints a line for each scene and what came of it; 1 when anything was otherwise than it has to be.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.home import at_home


def main() -> int:
    """Lives the scenes that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.under_load", description=__doc__)
    parser.add_argument("--scene", action="append", metavar="NAME", help="only this one (may be repeated)")
    parser.add_argument("--kills", type=float, default=0.3, metavar="SHARE", help="of the decisions are killed")
    parser.add_argument("--workers", type=int, default=4, metavar="N", help="of the application")
    parser.add_argument("--seed", type=int, default=0, help="which decisions are raced and killed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="under-load-") as folder:
        environment = at_home(Path(folder))
        os.environ.clear()
        os.environ.update(environment)
        return _lived(arguments, Path(folder))


def _lived(arguments: argparse.Namespace, folder: Path) -> int:
    from tests.under_load.life import live
    from tests.under_load.scenes import SCENES, wrong

    faults = 0
    for name in arguments.scene or SCENES:
        scene, begun, own = SCENES[name], time.monotonic(), folder / name
        own.mkdir()
        options = {"seed": arguments.seed, "kills": arguments.kills, "workers": arguments.workers}
        lived = live(own, scene.conducts, scene.start, scene.decide, plan=scene.plan, **options)
        people = ", ".join(f"{len(them):,} at {share:g} %" for share, them in sorted(lived.people.items()))
        print(f"{name}: {lived.served} is served after {time.monotonic() - begun:.0f} s")
        print(f"  moves      {', '.join(' '.join(map(str, move)) for move in lived.moves)}")
        print(f"  because    {lived.reason}")
        print(f"  decisions  {lived.decisions}: {lived.ended}")
        print(f"  calls      {lived.calls:,}, in the canary {people}; late {lived.late:.2f} s")
        for fault in wrong(scene, lived):
            faults += 1
            print(f"  WRONG      {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
