"""Prints what is counted: ``python -m tests.instructions``."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.home import at_home
from tests.instructions.counting import Count
from tests.instructions.measuring import CEILINGS, MORE_IN, each, grown, once, one_more


def _show(name: str, count: Count) -> None:
    print(f"{name:<28} {count.instructions:>10,} of {CEILINGS[name]:>7,}  processes {count.processes:>2}", flush=True)


def main() -> None:
    """Counts everything once, in repositories of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(at_home(folder))
        for counts in (once(folder), one_more(folder)):
            for what, count in counts:
                _show(what, count)
        for (axis, command), few, many in grown(folder):
            if (axis, command) in MORE_IN:
                _show(f"{axis[:-1]} in {command}", each(few, many))
            else:
                more = many.instructions / few.instructions - 1
                print(f"{command:<8} with more {axis:<18} {more:+.2%}  processes {many.processes:>2}", flush=True)


if __name__ == "__main__":
    main()
