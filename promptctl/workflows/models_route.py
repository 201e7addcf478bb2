"""``models route``: who would be asked for a model or a prompt, with which share, who next, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.repository import Repository
from promptctl.adapters.trust import obstacle
from promptctl.core.models.provider import ProviderSettings, shares
from promptctl.core.models.provider_table import providers_of
from promptctl.core.models.tier import Ranking, tier_wish
from promptctl.errors import UsageError
from promptctl.workflows.asking import NO_MODEL
from promptctl.workflows.tiers import served_digests, tier_models, tier_ranking


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One provider: the percentage of an application's calls that it gets first, and who is asked after it.

    ``obstacle`` says why it could not be asked from here, None where it could.
    """

    provider: str
    kind: str
    host: str
    share: float
    then: tuple[str, ...]
    obstacle: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """``model`` as written, ``model_id`` as it is sent; ``prompt`` and ``ranking`` where a prompt or its tier chose."""

    model: str
    model_id: str
    ways: tuple[Way, ...]
    why: str
    prompt: str | None = None
    ranking: Ranking | None = None


def route(
    repository: Repository,
    asked: str,
    environment_variables: Mapping[str, str],
    now: datetime,
    *,
    environment: str | None = None,
    override: str | None = None,
) -> Route:
    """The way of ``asked``, a prompt's name or a model. Raises UsageError where no provider serves it, StateError where
    no model fits a prompt's tier."""
    project, providers = repository.work, providers_of(repository.work.settings)
    prompt = project.find(asked) if project.has(asked) or asked in project.former else None
    model, ranking = (asked, None) if prompt is None else _of_prompt(repository, prompt, environment, now)
    shared, model_id = shares(model, providers, override)
    ways = [_way(provider, share, shared, providers, environment_variables) for provider, share in shared]
    return Route(
        model=model,
        model_id=model_id,
        ways=tuple(sorted(ways, key=lambda way: (-way.share, way.provider))),
        why=_why(model, model_id, shared, override),
        prompt=prompt,
        ranking=ranking,
    )


def _of_prompt(repository: Repository, name: str, environment: str | None, now: datetime) -> tuple[str, Ranking | None]:
    prompt = repository.work.prompt(name)
    if isinstance(prompt.model, str):
        return prompt.model, None
    if prompt.model is None:
        what = "its steps name models" if prompt.steps else "set `model:` in prompt.yaml"
        raise UsageError(NO_MODEL, f"{name} names no model to ask", place=prompt.document.place(), hint=what)
    wish, digests = tier_wish(prompt.model), served_digests(repository, name, environment)
    models = tier_models(repository, name, digests, wish, now)
    return models[0], tier_ranking(repository, name, digests, wish, now)


def _why(model: str, model_id: str, shared: Sequence[tuple[ProviderSettings, float]], override: str | None) -> str:
    if override is not None:
        return "--provider names it"
    if model != model_id:
        return f"`{model}` names the provider"
    if len(shared) == 1:
        return f"only {shared[0][0].name} serves {model_id}"
    return f"{len(shared)} providers serve {model_id}; their weights share its calls"


def _way(
    provider: ProviderSettings,
    share: float,
    shared: Sequence[tuple[ProviderSettings, float]],
    providers: Mapping[str, ProviderSettings],
    environment: Mapping[str, str],
) -> Way:
    others = (it.name for it, _ in shared if it is not provider)
    return Way(
        provider=provider.name,
        kind=provider.kind,
        host=provider.host,
        share=share,
        then=tuple(dict.fromkeys((*provider.fallback, *others))),
        obstacle=obstacle(provider, providers, environment),
    )
