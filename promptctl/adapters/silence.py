"""Whether a process that others wait for is stuck: by the time it had a processor, not by the clock on the wall.

A busy machine is slow without being wrong, so a sound piece of work that waits for its turn is left alone.
"""

from __future__ import annotations

import os
import select
import time

LONGEST = 60.0
"""Seconds after which silence is the end though nothing was computed: whatever was waited for does not come."""


def stuck(child: int, handle: int, seconds: float) -> bool:
    """Waits until ``handle`` can be read; True when the child computed for about ``seconds`` meanwhile, or nothing
    came for long. Where nobody says what a process computed, all of the time counts."""
    # Most answers are there before it is worth asking what they cost.
    if select.select([handle], [], [], seconds / 4)[0]:
        return False
    began, worked = time.monotonic(), _processor_seconds(child)
    left = seconds
    while not select.select([handle], [], [], left)[0]:
        left = seconds - (_processor_seconds(child) - worked)
        # The system counts in hundredths.
        if left < 0.02 or time.monotonic() - began > LONGEST:
            return True
    return False


def _processor_seconds(child: int) -> float:
    try:
        with open(f"/proc/{child}/stat", "rb") as file:  # noqa: PTH123 - around every bounded command
            user, system = file.read().rpartition(b")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return time.monotonic()
