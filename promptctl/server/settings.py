"""What a server is told."""

from __future__ import annotations

from dataclasses import dataclass

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder by which processes of a server add up what they counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What is served, and how. ``poll`` and ``fetch`` are in seconds; without ``fetch`` the remote is not asked.

    ``hosts`` are the names that the server is called by, beside those of loopback. A ``closed`` one wants a token of
    the folder ``tokens`` for reading, a ``writable`` one takes writes with a token. With ``access_log`` each request
    has a line on standard error.
    """

    root: str
    workers: int = 1
    poll: float = 2.0
    fetch: float | None = None
    hosts: tuple[str, ...] = ()
    store: str | None = None
    tokens: str | None = None
    closed: bool = False
    writable: bool = False
    access_log: bool = False
