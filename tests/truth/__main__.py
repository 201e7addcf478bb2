"""Lives many random histories: ``python -m tests.truth --examples 2000 --steps 50 --seed 1``."""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path

import pytest

from tests.conftest import isolate
from tests.truth.hands import Hands
from tests.truth.histories import live
from tests.truth.machine import Truth


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.truth", description=__doc__)
    parser.add_argument("--examples", type=int, default=2000, help="histories")
    parser.add_argument("--steps", type=int, default=50, help="most steps of one")
    parser.add_argument("--seed", type=int, default=None, help="the same number lives the same histories")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(2**32) if given.seed is None else given.seed
    print(f"--examples {given.examples} --steps {given.steps} --seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patch:
        isolate(Path(home), patch)
        try:
            live(given.examples, given.steps, seed)
        finally:
            print(f"{Truth.histories} histories, {Truth.steps} steps; how commands ended:")
            for (verb, code), count in sorted(Hands.ended.items()):
                print(f"  {verb}: exit {code}: {count}")


if __name__ == "__main__":
    main()
