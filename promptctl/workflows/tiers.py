"""Which models may serve a prompt's tier: live evidence against prices, within the prompt's budgets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from promptctl.adapters.git.program import NOT_A_REPOSITORY
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.evals.tally import CaseResult, tally
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.provider_table import TIERS, providers_of
from promptctl.core.models.tier import Measured, Ranking, TierWish, blended, rank
from promptctl.core.statistics.interval import percentile_95
from promptctl.errors import StateError, UsageError
from promptctl.runtime.gateway.pricing import token_prices
from promptctl.workflows.kept_evidence import Shelf, shelf_of
from promptctl.workflows.resolve import NOT_SERVED

NONE_FITS = "PC202"


def tier_models(
    repository: Repository,
    name: str,
    digests: Collection[str],
    wish: TierWish,
    now: datetime,
    *,
    committed: bool = False,
) -> list[str]:
    """The models that may serve the tier of what has these digests, best first; the first is asked.

    ``committed`` looks only at evidence and settings that everybody has. Raises StateError with the reason of each
    model when none fits.
    """
    ranking = tier_ranking(repository, name, digests, wish, now, committed=committed)
    if not ranking.models:
        why = "; ".join(f"{model}: {reason}" for model, reason in ranking.left_out.items())
        raise StateError(
            NONE_FITS,
            f"no model fits the tier {wish.tier} of {name}: {why or 'no live evidence covers any'}",
            hint=f"list `models:` in its eval.yaml and run: promptctl eval {name}",
        )
    return [it.model for it in ranking.models]


def tier_ranking(
    repository: Repository,
    name: str,
    digests: Collection[str],
    wish: TierWish,
    now: datetime,
    *,
    committed: bool = False,
) -> Ranking:
    """All that evidence of these digests covers and what the settings list, ranked or left out with the reason."""
    settings = repository.settings if committed else repository.work.settings
    listed = settings.models.get(TIERS, {}).get(wish.tier)
    shelf = shelf_of(repository, name, committed=committed)
    return rank(wish, measured(shelf, digests, providers_of(settings), now), listed)


def measured(
    shelf: Shelf, digests: Collection[str], providers: Mapping[str, ProviderSettings], now: datetime
) -> list[Measured]:
    """What the latest evidence of these digests says of each model."""
    found: dict[str, list[CaseResult]] = {}
    for kept in shelf.kept:
        if kept.evidence.subject in digests:
            models = dict.fromkeys(sample.model for sample in kept.evidence.samples)
            found |= {model: [it for it in kept.evidence.samples if it.model == model] for model in models}
    return [_measured(model, samples, providers, now) for model, samples in found.items()]


def _measured(
    model: str, samples: Sequence[CaseResult], providers: Mapping[str, ProviderSettings], now: datetime
) -> Measured:
    cases = [case for case in tally(samples).values() if case.judged]
    latencies = [it.latency_ms for it in samples if it.latency_ms is not None]
    return Measured(
        model=model,
        passed=sum(case.passes == case.samples for case in cases),
        cases=len(cases),
        latency_p95_ms=percentile_95(latencies) if latencies else None,
        usd_per_mtok=_price(model, providers, now),
    )


def _price(model: str, providers: Mapping[str, ProviderSettings], now: datetime) -> Decimal | None:
    prices = token_prices(model, providers, now)
    return blended(prices.input, prices.output) if prices else None


def served_digests(repository: Repository, name: str, environment: str | None = None) -> frozenset[str]:
    """The digests that environments serve of a prompt, or one of them; without a state or a pointer that of the files.

    Raises StateError when the environment asked for serves nothing of it.
    """
    if environment is not None:
        repository.settings.environment(environment)
    try:
        state = read_state(repository)
    except (StateError, UsageError) as error:
        if environment is not None or not (isinstance(error, StateError) or error.code == NOT_A_REPOSITORY):
            raise
        return frozenset({repository.work.digest(name)})
    environments = [environment] if environment is not None else list(state.environments)
    pointers = [state.pointer(each, name) for each in environments]
    found = frozenset(served.digest for pointer in pointers if pointer for served in pointer.live)
    if not found and environment is not None:
        raise StateError(NOT_SERVED, f"{environment} does not serve {name}", hint="promptctl status")
    return found or frozenset({repository.work.digest(name)})
