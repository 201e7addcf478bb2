"""``drift --live``: what applications report to run, held against what pointers serve."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from datetime import datetime

from promptctl.adapters.state import State
from promptctl.adapters.warehouse.live import Seen
from promptctl.core.moves.drift import Drift
from promptctl.core.moves.moves import Moves
from promptctl.core.moves.pointer import Pointer
from promptctl.core.releases.version import parse_version
from promptctl.core.reporting.window import MINUTE, microseconds, moment_of
from promptctl.core.timestamp import timestamp

GRACE = 10 * MINUTE
"""How long after a move applications may still serve what was there before, in microseconds."""


def live_drift(state: State, seen: Iterable[Seen], since: int) -> list[Drift]:
    """Calls since ``since`` (microseconds) that were served what no pointer serves, and pointers without any call.

    Raises DocumentError or StateError for pointers and moves that cannot be read.
    """
    by_place: dict[tuple[str, str], list[Seen]] = {}
    for found in seen:
        by_place.setdefault((found.environment, found.prompt), []).append(found)
    served = {(where, name) for where, names in state.environments.items() for name in names}
    findings = [
        drift
        for (where, name), calls in sorted(by_place.items())
        for drift in _differing(state.pointer(where, name), state.moves(where, name), calls)
    ]
    return findings + [_idle(*place, since) for place in sorted(served - by_place.keys())]


def _differing(pointer: Pointer | None, moves: Moves, calls: Iterable[Seen]) -> Iterator[Drift]:
    live = {pointer.served.digest} if pointer else set()
    if pointer and pointer.split:
        live |= {arm.served.digest for arm in pointer.split.arms}
    for found in calls:
        if found.digest in live:
            continue
        replaced = _replaced(moves, found.digest)
        if replaced is not None and found.last <= replaced + GRACE:
            continue
        ended = f", replaced at {timestamp(moment_of(replaced))}" if replaced else ", which it never served"
        message = (
            f"{found.calls:,} calls until {timestamp(moment_of(found.last))} were answered by"
            f" {found.version or 'an unknown version'}{ended}"
        )
        written = f"promptctl bundle {shlex.quote(found.environment or 'ENV')} -o FILE"
        yield Drift(
            kind="live-differs",
            prompt=found.prompt,
            environment=found.environment,
            version=parse_version(found.version or ""),
            message=message,
            expected=pointer.served.digest if pointer else None,
            actual=found.digest,
            repair=f"{written}, or look why the application does not refresh",
        )


def _replaced(moves: Moves, digest: str | None) -> int | None:
    """When a digest was last replaced by another; None where it never was served."""
    ends = [
        after.at
        for before, after in zip(moves.entries, moves.entries[1:], strict=False)
        if before.served and before.served.digest == digest and after.served != before.served
    ]
    return microseconds(datetime.fromisoformat(ends[-1])) if ends else None


def _idle(environment: str, name: str, since: int) -> Drift:
    return Drift(
        kind="unused",
        prompt=name,
        environment=environment,
        message=f"{environment} serves {name}, and no call of it since {timestamp(moment_of(since))} is known",
        repair=f"promptctl remove {name} {environment}, if nothing needs it",
    )
