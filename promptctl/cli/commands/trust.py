"""``promptctl trust``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option

if TYPE_CHECKING:
    from promptctl.workflows.trust import TrustResult


def command(
    context: Context,
    show: Annotated[bool, Option("--show", help="Say what would be allowed, and allow nothing.")] = False,
) -> Answer:
    """Allow the providers this repository defines to receive prompts and keys from this machine, its cache to receive
    answers, its store of events and its webhooks what they are told."""
    from promptctl.core.caching.settings import cache_settings
    from promptctl.core.events.settings import event_settings
    from promptctl.core.models.provider_table import providers_of
    from promptctl.core.webhook import repository_webhooks
    from promptctl.workflows.trust import trust

    settings = context.repository.work.settings
    cache = cache_settings(settings.cache, {}).store
    events, hooks = event_settings(settings.events, {}), repository_webhooks(settings)
    result = trust(providers_of(settings), os.environ, grant=not show, cache=cache, events=events, webhooks=hooks)
    data = {
        "digest": result.digest,
        "trusted": result.trusted,
        "providers": [
            {"name": it.name, "kind": it.kind, "host": it.host, "key": it.key, "models": list(it.models)}
            for it in result.providers
        ],
        "cache": {"host": result.cache, "digest": result.cache_digest} if result.cache else None,
        "events": {"store": str(result.events.store), "digest": result.events.digest} if result.events else None,
        "webhooks": [{"host": hook.host, "digest": hook.digest} for hook in result.webhooks],
    }
    following = "promptctl trust" if result.digests and not result.trusted else None
    return Answer(data=data, view=lambda: _text(result), next=following)


def _text(result: TrustResult) -> str:
    if not result.digests:
        return "this repository names nobody to send to: there is nothing to trust"
    state = "trusted on this machine until it changes" if result.trusted else "not trusted on this machine"
    shown = ", ".join(digest[:19] for digest in result.digests)
    lines = [f"{state} ({shown}):"]
    for provider in result.providers:
        key = f" with the key in ${provider.key}" if provider.key else " without a key"
        lines.append(
            f"  {provider.name}: prompts for {', '.join(provider.models) or 'no model'} go to {provider.host}{key}"
        )
    if result.cache:
        lines.append(f"  cache: answers are kept in the Redis at {result.cache} ({result.cache_digest})")
    if result.events:
        held = "with inputs and outputs" if result.events.content else "without inputs and outputs"
        names = "" if result.events.hashed else ", users by name"
        lines.append(f"  events: calls are told to {result.events.store}, {held}{names} ({result.events.digest})")
    lines += [f"  webhook: reports are told to {hook.host} ({hook.digest})" for hook in result.webhooks]
    return "\n".join(lines)
