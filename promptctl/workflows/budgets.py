"""``costs --check``: whether calls keep to the budgets, told to webhooks where they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.warehouse.costs import cost_parts
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.adapters.webhooks import tell
from promptctl.core.reporting.budget import BudgetResult, SpendingBudget
from promptctl.core.reporting.cost import cost_report
from promptctl.core.reporting.money import exact
from promptctl.core.reporting.window import Grouping, moment_of
from promptctl.core.timestamp import timestamp
from promptctl.core.webhook import webhook
from promptctl.errors import PromptctlError


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetsChecked:
    """``told`` are the hosts that were told, ``untold`` why others were not."""

    results: tuple[BudgetResult, ...]
    told: tuple[str, ...]
    untold: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return all(result.outcome == "kept" for result in self.results)


def check_budgets(
    warehouse: Warehouse, budgets: Sequence[SpendingBudget], environment: Mapping[str, str], now: datetime
) -> BudgetsChecked:
    """Judges each budget over its period so far. A webhook that cannot be told changes no verdict."""
    results = judged_budgets(warehouse, budgets, now)
    told, untold = [], []
    for result in results:
        if result.outcome == "kept" or result.budget.webhook is None:
            continue
        try:
            hook = webhook(result.budget.webhook, environment, f"budgets.{result.budget.name}")
            tell(hook, _message(result), environment)
            told.append(hook.host)
        except PromptctlError as error:
            untold.append(f"{result.budget.name}: {error}" + (f"; {error.hint}" if error.hint else ""))
    return BudgetsChecked(results=tuple(results), told=tuple(told), untold=tuple(untold))


def judged_budgets(warehouse: Warehouse, budgets: Sequence[SpendingBudget], now: datetime) -> list[BudgetResult]:
    """What was spent of each budget in its period so far; nobody is told."""
    return [_judged(warehouse, budget, now) for budget in budgets]


def _judged(warehouse: Warehouse, budget: SpendingBudget, now: datetime) -> BudgetResult:
    window = budget.window(now)
    report = cost_report(cost_parts(warehouse, window, Grouping(), 1), Grouping())
    return BudgetResult(budget=budget, window=window, spent=report.total)


def _message(result: BudgetResult) -> dict[str, object]:
    budget, spent = result.budget, result.spent
    unknown = f", and {spent.unpriced} calls of unknown price" if spent.unpriced else ""
    text = f"budget {budget.name}: ${exact(spent.dollars)} of ${exact(budget.usd)} this {budget.per}{unknown}"
    return {"kind": "budget", "text": text, **budget_data(result)}


def budget_data(result: BudgetResult) -> dict[str, object]:
    """A budget as programs get it."""
    budget, since = result.budget, result.window.since
    return {
        "budget": budget.name,
        "outcome": result.outcome,
        "per": budget.per,
        "since": None if since is None else timestamp(moment_of(since)),
        "filters": dict(budget.equal),
        "usd": exact(budget.usd),
        "spent": exact(result.spent.dollars),
        "calls": result.spent.calls,
        "unpriced": result.spent.unpriced,
    }
