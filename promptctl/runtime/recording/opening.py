"""A recorder as settings and environment ask for it."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from promptctl.core.events.redaction import Redactor
from promptctl.core.events.settings import event_settings
from promptctl.core.secrets import known_values
from promptctl.core.ulid import ulid
from promptctl.runtime.recording.batches import Means
from promptctl.runtime.recording.recorder import MOST_WAITING, Recorder

if TYPE_CHECKING:
    from promptctl.adapters.events import EventStore


def new_id() -> str:
    """A name for a call: ULIDs sort by time, in milliseconds."""
    return ulid(time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10)))


def open_recorder(
    table: Mapping[str, Any],
    environment: Mapping[str, str],
    folder: Path,
    keys: Collection[str] = (),
    root: Path | None = None,
) -> Recorder:
    """A recorder for the ``[events]`` table as written. ``keys`` are variables that hold secrets, besides those whose
    names say so, and may become more; ``folder`` is where relative paths in the environment begin, ``root`` the work
    tree that says so.

    Nothing is opened, and no thread begins, before the first event. Raises UsageError for a store that nothing is
    recorded to, StateError for one elsewhere that only a repository names and nobody trusts here.
    """
    settings = event_settings(table, environment)

    def opened() -> EventStore:
        from promptctl.adapters.events import open_store
        from promptctl.adapters.events_trust import require_events_trust

        require_events_trust(settings, environment, folder, root)
        return open_store(settings.store, environment, folder)

    redactor = Redactor(known_values(environment, keys), content=settings.content, names_hashed=settings.hashed)

    def current() -> Redactor:
        nonlocal redactor
        known = redactor.known
        with suppress(KeyError, RuntimeError):
            # The environment may change while it is read: then it is read again for the next batch.
            known = known_values(environment, tuple(keys))
        if known != redactor.known:
            redactor = Redactor(known, content=settings.content, names_hashed=settings.hashed)
        return redactor

    opened().close()
    limit = MOST_WAITING // (10 if settings.content else 1)
    return Recorder(
        Means(open=opened, redactor=current), limit=limit, content=settings.content, rendered=settings.rendered
    )
