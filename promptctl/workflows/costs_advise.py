"""``costs advise``: what would have saved money in a window, from calls, the texts they were made of, and prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from promptctl.adapters.models import known_model
from promptctl.adapters.repository import Repository
from promptctl.adapters.warehouse.advice import asked_calls, prefix_calls
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.adapters.warehouse.whatif import priced_calls, repeated_calls
from promptctl.core.caching.settings import CacheSettings, cache_settings
from promptctl.core.models.provider import ProviderSettings, model_id_of, serving
from promptctl.core.prompts.closure import Closure
from promptctl.core.reporting.advice import (
    Advised,
    MarkedPrefixes,
    PrefixCalls,
    Unjudged,
    advised,
    cache_advice,
    prefix_advice,
)
from promptctl.core.reporting.static_prefix import StaticPrefix, static_prefix
from promptctl.core.reporting.window import DAY, Window
from promptctl.errors import PromptctlError
from promptctl.workflows.cheaper_models import cheaper_models
from promptctl.workflows.served_text import served_text
from promptctl.workflows.token_rates import rates


def advise(
    repository: Repository,
    warehouse: Warehouse,
    window: Window,
    providers: Mapping[str, ProviderSettings],
    now: datetime,
    most: int,
) -> Advised:
    """All advice for the calls of a window, other models for the ``most`` dearest texts.

    Raises OutsideError when the store cannot be read.
    """
    asked, prefixes = asked_calls(warehouse, window), prefix_calls(warehouse, window)
    repeated, priced = repeated_calls(warehouse, window, DAY), priced_calls(warehouse, window)
    settings = cache_settings(repository.work.settings.cache, {})
    untold = asked - sum(it.calls for it in prefixes)
    unkept = asked - sum(it.calls for it in repeated)
    uncounted = asked - sum(it.calls for it in priced)
    return advised(
        [
            *(prefix_advice(it, _text(repository, it), _prefixes(it, providers, now)) for it in prefixes),
            *(
                cache_advice(it, on=_reuses(settings, it.prompt), certain=_certain(repository, it.prompt))
                for it in repeated
            ),
            *cheaper_models(repository, priced, providers, now, most),
            Unjudged(kind="model", reason="cost or tokens unknown", calls=max(0, uncounted)),
            Unjudged(kind="prefix", reason="cost, tokens or time unknown", calls=max(0, untold)),
            Unjudged(kind="cache", reason="cost unknown, or inputs not kept", calls=max(0, unkept)),
        ]
    )


def _text(repository: Repository, calls: PrefixCalls) -> StaticPrefix | None:
    """The start of the text that was served, which counts as marked where it is by now; None where it is not here."""
    here = _here(repository, calls.prompt)
    today = static_prefix(here) if here else None
    if today and (today.marked or repository.work.digest(calls.prompt) == calls.digest):
        return today
    text = served_text(repository, calls.prompt, calls.digest)
    return static_prefix(text.closure) if text else None


def _here(repository: Repository, name: str) -> Closure | None:
    try:
        return repository.work.closure(name) if repository.work.has(name) else None
    except PromptctlError:
        return None


def _prefixes(calls: PrefixCalls, providers: Mapping[str, ProviderSettings], now: datetime) -> MarkedPrefixes | None:
    """How the model that answered caches prefixes; None where its provider is not known."""
    model = calls.model or ""
    named = providers.get(calls.provider or "")
    known = [named] if named else serving(model, providers)
    if not known:
        return None
    if any(it.kind != "anthropic" for it in known):
        return MarkedPrefixes(marks=False)
    capability = known_model(model_id_of(model, providers), known[0].capabilities)
    found = rates(calls.provider, model, providers, now)
    return MarkedPrefixes(
        marks=capability.cache is not False,
        least=capability.prefix,
        read_saves=found.input - found.cache_read if found else None,
        write_costs=found.cache_write - found.input if found else None,
    )


def _reuses(settings: CacheSettings, prompt: str) -> bool:
    """Whether answers are used again in any environment."""
    return any(settings.policy(prompt, it).mode != "off" for it in ("", *settings.environments))


def _certain(repository: Repository, name: str) -> bool | None:
    """Whether the prompt here asks for the one likeliest answer; None where it is not here."""
    here = _here(repository, name)
    if here is None:
        return None
    temperature = here.prompt.parameters.get("temperature")
    return temperature == 0 and not isinstance(temperature, bool)
