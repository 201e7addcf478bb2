"""Shows what a repository's providers would receive, and allows it on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from promptctl.adapters import trust as store
from promptctl.core.provider import ProviderSettings, repository_defined, trust_digest


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
    """``digest`` is None when the repository defines no provider. ``before`` and ``trusted``: was it, is it allowed."""

    digest: str | None
    providers: tuple[TrustedProvider, ...]
    before: bool
    trusted: bool


def trust(providers: Mapping[str, ProviderSettings], environment: Mapping[str, str], *, grant: bool) -> TrustResult:
    """What a repository's providers would receive; with ``grant`` it is allowed from now on, until it changes.

    Raises OutsideError when that cannot be written down.
    """
    before = store.is_trusted(providers, environment)
    if grant and not before:
        store.trust(providers, environment)
    return TrustResult(
        digest=trust_digest(providers),
        providers=tuple(_shown(provider) for provider in repository_defined(providers)),
        before=before,
        trusted=before or grant,
    )


def _shown(it: ProviderSettings) -> TrustedProvider:
    return TrustedProvider(name=it.name, kind=it.kind, host=it.host, base_url=it.base_url, key=it.key, models=it.models)
