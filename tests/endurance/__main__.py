"""An application under churn for as long as it is told: ``python -m tests.endurance --minutes 60``.

Prints what the process holds every so many seconds, and at the end a verdict; 1 when something grew, was left open,
was answered wrongly or was raised where nobody could catch it. Much less than an hour is warm-up: the caches of SQLite
fill slowly, and are counted as growth until they are full. Linux only.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.home import at_home


def main() -> int:
    """Lives for so long."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=30.0, metavar="N", help="acts a second, of both processes")
    parser.add_argument("--every", type=float, default=30.0, metavar="SECONDS", help="between two samples")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trace", type=int, default=0, metavar="N", help="show the N lines that hold more and more")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="endurance-") as folder:
        environment = at_home(Path(folder))
        os.environ.clear()
        os.environ.update(environment)
        return _lived(arguments, Path(folder))


def _lived(arguments: argparse.Namespace, folder: Path) -> int:
    from tests.endurance.endure import endure
    from tests.endurance.verdict import grown, slopes

    options = {"seconds": arguments.minutes * 60, "every": arguments.every, "rate": arguments.rate}
    faults = []
    for found in endure(folder, seed=arguments.seed, trace=arguments.trace, tell=_tell, **options):
        print(f"{found.name}: {sum(found.done.values()):,} acts: {found.done}")
        print("  with 1,000 of them: " + ", ".join(f"{name} {by:+.3f}" for name, by in slopes(found.samples).items()))
        faults += [f"{found.name}: {fault}" for fault in [*found.wrong, *grown(found.samples)]]
    for fault in faults[:50]:
        print(f"WRONG {fault}")
    print(f"{len(faults)} faults")
    return 1 if faults else 0


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
