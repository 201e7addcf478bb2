"""The row on assignment: which arm each of a million units is in, beside hashing their names and nothing else."""

from __future__ import annotations

import hashlib

from benchmarks.clock import race_calls
from benchmarks.row import Measured, Row
from promptctl.core.moves.pointer import Served
from promptctl.core.releases.version import Version
from promptctl.core.splits.assignment import assigner
from promptctl.core.splits.split import WHOLE, Arm, Split

_COUNT = 1_000_000


def _assign(rounds: int) -> Measured:
    served = Served(Version(1, 0, 0), "sha256:" + "0" * 64)
    ranges = {"stable": ((500, WHOLE),), "canary": ((0, 500),)}
    arms = tuple(Arm(name=name, served=served, ranges=own) for name, own in ranges.items())
    split = Split(kind="rollout", id="s", salt="4b9cce00c8f3d1a2", unit="user", state="running", arms=arms)
    units = [f"user-{number:08}" for number in range(_COUNT)]
    counts = [0, 0]

    def ours() -> None:
        assign = assigner(split)
        counts[:] = 0, 0
        for unit in units:
            counts[assign(unit)] += 1

    def bare() -> None:
        sha256 = hashlib.sha256
        for unit in units:
            sha256(unit.encode()).digest()

    times = race_calls({"ours": ours, "sha": bare}, rounds, 1)
    if not 0.045 < counts[1] / _COUNT < 0.055:
        raise RuntimeError(f"{counts[1]} of {_COUNT} units are in an arm of 5 %")
    # Neither side waits for anything: processor time is all there is, and steadier where others are busy.
    return Measured(ours=times["ours"].processor, reference=times["sha"].processor)


ROWS = (
    Row(
        key="assign",
        group="experiments",
        title="1,000,000 units, the arm of each",
        target="<= 3x a loop of bare SHA-256 over the same ids",
        limit=3.0,
        measure=_assign,
    ),
)
