"""Numbers that a double holds."""

from __future__ import annotations

import sys


def is_finite(number: float) -> bool:
    """Whether a number is within what a double holds: no infinity, not what is no number, and no whole number beyond
    all doubles, of which ``math.isfinite`` makes an OverflowError."""
    return abs(number) <= sys.float_info.max
