"""Where events go and what they hold: ``[events]`` in the settings, and ``PROMPTCTL_EVENTS``."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from promptctl.core.caching.limits import parse_age
from promptctl.core.models.request import compact_json
from promptctl.errors import UsageError

BAD_STORE = "PC221"
VARIABLE = "PROMPTCTL_EVENTS"
DATABASE_ENDINGS = (".sqlite3", ".sqlite", ".db")
_FILES, _REMOTE = ("sqlite", "jsonl"), ("otlp", "postgresql")
_ELSEWHERE = re.compile(r"[/\\~]|[A-Za-z]:|(.*[/\\])?\.\.([/\\]|$)", re.DOTALL)
"""Paths that do not stay below the folder they are put below, on any system."""
_SAFE = {"sslmode", "connect_timeout", "application_name"}
"""What a repository may say in a URL of PostgreSQL: others name another host, or files of this machine."""
_HINT = "write sqlite:FILE.sqlite3, jsonl:FOLDER, otlp:URL, postgresql://HOST/DATABASE or none"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAddress:
    """Where events are kept: ``kind`` is "sqlite", "jsonl", "otlp", "postgresql" or "none"; ``target`` its path or
    URL.

    ``shared`` says that a repository's settings name it: then a relative path is one below the user's data folder,
    where applications and commands find the same file wherever they run, and no password or header goes along.
    """

    kind: str = "sqlite"
    target: str = field(default="events.sqlite3", repr=False)
    shared: bool = True

    @property
    def is_file(self) -> bool:
        """Whether events are kept in files of this machine."""
        return self.kind in _FILES

    @property
    def leaves(self) -> bool:
        """Whether a repository's word leads to another place than below the user's data folder."""
        return self.shared and (self.kind in _REMOTE or (self.is_file and _ELSEWHERE.match(self.target) is not None))

    def __str__(self) -> str:
        """As it is written, but without a password."""
        if self.kind == "none":
            return "none"
        return _without_password(self.target) if self.kind == "postgresql" else f"{self.kind}:{self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSettings:
    """``content`` keeps inputs and outputs; ``hashed`` keeps hashes of units and users; ``rendered`` the digest of what
    was sent; ``keep`` is in seconds, None for ever."""

    store: StoreAddress = StoreAddress()
    content: bool = False
    hashed: bool = True
    rendered: bool = True
    keep: float | None = 90 * 86_400.0

    @property
    def digest(self) -> str | None:
        """``sha256:<hex>`` that trust is given to: which store of a repository's choice gets how much. None where
        events stay below the user's data folder, or the user's own word says where they go."""
        if not self.store.leaves:
            return None
        said = compact_json([self.store.kind, self.store.target, self.content, self.hashed, self.rendered])
        return "sha256:" + hashlib.sha256(f"promptctl-trust-events/v1\n{said}".encode()).hexdigest()


def event_settings(table: Mapping[str, Any], environment: Mapping[str, str]) -> EventSettings:
    """Settings from the ``[events]`` table as written; ``PROMPTCTL_EVENTS`` names another store.

    Raises UsageError for what is no store or age.
    """
    named = environment.get(VARIABLE, "").strip()
    written = table.get("store")
    store = StoreAddress() if written is None else parse_store(written, shared=True)
    keep = table.get("keep", "90d")
    return EventSettings(
        store=parse_store(named) if named else store,
        content=table.get("content", False) is True,
        hashed=table.get("units", "hashed") != "plain",
        rendered=table.get("rendered", True) is True,
        keep=None if keep == "none" else parse_age(keep),
    )


def parse_store(written: str, *, shared: bool = False) -> StoreAddress:
    """The store that a text names. Raises UsageError."""
    kind, colon, target = written.partition(":")
    if written == "none":
        return StoreAddress(kind="none", target="", shared=shared)
    if kind in ("postgresql", "postgres") and target.startswith("//"):
        _require_no_password(written, shared)
        return StoreAddress(kind="postgresql", target=f"postgresql:{target}", shared=shared)
    if not colon or not target or kind not in ("sqlite", "jsonl", "otlp") or "\0" in target:
        raise UsageError(BAD_STORE, f"`{_shown(written)}` is not a store of events", hint=_HINT)
    if kind == "sqlite" and not target.endswith(DATABASE_ENDINGS):
        message = f"the database `{target[:80]}` must end in {', '.join(DATABASE_ENDINGS)}"
        raise UsageError(BAD_STORE, message, hint=f"sqlite:{target[:80]}.sqlite3")
    if kind == "otlp":
        _require_receiver(target)
    return StoreAddress(kind=kind, target=target, shared=shared)


def _require_receiver(url: str) -> None:
    try:
        parts = urlsplit(url)
        sound = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
        )
    except ValueError:
        sound = False
    if not sound or "@" in url:
        hint = "otlp:https://HOST:4318; keys of receivers go into OTEL_EXPORTER_OTLP_HEADERS"
        raise UsageError(BAD_STORE, f"`{_shown(url)}` is not the URL of a receiver", hint=hint)


def _require_no_password(url: str, shared: bool) -> None:
    try:
        parts = urlsplit(url)
        said = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        secret = parts.password is not None or "password" in said
        # What stands before it is a user who got a slash too many, and perhaps a password that nobody would look for.
        if "@" in parts.path:
            raise ValueError
    except ValueError:
        raise UsageError(BAD_STORE, f"`{_shown(url)}` is not a URL", hint=_HINT) from None
    if secret and shared:
        message = "a password does not belong in a repository's settings"
        raise UsageError(BAD_STORE, message, hint=f"leave it out, and set {VARIABLE} where the application runs")
    if shared and not said <= _SAFE:
        message = f"`{min(said - _SAFE)[:40]}` does not belong in a repository's settings"
        raise UsageError(BAD_STORE, message, hint=f"leave it out, and set {VARIABLE} where the application runs")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{user.partition(':')[0]}{at}{host}{parts.path}"


def _shown(written: str) -> str:
    """Without what could be a password."""
    return written.rpartition("@")[2][:80] if "@" in written else written[:80]
