"""``models list``: which models prompts and tiers name, who serves them, what they cost and take, what covers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from promptctl.adapters.models import known_model
from promptctl.adapters.repository import Repository
from promptctl.core.models.capability import Capability
from promptctl.core.models.provider import ProviderSettings, model_id_of, serving
from promptctl.core.models.provider_table import TIERS, providers_of, said_of_models
from promptctl.errors import PromptctlError
from promptctl.runtime.gateway.pricing import token_prices
from promptctl.workflows.asking import CHAIN_MODEL
from promptctl.workflows.kept_evidence import shelf_of
from promptctl.workflows.tiers import served_digests

if TYPE_CHECKING:
    from promptctl.adapters.prices import TokenPrices


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """One model as written, ``[provider:]id``. ``prompts`` name it; evidence of what is live of ``covered`` has it."""

    model: str
    providers: tuple[str, ...]
    prompts: tuple[str, ...]
    tiers: tuple[str, ...]
    covered: tuple[str, ...]
    prices: TokenPrices | None
    capability: Capability


def list_models(repository: Repository, now: datetime) -> tuple[ModelRow, ...]:
    """The models by name. Prompts that cannot be read are left to lint."""
    settings = repository.work.settings
    providers = providers_of(settings)
    tiers: Mapping[str, Any] = settings.models.get(TIERS, {})
    named = dict(_named(repository))
    covered = {name: _covering(repository, name) for name in repository.work.names}
    models = {*named.values(), *(model for them in tiers.values() for model in them), *set().union(*covered.values())}
    return tuple(_row(model, repository, providers, named, tiers, covered, now) for model in sorted(models - {""}))


def _named(repository: Repository) -> Iterator[tuple[str, str]]:
    for name in repository.work.names:
        try:
            model = repository.work.card(name).model
        except PromptctlError:
            continue
        yield name, model if isinstance(model, str) else ""


def _covering(repository: Repository, name: str) -> frozenset[str]:
    """The models that evidence of what is live of a prompt has, a chain's own left out."""
    if not any(path.startswith(f"prompts/{name}/evidence/") for path in repository.work.tree.files()):
        return frozenset()
    try:
        digests = served_digests(repository, name)
    except PromptctlError:
        return frozenset()
    kept = (it.evidence for it in shelf_of(repository, name).kept if it.evidence.subject in digests)
    return frozenset(model for evidence in kept for model in evidence.models) - {CHAIN_MODEL}


def _row(
    model: str,
    repository: Repository,
    providers: Mapping[str, ProviderSettings],
    named: Mapping[str, str],
    tiers: Mapping[str, Any],
    covered: Mapping[str, frozenset[str]],
    now: datetime,
) -> ModelRow:
    said = said_of_models(repository.work.settings.models)
    return ModelRow(
        model=model,
        providers=tuple(provider.name for provider in serving(model, providers)),
        prompts=tuple(sorted(name for name, its in named.items() if its == model)),
        tiers=tuple(tier for tier, them in tiers.items() if model in them),
        covered=tuple(sorted(name for name, them in covered.items() if model in them)),
        prices=token_prices(model, providers, now),
        capability=known_model(model_id_of(model, providers), said),
    )
