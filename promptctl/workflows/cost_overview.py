"""What the calls of a window cost, looked at from every side at once: for the page of costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.repository import Repository
from promptctl.adapters.warehouse.costs import cost_parts
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.provider import ProviderSettings
from promptctl.core.provider_table import parse_providers
from promptctl.core.reporting.budget import BudgetResult, parse_budgets
from promptctl.core.reporting.cost import CostReport, cost_report
from promptctl.core.reporting.window import Grouping, Window
from promptctl.workflows.budgets import judged_budgets
from promptctl.workflows.costs import Wanted, costs

SIDES = {
    "model": Grouping(columns=("model",)),
    "prompt": Grouping(columns=("prompt",)),
    "version": Grouping(columns=("prompt", "version")),
    "user": Grouping(columns=("user",)),
    "day": Grouping(unit="day"),
}
TOP = 20
"""Groups that are shown; the rest are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOverview:
    """``sides`` has a report for each of ``SIDES``; the one by model also says what providers' caches saved."""

    sides: Mapping[str, CostReport]
    budgets: tuple[BudgetResult, ...]

    @property
    def whole(self) -> CostReport:
        return self.sides["model"]


def cost_overview(repository: Repository, warehouse: Warehouse, window: Window, now: datetime) -> CostOverview:
    """The reports, and the budgets over their own periods. Raises OutsideError when the store cannot be read."""
    first = costs(warehouse, Wanted(window=window, grouping=SIDES["model"], top=TOP), providers_of(repository), now)
    others = {
        name: cost_report(cost_parts(warehouse, window, grouping, TOP), grouping)
        for name, grouping in SIDES.items()
        if name != "model"
    }
    budgets = judged_budgets(warehouse, parse_budgets(repository.settings.budgets), now)
    return CostOverview(sides={"model": first, **others}, budgets=tuple(budgets))


def providers_of(repository: Repository) -> Mapping[str, ProviderSettings]:
    """The providers of the settings that count."""
    return parse_providers(repository.settings.providers, repository.settings.document)
