"""Reads the ``[providers]`` table of promptctl.toml: the built-in providers with a repository's own laid over them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from promptctl.core.document import Document
from promptctl.core.provider import BUILT_IN, DEFAULT_CONCURRENCY, Kind, ProviderSettings, known_hint
from promptctl.errors import Place, UsageError

BAD_PROVIDER = "PC072"
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1", re.ASCII)


class _BadTable(Exception):
    def __init__(self, name: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.name, self.hint = name, hint


def parse_providers(table: Mapping[str, Any], document: Document | None = None) -> Mapping[str, ProviderSettings]:
    """The built-in providers with the ``[providers]`` table of promptctl.toml laid over them, by name.

    A built-in whose kind, host or key the table changes is no longer built in. Raises UsageError, with the place in
    ``document`` (promptctl.toml), for settings that contradict each other or would send a key in the clear.
    """
    providers = dict(BUILT_IN)
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
    return providers


def _parse_provider(name: str, entry: Mapping[str, Any]) -> ProviderSettings:
    shipped = BUILT_IN.get(name)
    kind = cast("Kind | None", entry.get("kind", shipped.kind if shipped else None))
    if kind is None:
        raise _BadTable(name, "`kind` is missing", 'add kind = "openai" or kind = "anthropic"')
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
    if provider.concurrency < 1:
        raise _BadTable(provider.name, "`concurrency` must be 1 or more")
    if not provider.local:
        _check_url(provider)


def _check_url(provider: ProviderSettings) -> None:
    try:
        url = urlsplit(provider.base_url)
        host, _ = url.hostname, url.port
    except ValueError:
        raise _BadTable(provider.name, "`base_url` is not a URL") from None
    if url.scheme not in ("http", "https") or not host or not provider.base_url.isascii():
        raise _BadTable(provider.name, "`base_url` must start with https:// and name a host")
    if url.username is not None or url.password is not None:
        raise _BadTable(
            provider.name, "`base_url` must not hold a user or password", "name a variable with `key` instead"
        )
    if url.query or url.fragment or re.search(r"\s", provider.base_url):
        raise _BadTable(provider.name, "`base_url` must end with its path: no spaces, no `?`, no `#`")
    if provider.key and url.scheme == "http" and not _LOOPBACK.fullmatch(host):
        raise _BadTable(provider.name, f"${provider.key} would travel unencrypted to {host}", "use an https:// URL")


def _check_fallback(provider: ProviderSettings, providers: Mapping[str, ProviderSettings]) -> None:
    for name in provider.fallback:
        if name == provider.name:
            raise _BadTable(name, "a provider cannot be its own fallback")
        if name not in providers:
            raise _BadTable(provider.name, f"the fallback `{name}` is not a provider", known_hint(name, providers))
