"""Budgets as people see them."""

from __future__ import annotations

from promptctl.cli.tables import table
from promptctl.reports.cost_tables import BUDGET_HEADERS, budget_cells
from promptctl.workflows.budgets import BudgetsChecked


def lines(found: BudgetsChecked) -> str:
    """A line a budget, and who was told."""
    shown = table(BUDGET_HEADERS, [budget_cells(it) for it in found.results])
    told = [f"told {host}" for host in found.told]
    return "\n".join([shown, *told, *(f"not told: {why}" for why in found.untold)])
