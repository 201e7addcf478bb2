"""Which store of events a command means, and what it may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.core.events.settings import EventSettings, StoreAddress, event_settings, parse_store
from promptctl.core.secrets import known_values
from promptctl.errors import StateError

if TYPE_CHECKING:
    from promptctl.adapters.events import EventArchive
    from promptctl.core.events.redaction import Redactor
    from promptctl.core.settings import Settings

NO_EVENTS = "PC231"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsPlace:
    """A store's address, with what settings and environment say of events. ``folder`` is where relative paths begin,
    ``root`` the work tree whose settings these are, ``keys`` are variables that hold secrets."""

    address: StoreAddress
    settings: EventSettings
    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    root: Path | None = None
    keys: tuple[str, ...] = ()

    def open(self) -> EventArchive:
        """The store, to be closed. Raises UsageError for one that cannot be read, StateError for a repository's that is
        not trusted here."""
        from promptctl.adapters.events import open_archive
        from promptctl.adapters.events_trust import require_events_trust

        if self.address.shared:
            require_events_trust(self.settings, self.environment, self.folder, self.root)
        return open_archive(self.address, self.environment, self.folder)

    def open_kept(self) -> EventArchive:
        """The store, if anything was ever kept there. Raises StateError where not: nothing is no answer."""
        from promptctl.adapters.events import store_path

        if self.address.kind in ("sqlite", "jsonl"):
            path = store_path(self.address, self.environment, self.folder)
            if not path.exists():
                hint = "promptctl events import FILE, or --store"
                raise StateError(NO_EVENTS, f"there are no events in {path}", hint=hint)
        return self.open()

    def redactor(self) -> Redactor:
        """What comes in by hand is cleaned as what applications record."""
        from promptctl.core.events.redaction import Redactor

        known = known_values(self.environment, self.keys)
        return Redactor(known, content=self.settings.content, names_hashed=self.settings.hashed)


def events_place(
    settings: Settings | None,
    environment: Mapping[str, str],
    folder: Path,
    store: str | None = None,
    root: Path | None = None,
) -> EventsPlace:
    """The store that a command line, the environment or the settings name. Raises UsageError."""
    found = event_settings(settings.events if settings else {}, environment)
    providers = settings.providers.values() if settings else ()
    return EventsPlace(
        address=parse_store(store) if store else found.store,
        settings=found,
        environment=environment,
        folder=folder,
        root=root,
        keys=tuple(provider["key"] for provider in providers if "key" in provider),
    )
