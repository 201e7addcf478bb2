"""Webhooks that settings name: a URL, or the environment variable that holds one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.core.settings import Settings

BAD_WEBHOOK = "PC232"
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where something is told. ``digest`` names a URL that a repository chose; None for one that a user or the
    environment named."""

    url: str = field(repr=False)
    digest: str | None

    @property
    def host(self) -> str:
        """All that is shown of it: many services put a secret into the path."""
        return urlsplit(self.url).netloc.rpartition("@")[2]


def webhook(written: str, environment: Mapping[str, str], where: str) -> Webhook:
    """The webhook that settings name at ``where``. Raises UsageError for what is none."""
    if not _VARIABLE.fullmatch(written):
        _require_url(written, where)
        digest = hashlib.sha256(f"promptctl-trust-webhook/v1\n{written}".encode()).hexdigest()
        return Webhook(url=written, digest=f"sha256:{digest}")
    url = environment.get(written, "").strip()
    if not url:
        raise UsageError(BAD_WEBHOOK, f"{where}: ${written} is not set", hint=f"export {written}=https://…")
    _require_url(url, f"{where}: ${written}")
    return Webhook(url=url, digest=None)


def users_webhook(url: str, where: str) -> Webhook:
    """The webhook that a user names. Raises UsageError for what is none."""
    _require_url(url, where)
    return Webhook(url=url, digest=None)


def repository_webhooks(settings: Settings) -> tuple[Webhook, ...]:
    """The URLs that a repository's settings name. Raises UsageError for what is none."""
    tables = {**{f"budgets.{name}": table for name, table in settings.budgets.items()}, "quality": settings.quality}
    written = {table["webhook"]: where for where, table in tables.items() if "webhook" in table}
    return tuple(webhook(url, {}, where) for url, where in written.items() if not _VARIABLE.fullmatch(url))


def _require_url(url: str, where: str) -> None:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(_HOST.fullmatch(parts.hostname or "")) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise UsageError(
            BAD_WEBHOOK, f"{where}: the webhook is not a URL", hint="https://HOST/PATH, or a VARIABLE with one"
        )
    if parts.username is not None:
        message = f"{where}: a webhook's URL holds no user and password"
        raise UsageError(BAD_WEBHOOK, message, hint="put what it asks for into the path, and the URL into a VARIABLE")
