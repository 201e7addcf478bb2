"""What a store of events knows of one text that was sent to models."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.core.events.event import Event

MOST = 20
"""Versions and places that are listed of one text, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The calls of one version in one place that sent the text; ``first`` and ``last`` are in microseconds since
    1970."""

    prompt: str
    version: str | None
    digest: str | None
    environment: str | None
    arm: str | None
    count: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """All calls that sent it: the ``latest``, how many, by which versions. Several ``digests`` are several texts."""

    latest: Event | None = None
    count: int = 0
    digests: tuple[str, ...] = ()
    sendings: tuple[Sending, ...] = ()
