"""What the calls of a window cost, looked at from every side at once: for the page of costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.warehouse.costs import cost_parts
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.reporting.budget import BudgetResult, parse_budgets
from promptctl.core.reporting.cost import Amounts, CostPart, CostReport, cost_report
from promptctl.core.reporting.window import DAY, Grouping, Window
from promptctl.core.settings import Settings
from promptctl.workflows.budgets import judged_budgets
from promptctl.workflows.costs import provider_saved

SIDES = {
    "model": Grouping(columns=("model",)),
    "prompt": Grouping(columns=("prompt",)),
    "version": Grouping(columns=("prompt", "version")),
    "user": Grouping(columns=("user",)),
}
TOP = 20
"""Groups that are shown; the rest are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOverview:
    """``sides`` has a report for each of ``SIDES``, and one by day."""

    sides: Mapping[str, CostReport]
    budgets: tuple[BudgetResult, ...]

    @property
    def whole(self) -> CostReport:
        return self.sides["model"]


def cost_overview(settings: Settings, warehouse: Warehouse, window: Window, now: datetime) -> CostOverview:
    """The reports, and the budgets over their own periods. Raises OutsideError when the store cannot be read."""
    parts = {name: cost_parts(warehouse, window, grouping, TOP) for name, grouping in SIDES.items()}
    saved = provider_saved(warehouse, window, parts["model"], providers_of(settings), now)
    sides = {name: cost_report(parts[name], grouping, saved) for name, grouping in SIDES.items()}
    sides["day"] = cost_report(_days(parts["model"]), Grouping(unit="day"))
    budgets = judged_budgets(warehouse, parse_budgets(settings.budgets), now)
    return CostOverview(sides=sides, budgets=tuple(budgets))


def _days(parts: Sequence[CostPart]) -> list[CostPart]:
    """The same sums without groups, a part a day."""
    sums: dict[int, Amounts] = {}
    for part in parts:
        day = part.start - part.start % DAY
        sums[day] = sums.get(day, Amounts()) + part.amounts
    return [CostPart(keys=(), start=day, amounts=amounts) for day, amounts in sums.items()]


def providers_of(settings: Settings) -> Mapping[str, ProviderSettings]:
    """The providers of the settings."""
    return parse_providers(settings.providers, settings.document)
