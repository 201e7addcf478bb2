"""Shows what providers, cache, store of events and webhooks of a repository would receive, and allows it here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from promptctl.adapters import trust as store
from promptctl.core.caching.settings import CacheAddress
from promptctl.core.events.settings import EventSettings
from promptctl.core.models.provider import ProviderSettings, repository_defined, trust_digest
from promptctl.core.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedProvider:
    """Who would receive what: prompts for ``models``, and the value of the environment variable ``key``."""

    name: str
    kind: str
    host: str
    base_url: str
    key: str | None
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustResult:
    """``digest`` is None when the repository defines no provider, ``cache_digest`` when it names no Redis, whose host
    is ``cache``; ``events`` are settings that send them elsewhere. ``before`` and ``trusted``: was all of it, is it
    allowed."""

    digest: str | None
    providers: tuple[TrustedProvider, ...]
    before: bool
    trusted: bool
    cache_digest: str | None = None
    cache: str | None = None
    events: EventSettings | None = None
    webhooks: tuple[Webhook, ...] = ()

    @property
    def digests(self) -> tuple[str, ...]:
        """What ``PROMPTCTL_TRUST`` has to hold."""
        hooks = (hook.digest for hook in self.webhooks)
        events = self.events.digest if self.events else None
        return tuple(digest for digest in (self.digest, self.cache_digest, events, *hooks) if digest)


def trust(
    providers: Mapping[str, ProviderSettings],
    environment: Mapping[str, str],
    *,
    grant: bool,
    cache: CacheAddress | None = None,
    events: EventSettings | None = None,
    webhooks: tuple[Webhook, ...] = (),
) -> TrustResult:
    """What a repository's providers would receive, and who else its settings name; with ``grant`` it is allowed from
    now on, until it changes.

    Raises OutsideError when that cannot be written down.
    """
    named = cache if cache and cache.digest else None
    sent = events if events and events.digest else None
    digests = [named.digest if named else None, sent.digest if sent else None, *(hook.digest for hook in webhooks)]
    before = store.is_trusted(providers, environment) and all(
        store.is_digest_trusted(digest, environment) for digest in digests
    )
    if grant and not before:
        store.trust(providers, environment)
        if named and named.digest:
            store.trust_digest_of(named.digest, {"cache": named.host}, environment)
        if sent and sent.digest:
            store.trust_digest_of(sent.digest, {"events": str(sent.store)}, environment)
        for hook in webhooks:
            if hook.digest:
                store.trust_digest_of(hook.digest, {"webhook": hook.host}, environment)
    return TrustResult(
        digest=trust_digest(providers),
        providers=tuple(_shown(provider) for provider in repository_defined(providers)),
        before=before,
        trusted=before or grant,
        cache_digest=named.digest if named else None,
        cache=named.host if named else None,
        events=sent,
        webhooks=webhooks,
    )


def _shown(it: ProviderSettings) -> TrustedProvider:
    return TrustedProvider(name=it.name, kind=it.kind, host=it.host, base_url=it.base_url, key=it.key, models=it.models)
