"""Budgets: what calls may cost in a day, a week or a month, and whether they kept to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from promptctl.core.reporting.cost import Amounts
from promptctl.core.reporting.window import Window, microseconds

Outcome = Literal["kept", "exceeded", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingBudget:
    """``usd`` that calls may cost ``per`` "day", "week" (from Monday) or "month", UTC; ``equal`` holds what columns of
    these calls are. ``unpriced`` says whether calls of unknown price leave it undecided."""

    name: str
    usd: Decimal
    per: str
    equal: Mapping[str, str]
    unpriced: bool = True
    webhook: str | None = None

    def window(self, now: datetime) -> Window:
        """The calls of the period that ``now`` lies in."""
        start = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if self.per == "week":
            start -= timedelta(days=start.weekday())
        elif self.per == "month":
            start = start.replace(day=1)
        return Window(since=microseconds(start), equal=self.equal)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetResult:
    """What was spent in the period so far, and what that means."""

    budget: SpendingBudget
    window: Window
    spent: Amounts

    @property
    def outcome(self) -> Outcome:
        """A budget with calls of unknown price is not kept: that is not known."""
        if self.spent.dollars > self.budget.usd:
            return "exceeded"
        return "unknown" if self.spent.unpriced and self.budget.unpriced else "kept"


def parse_budgets(table: Mapping[str, Mapping[str, Any]]) -> tuple[SpendingBudget, ...]:
    """The ``[budgets]`` table, which its schema has checked."""
    return tuple(
        SpendingBudget(
            name=name,
            usd=Decimal(str(entry["usd"])),
            per=entry["per"],
            equal={key: entry[key] for key in ("prompt", "environment", "model") if key in entry},
            unpriced=entry.get("unpriced", "fail") == "fail",
            webhook=entry.get("webhook"),
        )
        for name, entry in table.items()
    )
