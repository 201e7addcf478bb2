"""Times as files spell them."""

from __future__ import annotations

from datetime import datetime


def timestamp(now: datetime) -> str:
    """A time as files spell it: UTC, whole seconds, ``Z``."""
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")
