"""The cache that settings ask for, if this machine's user lets it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from promptctl.adapters.trust import is_digest_trusted
from promptctl.core.caching.entry import EntrySeal
from promptctl.core.caching.settings import CacheAddress, cache_settings
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.secrets import known_values
from promptctl.errors import OutsideError
from promptctl.runtime.caching.caching import Caching

if TYPE_CHECKING:
    from promptctl.adapters.reply_store import ReplyStore

_BUSY_SECONDS = 0.25


def open_caching(
    table: Mapping[str, Any],
    *,
    environment: Mapping[str, str],
    providers: Mapping[str, ProviderSettings],
    serving: str = "",
) -> Caching:
    """The cache by the ``[cache]`` table as written, for an application that serves from the environment ``serving``.

    Nothing is opened before the first call. A Redis that only a repository names and nobody trusts here is not spoken
    to: then nothing is kept, and ``notes`` say so; as where the client or the key for sealing is missing.
    Raises UsageError for malformed settings.
    """
    settings = cache_settings(table, environment)
    store, note = _store(settings.store, environment)
    return Caching(
        settings=settings,
        store=store,
        providers=providers,
        environment=serving,
        known=known_values(environment, [it.key for it in providers.values() if it.key]),
        notes=(note,) if note else (),
    )


def _store(address: CacheAddress, environment: Mapping[str, str]) -> tuple[ReplyStore | None, str | None]:
    if address.kind == "none":
        return None, None
    if not is_digest_trusted(address.digest, environment):
        where = f"the Redis at {address.host}, which this repository names"
        return None, f"nothing is cached in {where}: not trusted here (promptctl trust)"
    from promptctl.adapters.replies import open_cache

    if address.kind == "redis":
        return _redis(address, environment)
    from promptctl.adapters.reply_store import SqliteReplies

    return SqliteReplies(open_cache(environment, busy_seconds=_BUSY_SECONDS)), None


def _redis(address: CacheAddress, environment: Mapping[str, str]) -> tuple[ReplyStore | None, str | None]:
    from promptctl.adapters.cache_key_file import shared_cache_key

    try:
        from promptctl.adapters.redis_replies import RedisReplies
    except ImportError:
        return None, "nothing is cached in Redis: install git-promptctl[redis]"
    try:
        return RedisReplies(address.url, EntrySeal(shared_cache_key(environment))), None
    except OutsideError as error:
        return None, f"nothing is cached in Redis: {error}"
