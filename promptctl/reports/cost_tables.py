"""The tables of reports of costs: groups and times with what they cost, and budgets beside what was spent."""

from __future__ import annotations

from promptctl.core.reporting.budget import BudgetResult
from promptctl.core.reporting.cost import Amounts, CostLine, CostReport
from promptctl.core.reporting.money import shown, tokens
from promptctl.core.reporting.window import moment_of

OTHERS, NONE = "(others)", "(none)"
BUDGET_HEADERS = ("outcome", "budget", "spent", "of", "per", "unpriced", "calls")


def headers(report: CostReport) -> list[str]:
    """What the columns of groups and times are."""
    unit = [report.grouping.unit] if report.grouping.unit else []
    return [*unit, *report.grouping.names, "calls", "cost", "share", "unpriced", "in", "cached", "out", "saved"]


def cells(line: CostLine, report: CostReport) -> list[str]:
    """A group or a time in those columns."""
    time = [] if line.start is None else [moment(line.start, report.grouping.unit)]
    share = "-" if line.share is None or _unknown(line.amounts) else f"{line.share:.1%}"
    return [*time, *names(line, report), *_amounts(line.amounts, share)]


def names(line: CostLine, report: CostReport) -> list[str]:
    """What a line is about: its groups by name."""
    return [OTHERS] * len(report.grouping.names) if line.keys is None else [key or NONE for key in line.keys]


def budget_cells(result: BudgetResult) -> tuple[str, ...]:
    """A budget under ``BUDGET_HEADERS``."""
    budget, spent = result.budget, result.spent
    unpriced = str(spent.unpriced) if spent.unpriced else ""
    return (result.outcome, budget.name, cost_of(spent), shown(budget.usd), budget.per, unpriced, str(spent.calls))


def cost_of(amounts: Amounts) -> str:
    """What is known of the cost: never nothing for what is unknown."""
    if _unknown(amounts):
        return "unknown"
    return shown(amounts.dollars, at_least=amounts.unpriced > 0)


def _unknown(amounts: Amounts) -> bool:
    return amounts.unpriced > 0 and not amounts.cost


def _amounts(amounts: Amounts, share: str) -> list[str]:
    return [
        f"{amounts.calls:,}",
        cost_of(amounts),
        share,
        f"{amounts.unpriced:,}" if amounts.unpriced else "",
        tokens(amounts.input),
        tokens(amounts.cache_read),
        tokens(amounts.output),
        shown(amounts.saved_dollars) if amounts.saved else "",
    ]


def moment(at: int, unit: str | None) -> str:
    """The start of a day or an hour, UTC."""
    return moment_of(at).strftime("%Y-%m-%d %H:00" if unit == "hour" else "%Y-%m-%d")
