"""How much a cache keeps and for how long, as users write it: ``500MB``, ``30d``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from promptctl.errors import UsageError

BAD_AMOUNT = "PC182"
_SIZES = {
    "b": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}
_AGES = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_LONGEST = 1000 * 365 * 86_400.0
_AMOUNT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([A-Za-z]{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheLimits:
    """``max_bytes`` of the file, ``max_age`` in seconds since an entry was made; None: no limit."""

    max_bytes: int | None = 500_000_000
    max_age: float | None = None


def cache_limits(environment: Mapping[str, str]) -> CacheLimits:
    """The user's limits: ``PROMPTCTL_CACHE_MAX_SIZE`` and ``PROMPTCTL_CACHE_MAX_AGE``; ``none`` lifts one.

    Raises UsageError for what is no size or age.
    """
    size = environment.get("PROMPTCTL_CACHE_MAX_SIZE", "").strip()
    age = environment.get("PROMPTCTL_CACHE_MAX_AGE", "").strip()
    usual = CacheLimits()
    return CacheLimits(
        max_bytes=usual.max_bytes if not size else None if size == "none" else parse_size(size),
        max_age=usual.max_age if not age else None if age == "none" else parse_age(age),
    )


def parse_size(written: str) -> int:
    """Bytes. Raises UsageError."""
    return int(_parse(written, _SIZES, "a size", "write it as 500MB or 2GB"))


def parse_age(written: str) -> float:
    """Seconds, of a thousand years at most: times that long ago are still days of the calendar. Raises UsageError."""
    return min(_parse(written, _AGES, "an age", "write it as 12h, 30d or 4w"), _LONGEST)


def _parse(written: str, units: Mapping[str, int], what: str, hint: str) -> float:
    found = _AMOUNT.fullmatch(written.strip())
    if not found or found[2].lower() not in units:
        raise UsageError(BAD_AMOUNT, f"`{written[:40]}` is not {what}", hint=hint)
    return float(found[1]) * units[found[2].lower()]
