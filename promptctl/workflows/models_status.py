"""``models status``: each provider's host, trust and key, and with a probe whether it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from promptctl.adapters.repository import Repository
from promptctl.adapters.trust import obstacle
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.provider_table import providers_of
from promptctl.errors import PromptctlError

PROBE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderState:
    """``obstacle`` says why it could not be asked; ``milliseconds`` how long it took to answer a probe, ``fault`` what
    came instead; both are None without one."""

    provider: str
    kind: str
    host: str
    key: str | None
    models: tuple[str, ...]
    obstacle: str | None
    milliseconds: float | None = None
    fault: str | None = None


def models_status(repository: Repository, environment: Mapping[str, str], *, probe: bool) -> tuple[ProviderState, ...]:
    """The providers by name. With ``probe`` all that could be asked are asked for their list of models, at once.

    Nothing is sent to a provider that is not trusted here, or whose key is not set.
    """
    providers = providers_of(repository.work.settings)
    states = [_state(providers[name], providers, environment) for name in sorted(providers)]
    return tuple(_probed(states, providers, environment) if probe else states)


def _state(
    provider: ProviderSettings, providers: Mapping[str, ProviderSettings], environment: Mapping[str, str]
) -> ProviderState:
    return ProviderState(
        provider=provider.name,
        kind=provider.kind,
        host=provider.host,
        key=provider.key,
        models=provider.models,
        obstacle=obstacle(provider, providers, environment),
    )


def _probed(
    states: Sequence[ProviderState], providers: Mapping[str, ProviderSettings], environment: Mapping[str, str]
) -> Sequence[ProviderState]:
    import asyncio

    from promptctl.adapters.providers.exchange import Bounds
    from promptctl.runtime.gateway.gateway import Gateway
    from promptctl.runtime.gateway.retries import Patience

    async def one(gateway: Gateway, state: ProviderState) -> ProviderState:
        provider = providers[state.provider]
        if state.obstacle or provider.local:
            return state
        try:
            return replace(state, milliseconds=await gateway.probe(provider))
        except PromptctlError as error:
            return replace(state, fault=str(error))

    async def each() -> Sequence[ProviderState]:
        patience = Patience(total=PROBE_SECONDS, bounds=Bounds(connect=PROBE_SECONDS, read=PROBE_SECONDS))
        async with Gateway(providers, environment=environment, patience=patience) as gateway:
            return await asyncio.gather(*(one(gateway, state) for state in states))

    return asyncio.run(each())
