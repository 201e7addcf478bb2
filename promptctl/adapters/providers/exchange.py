"""One HTTP exchange as values, so that what only reads them needs no HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Of one exchange: seconds to connect, seconds without a byte, such seconds in the middle of a stream, bytes of the
    decoded answer."""

    connect: float = 10.0
    read: float = 300.0
    idle: float = 60.0
    max_bytes: int = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A provider's HTTP answer, decoded; ``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes
