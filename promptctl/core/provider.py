"""Which provider serves a model: the settings of each, the built-in ones, and the choice between several."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from promptctl.core.request import compact_json
from promptctl.errors import Place, UsageError

NO_PROVIDER, AMBIGUOUS, BAD_PROVIDER = "PC070", "PC071", "PC072"

Kind = Literal["openai", "anthropic", "replay", "echo"]
"""The wire format. ``echo`` answers with the last user message, ``replay`` only with what was recorded."""

LOCAL_KINDS: tuple[Kind, ...] = ("echo", "replay")
DEFAULT_CONCURRENCY = 16
_SETTINGS_FILE = "promptctl.toml"
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One place that answers requests.

    ``key`` names the environment variable that holds the key (None: no key is sent). ``models`` are globs over model ids.
    ``weight`` is a percentage of the calls that several providers match. ``fallback`` names providers in order.
    ``concurrency`` is the most calls under way at once. ``built_in`` means kind, host and key are ours, not a repository's.
    """

    name: str
    kind: Kind
    base_url: str = ""
    key: str | None = None
    models: tuple[str, ...] = ()
    weight: float | None = None
    fallback: tuple[str, ...] = ()
    concurrency: int = DEFAULT_CONCURRENCY
    built_in: bool = False

    @property
    def host(self) -> str:
        """Where requests go: host, and port where it is not the usual one. Empty for ``echo`` and ``replay``."""
        return urlsplit(self.base_url).netloc

    @property
    def local(self) -> bool:
        """True when answering leaves neither this process nor a trace elsewhere."""
        return self.kind in LOCAL_KINDS


BUILT_IN: Mapping[str, ProviderSettings] = {
    "openai": ProviderSettings(
        name="openai",
        kind="openai",
        base_url="https://api.openai.com/v1",
        key="OPENAI_API_KEY",
        models=("gpt-*", "o1*", "o3*", "o4*", "chatgpt-*"),
        built_in=True,
    ),
    "anthropic": ProviderSettings(
        name="anthropic",
        kind="anthropic",
        base_url="https://api.anthropic.com",
        key="ANTHROPIC_API_KEY",
        models=("claude-*",),
        built_in=True,
    ),
    "echo": ProviderSettings(name="echo", kind="echo", built_in=True),
    "replay": ProviderSettings(name="replay", kind="replay", built_in=True),
}


def parse_providers(table: Mapping[str, Any]) -> Mapping[str, ProviderSettings]:
    """The built-in providers with the ``[providers]`` table of promptctl.toml laid over them, by name.

    A built-in whose kind, host or key the table changes is no longer built in. Raises UsageError for settings that
    contradict each other or would send a key in the clear.
    """
    providers = dict(BUILT_IN)
    for name, entry in table.items():
        providers[name] = _parse_provider(name, entry)
    for provider in providers.values():
        _check_fallback(provider, providers)
    return providers


def _parse_provider(name: str, entry: Mapping[str, Any]) -> ProviderSettings:
    shipped = BUILT_IN.get(name)
    kind = cast("Kind | None", entry.get("kind", shipped.kind if shipped else None))
    if kind is None:
        raise _bad(name, "`kind` is missing", 'add kind = "openai" or kind = "anthropic"')
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
        raise _bad(provider.name, "a provider's name is not empty and holds no `:`")
    if provider.key is not None and not _ENVIRONMENT_NAME.fullmatch(provider.key):
        raise _bad(provider.name, "`key` must be the name of an environment variable", 'for example key = "RELAY_KEY"')
    if provider.weight is not None and not 0 <= provider.weight <= 100:
        raise _bad(provider.name, f"weight = {provider.weight:g} is no percentage", "use 0 to 100")
    if provider.concurrency < 1:
        raise _bad(provider.name, "`concurrency` must be 1 or more")
    if not provider.local:
        _check_url(provider)


def _check_url(provider: ProviderSettings) -> None:
    try:
        url = urlsplit(provider.base_url)
        host, _ = url.hostname, url.port
    except ValueError:
        raise _bad(provider.name, "`base_url` is not a URL") from None
    if url.scheme not in ("http", "https") or not host or not provider.base_url.isascii():
        raise _bad(provider.name, "`base_url` must start with https:// and name a host")
    if url.username is not None or url.password is not None:
        raise _bad(provider.name, "`base_url` must not hold a user or password", "name a variable with `key` instead")
    if url.query or url.fragment or re.search(r"\s", provider.base_url):
        raise _bad(provider.name, "`base_url` must end with its path: no spaces, no `?`, no `#`")
    if provider.key and url.scheme == "http" and not _LOOPBACK.fullmatch(host):
        raise _bad(provider.name, f"${provider.key} would travel unencrypted to {host}", "use an https:// URL")


def _check_fallback(provider: ProviderSettings, providers: Mapping[str, ProviderSettings]) -> None:
    for name in provider.fallback:
        if name == provider.name:
            raise _bad(name, "a provider cannot be its own fallback")
        if name not in providers:
            raise _bad(provider.name, f"the fallback `{name}` is not a provider", _known(name, providers))


def choose(
    model: str, providers: Mapping[str, ProviderSettings], override: str | None = None, *, split_key: str = ""
) -> tuple[ProviderSettings, str]:
    """The provider that serves ``model`` (``[provider:]id``) and the id to send it.

    ``override`` names the provider whatever the model says. Where several match, ``split_key`` (the request's key)
    picks one by weight, always the same one for the same key. Raises UsageError when none or no single one fits.
    """
    prefix, _, rest = model.partition(":")
    named = prefix if rest and prefix in providers else None
    model_id = rest if named else model
    if override is not None:
        if override not in providers:
            raise UsageError(NO_PROVIDER, f"there is no provider `{override}`", hint=_known(override, providers))
        return providers[override], model_id
    if named:
        return providers[named], model_id
    matching = [
        provider for provider in providers.values() if any(fnmatchcase(model, glob) for glob in provider.models)
    ]
    if not matching:
        hint = f"write provider:model; {_known(prefix, providers)}"
        raise UsageError(NO_PROVIDER, f"no provider serves the model `{model}`", hint=hint)
    return _split(model, sorted(matching, key=lambda provider: provider.name), split_key), model_id


def _split(model: str, matching: list[ProviderSettings], split_key: str) -> ProviderSettings:
    if len(matching) == 1:
        return matching[0]
    names = ", ".join(provider.name for provider in matching)
    open_ended = [provider for provider in matching if provider.weight is None]
    total = sum(provider.weight or 0 for provider in matching)
    if len(open_ended) > 1:
        hint = "write provider:model, pass --provider, or give all but one of them a `weight`"
        raise UsageError(AMBIGUOUS, f"several providers serve the model `{model}`: {names}", hint=hint)
    if total > 100 or (not open_ended and total != 100):
        message = f"the weights of the providers of `{model}` ({names}) sum to {total:g}, not to 100"
        raise UsageError(AMBIGUOUS, message, hint="leave out one `weight`: that provider takes the rest")
    weights = [(provider, 100 - total if provider.weight is None else provider.weight) for provider in matching]
    point = _point(model, split_key)
    for provider, weight in weights:
        point -= weight
        if point < 0:
            return provider
    return max(weights, key=lambda pair: pair[1])[0]


def _point(model: str, split_key: str) -> float:
    """A number in [0, 100), uniform over keys: the top 53 bits of a SHA-256."""
    digest = hashlib.sha256(f"promptctl-provider/v1|{model}|{split_key}".encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / (1 << 53) * 100


def repository_defined(providers: Mapping[str, ProviderSettings]) -> tuple[ProviderSettings, ...]:
    """The providers, by name, whose host or key a repository chose; sending to them takes the user's trust."""
    found = (provider for provider in providers.values() if not provider.built_in and not provider.local)
    return tuple(sorted(found, key=lambda provider: provider.name))


def trust_digest(providers: Mapping[str, ProviderSettings]) -> str | None:
    """``sha256:<hex>`` over what a repository decides: which prompts go to which host with which key; None for nothing.

    Weights, fallbacks and limits are left out: they choose among what was already trusted.
    """
    defined = [
        {"name": it.name, "kind": it.kind, "base_url": it.base_url, "key": it.key, "models": it.models}
        for it in repository_defined(providers)
    ]
    if not defined:
        return None
    return "sha256:" + hashlib.sha256(("promptctl-trust/v1\n" + compact_json(defined)).encode()).hexdigest()


def _known(name: str, providers: Mapping[str, ProviderSettings]) -> str:
    close = difflib.get_close_matches(name, providers, n=1)
    return f"did you mean `{close[0]}`?" if close else "providers: " + ", ".join(sorted(providers))


def _bad(name: str, message: str, hint: str | None = None) -> UsageError:
    return UsageError(BAD_PROVIDER, f"[providers.{name}]: {message}", place=Place(_SETTINGS_FILE), hint=hint)
