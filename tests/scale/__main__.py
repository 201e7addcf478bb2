"""How fast a moved pointer reaches a fleet, what its source bears: ``python -m tests.scale --clients 100,1000,10000``.

Prints tables in Markdown; times are virtual. 1 when a client ever served something old, mixed or never published.
``--real 200`` polls with so many real clients over real HTTP, and the model with the same numbers beside them.
"""

from __future__ import annotations

import argparse
import sys

from tests.scale.figures import lines
from tests.scale.scenes import lived


def main() -> int:
    """Lives every fleet, before a CDN and before none."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument("--clients", default="100,1000,10000", metavar="N,N,…")
    parser.add_argument("--real", type=int, metavar="N", help="with N real clients for some seconds instead")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.real:
        from tests.scale.real import compared

        print("\n".join(compared(arguments.real)))
        return 0
    runs = [
        lived(int(count), cdn=cdn, seed=arguments.seed)
        for count in arguments.clients.split(",")
        for cdn in (False, True)
    ]
    print("\n".join(lines(runs)))
    wrong = [fault for it in runs for fault in it.seen.wrong]
    print("".join(f"WRONG {fault}\n" for fault in wrong[:20]), end="")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
