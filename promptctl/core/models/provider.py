"""Which provider serves a model: the settings of each, the built-in ones, and the choice between several."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from promptctl.core.models.breaker import BreakerLimits
from promptctl.core.models.capability import Capability
from promptctl.core.models.price import Price
from promptctl.core.models.provider_health import HealthLimits
from promptctl.core.models.request import compact_json
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError

NO_PROVIDER, AMBIGUOUS = "PC070", "PC071"

LOCAL_KINDS = ("echo", "replay")
"""``echo`` answers with the last user message, ``replay`` only with what was recorded."""

DEFAULT_CONCURRENCY = 16
_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One place that answers requests.

    ``kind`` is the wire format. ``key`` names the environment variable that holds the key (None: no key is sent).
    ``models`` are globs over ids of models. ``weight`` is a percentage of the calls that several providers match.
    ``fallback`` names providers in order. ``concurrency`` is the most calls under way at once, ``requests_per_minute``
    and ``tokens_per_minute`` what is sent at most in a minute (None: as much as goes). ``prices`` come before those of
    the price table. ``breaker`` says when it is left alone for a while, ``health`` when its share goes to others (None:
    never). ``capabilities`` come before what is known of models. ``built_in``: kind, host and key are ours, not a
    repository's.
    """

    name: str
    kind: str
    base_url: str = ""
    key: str | None = None
    models: tuple[str, ...] = ()
    weight: float | None = None
    fallback: tuple[str, ...] = ()
    concurrency: int = DEFAULT_CONCURRENCY
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    prices: tuple[Price, ...] = ()
    breaker: BreakerLimits = field(default_factory=BreakerLimits)
    health: HealthLimits | None = None
    capabilities: tuple[Capability, ...] = ()
    built_in: bool = False

    @property
    def host(self) -> str:
        """Where requests go: host, and port where it is not the usual one. Empty for ``echo`` and ``replay``."""
        return urlsplit(self.base_url).netloc

    @property
    def loopback(self) -> bool:
        """Whether requests go to an address of this machine."""
        return _LOOPBACK.fullmatch(urlsplit(self.base_url).hostname or "") is not None

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
KINDS = tuple(dict.fromkeys(provider.kind for provider in BUILT_IN.values()))
WIRES = tuple(kind for kind in KINDS if kind not in LOCAL_KINDS)
"""The kinds that are spoken over HTTP: each has a wire format in ``adapters/providers``."""


def choose(
    model: str, providers: Mapping[str, ProviderSettings], override: str | None = None, *, split_key: str = ""
) -> tuple[ProviderSettings, str]:
    """The provider that serves ``model`` (``[provider:]id``) and the id to send it.

    ``override`` names the provider whatever the model says. Where several match, ``split_key`` (the request's key)
    picks one by weight, always the same one for the same key. Raises UsageError when none or no single one fits.
    """
    shared, model_id = shares(model, providers, override)
    if len(shared) == 1:
        return shared[0][0], model_id
    point = _point(model, split_key)
    for provider, weight in shared:
        point -= weight
        if point < 0:
            return provider, model_id
    return max(shared, key=lambda pair: pair[1])[0], model_id


def shares(
    model: str, providers: Mapping[str, ProviderSettings], override: str | None = None
) -> tuple[tuple[tuple[ProviderSettings, float], ...], str]:
    """The providers that serve ``model``, by name, with their percentage of its calls; and the id to send them.

    ``override`` names the provider whatever the model says. Raises UsageError when none serves it or the weights do
    not sum to 100.
    """
    model_id = model_id_of(model, providers)
    if override is not None:
        if override not in providers:
            raise UsageError(NO_PROVIDER, f"there is no provider `{override}`", hint=known_hint(override, providers))
        return ((providers[override], 100.0),), model_id
    matching = serving(model, providers)
    if not matching:
        hint = f"write provider:model; {known_hint(model.partition(':')[0], providers)}"
        raise UsageError(NO_PROVIDER, f"no provider serves the model `{model}`", hint=hint)
    return _weighted(model, matching), model_id


def model_id_of(model: str, providers: Container[str]) -> str:
    """A model's id without the provider before it, of those that there are."""
    prefix, _, rest = model.partition(":")
    return rest if rest and prefix in providers else model


def serving(model: str, providers: Mapping[str, ProviderSettings]) -> list[ProviderSettings]:
    """The providers that serve a model, by name: the one that it names itself, else all whose globs match."""
    prefix, _, rest = model.partition(":")
    if rest and prefix in providers:
        return [providers[prefix]]
    found = [it for it in providers.values() if any(fnmatchcase(model, glob) for glob in it.models)]
    return sorted(found, key=lambda provider: provider.name)


def answering(model: str, providers: Mapping[str, ProviderSettings]) -> tuple[ProviderSettings, ...]:
    """All who may answer a request for ``model``: the providers that serve it, then their fallbacks."""
    first = serving(model, providers)
    names = dict.fromkeys(it.name for it in first)
    names |= dict.fromkeys(name for it in first for name in it.fallback if name in providers)
    return tuple(providers[name] for name in names)


def _weighted(model: str, matching: list[ProviderSettings]) -> tuple[tuple[ProviderSettings, float], ...]:
    if len(matching) == 1:
        return ((matching[0], 100.0),)
    names = ", ".join(provider.name for provider in matching)
    open_ended = [provider for provider in matching if provider.weight is None]
    total = sum(provider.weight or 0 for provider in matching)
    if len(open_ended) > 1:
        hint = "write provider:model, pass --provider, or give all but one of them a `weight`"
        raise UsageError(AMBIGUOUS, f"several providers serve the model `{model}`: {names}", hint=hint)
    if total > 100 or (not open_ended and total != 100):
        message = f"the weights of the providers of `{model}` ({names}) sum to {total:g}, not to 100"
        raise UsageError(AMBIGUOUS, message, hint="leave out one `weight`: that provider takes the rest")
    return tuple((provider, 100 - total if provider.weight is None else provider.weight) for provider in matching)


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


def known_hint(name: str, providers: Mapping[str, ProviderSettings]) -> str:
    """The provider that ``name`` may mean, else the names there are."""
    return suggest(name, providers) or "providers: " + ", ".join(sorted(providers))
