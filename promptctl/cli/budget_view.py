"""Budgets as people see them."""

from __future__ import annotations

from promptctl.cli.cost_view import cost_of
from promptctl.cli.tables import table
from promptctl.core.reporting.budget import BudgetResult
from promptctl.core.reporting.money import shown
from promptctl.workflows.budgets import BudgetsChecked


def lines(found: BudgetsChecked) -> str:
    """A line a budget, and who was told."""
    shown = table(("outcome", "budget", "spent", "of", "per", "unpriced", "calls"), [_row(it) for it in found.results])
    told = [f"told {host}" for host in found.told]
    return "\n".join([shown, *told, *(f"not told: {why}" for why in found.untold)])


def _row(result: BudgetResult) -> tuple[str, ...]:
    budget, spent = result.budget, result.spent
    unpriced = str(spent.unpriced) if spent.unpriced else ""
    return (result.outcome, budget.name, cost_of(spent), shown(budget.usd), budget.per, unpriced, str(spent.calls))
