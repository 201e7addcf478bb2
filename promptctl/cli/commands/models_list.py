"""``promptctl models list``."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.tables import table

if TYPE_CHECKING:
    from promptctl.workflows.models_list import ModelRow


def command(context: Context) -> Answer:
    """List the models that prompts and tiers name, and those that evidence of what is live covers: who serves them,
    what a million tokens cost, what they do not take."""
    from promptctl.workflows.models_list import list_models

    rows = list_models(context.repository, context.now)
    return Answer(data={"models": [_data(row) for row in rows]}, view=lambda: _view(rows))


def _data(row: ModelRow) -> dict[str, Any]:
    prices, takes = row.prices, asdict(row.capability)
    del takes["models"]
    return {
        "model": row.model,
        "providers": list(row.providers),
        "prompts": list(row.prompts),
        "tiers": list(row.tiers),
        "covered": list(row.covered),
        "usd_per_mtok": {"input": str(prices.input), "output": str(prices.output)} if prices else None,
        "context": row.capability.context or (prices.context if prices else None),
        "takes": {name: value for name, value in takes.items() if value is not None and name != "context"},
    }


def _view(rows: tuple[ModelRow, ...]) -> Any:
    if not rows:
        return "no prompt names a model"
    headers = ("model", "provider", "in", "out", "reads", "refuses", "prompts", "covered")
    return table(headers, [_cells(row) for row in rows])


def _cells(row: ModelRow) -> tuple[str, ...]:
    prices, known = row.prices, row.capability
    context = known.context or (prices.context if prices else None)
    refuses = [*(known.refuses or ()), *(f"{name} but {value}" for name, value in (known.only or {}).items())]
    lacks = [name for name in ("output", "tools", "streaming", "cache") if getattr(known, name) is False]
    return (
        row.model,
        ", ".join(row.providers) or "none",
        dollars(prices.input) if prices else "unknown",
        dollars(prices.output) if prices else "unknown",
        f"{context:,}" if context else "unknown",
        ", ".join([*refuses, *lacks]) or "-",
        str(len(row.prompts)),
        ", ".join(row.covered) or "-",
    )


def dollars(amount: Decimal) -> str:
    """A price as people write it."""
    return f"${amount.normalize():f}"
