"""Reads the ``[providers]`` table of promptctl.toml: the built-in providers with a repository's own laid over them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from promptctl.core.files.document import Document
from promptctl.core.models.breaker import BreakerLimits
from promptctl.core.models.capability import Capability, capabilities_from
from promptctl.core.models.price import prices_from
from promptctl.core.models.provider import BUILT_IN, DEFAULT_CONCURRENCY, KINDS, ProviderSettings, known_hint
from promptctl.core.models.provider_health import HealthLimits
from promptctl.core.settings import Settings
from promptctl.core.suggestion import suggest
from promptctl.errors import Place, UsageError

BAD_PROVIDER = "PC072"
TIERS, SERVED = "tiers", "served"
"""What in ``[models]`` is no glob of models: each tier's models, and in a bundle those that serve a digest's tier."""
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
# Stricter than any URL parser, so that the host shown for trust is the host that is called.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*|\[[0-9a-f:.]+\])"
    r"(:(?P<port>[0-9]{1,5}))?(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*",
    re.ASCII,
)


class _BadTable(Exception):
    def __init__(self, name: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.name, self.hint = name, hint


def providers_of(settings: Settings) -> Mapping[str, ProviderSettings]:
    """The providers of a repository, with what it says of models. Raises UsageError as ``parse_providers`` does."""
    return parse_providers(settings.providers, settings.document, settings.models)


def said_of_models(models: Mapping[str, Any]) -> tuple[Capability, ...]:
    """What the ``[models]`` table says of models, tiers left out."""
    return capabilities_from({glob: entry for glob, entry in models.items() if glob not in (TIERS, SERVED)})


def parse_providers(
    table: Mapping[str, Any], document: Document | None = None, models: Mapping[str, Any] | None = None
) -> Mapping[str, ProviderSettings]:
    """The built-in providers with the ``[providers]`` table of promptctl.toml laid over them, by name.

    ``models`` is the ``[models]`` table; what it says of models comes with each provider. A built-in whose kind, host
    or key the table changes is no longer built in. Raises UsageError, with the place in ``document`` (promptctl.toml),
    for settings that contradict each other or would send a key in the clear.
    """
    providers = dict(BUILT_IN)
    said = said_of_models(models or {})
    try:
        for name, entry in table.items():
            providers[name] = _parse_provider(name, entry)
        for provider in providers.values():
            _check_fallback(provider, providers)
    except _BadTable as bad:
        message, place = f"[providers.{bad.name}]: {bad}", Place("promptctl.toml")
        if document is not None:
            place = document.place(("providers", bad.name))
        raise UsageError(BAD_PROVIDER, message, place=place, hint=bad.hint) from None
    return {name: replace(provider, capabilities=said) for name, provider in providers.items()} if said else providers


def _parse_provider(name: str, entry: Mapping[str, Any]) -> ProviderSettings:
    shipped = BUILT_IN.get(name)
    kind = entry.get("kind", shipped.kind if shipped else None)
    if kind is None:
        raise _BadTable(name, "`kind` is missing", 'add kind = "openai" or kind = "anthropic"')
    if kind not in KINDS:
        raise _BadTable(name, f"there is no kind `{kind}`", suggest(kind, KINDS) or f"kinds: {', '.join(KINDS)}")
    same_kind = shipped if shipped and shipped.kind == kind else BUILT_IN[kind]
    base_url = str(entry.get("base_url", same_kind.base_url)).rstrip("/")
    key = entry.get("key", shipped.key if shipped else None)
    provider = ProviderSettings(
        name=name,
        kind=kind,
        base_url=base_url,
        key=key,
        models=tuple(entry.get("models", shipped.models if shipped else ())),
        weight=entry.get("weight"),
        fallback=tuple(entry.get("fallback", ())),
        concurrency=entry.get("concurrency", DEFAULT_CONCURRENCY),
        requests_per_minute=entry.get("requests_per_minute"),
        tokens_per_minute=entry.get("tokens_per_minute"),
        prices=prices_from(entry.get("prices", {})),
        breaker=BreakerLimits(**entry.get("breaker", {})),
        health=HealthLimits(**entry["health"]) if "health" in entry else None,
        built_in=shipped is not None and (kind, base_url, key) == (shipped.kind, shipped.base_url, shipped.key),
    )
    _check_provider(provider)
    return provider


def _check_provider(provider: ProviderSettings) -> None:
    if ":" in provider.name or not provider.name.strip():
        raise _BadTable(provider.name, "a provider's name is not empty and holds no `:`")
    if provider.key is not None and not _ENVIRONMENT_NAME.fullmatch(provider.key):
        raise _BadTable(
            provider.name, "`key` must be the name of an environment variable", 'for example key = "RELAY_KEY"'
        )
    if provider.weight is not None and not 0 <= provider.weight <= 100:
        raise _BadTable(provider.name, f"weight = {provider.weight:g} is no percentage", "use 0 to 100")
    for limit in ("concurrency", "requests_per_minute", "tokens_per_minute"):
        if (most := getattr(provider, limit)) is not None and most < 1:
            raise _BadTable(provider.name, f"`{limit}` must be 1 or more")
    if not provider.local:
        _check_url(provider)


def _check_url(provider: ProviderSettings) -> None:
    if not (url := _URL.fullmatch(provider.base_url)) or int(url["port"] or 0) > 65535:
        hint = "no user, no `?`, no `#`; as in https://relay.example/v1"
        raise _BadTable(provider.name, "`base_url` must be http(s)://host[:port][/path]", hint)
    if not _is_host(url["host"]):
        raise _BadTable(provider.name, f"{url['host']} is no address")
    if provider.key and url["scheme"] == "http" and not provider.loopback:
        raise _BadTable(provider.name, f"${provider.key} would travel unencrypted to {url['host']}", "use https://")


def _is_host(host: str) -> bool:
    if not re.fullmatch(r"\[.*\]|[0-9.]+", host):
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    return (address.version == 6) == host.startswith("[")


def _check_fallback(provider: ProviderSettings, providers: Mapping[str, ProviderSettings]) -> None:
    for name in provider.fallback:
        if name == provider.name:
            raise _BadTable(name, "a provider cannot be its own fallback")
        if name not in providers:
            raise _BadTable(provider.name, f"the fallback `{name}` is not a provider", known_hint(name, providers))
