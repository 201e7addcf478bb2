"""The page of costs: what calls cost from every side, what caches saved, budgets, and what would have been."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from promptctl.adapters.repository import Repository
from promptctl.answers.pages.events import Events, Using, asked, window_asked
from promptctl.answers.pages.faults import said
from promptctl.errors import PromptctlError, UsageError
from promptctl.reports.pages.made import Made

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.warehouse import Warehouse
    from promptctl.core.reporting.cost import CostReport
    from promptctl.core.reporting.whatif import WhatIf
    from promptctl.core.reporting.window import Window
    from promptctl.core.settings import Settings
    from promptctl.workflows.cost_overview import CostOverview

FILTERS = {
    "since": "Since",
    "until": "Until",
    "prompt": "Prompt",
    "version": "Version",
    "env": "Environment",
    "model": "Model",
    "user": "User",
}
"""Which calls, in the order of the form."""
WISHES = {
    "other_model": "With this model",
    "other_version": "With this version (NAME@VERSION)",
    "cache": "With answers kept for (24h)",
}
"""What would have been: one of them."""
SINCE = "30d"
TITLES = {
    "model": "By model",
    "prompt": "By prompt",
    "version": "By version",
    "user": "By user",
    "day": "By day",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """Whom the page asks. The store is asked while nobody waits for the repository."""

    settings: Settings
    using: Using
    events: Events
    now: datetime


def costs(asks: Asks, query: Mapping[str, str] | None = None) -> Made:
    """The page for what was asked: filters and at most one wish, as text of the form."""
    wanted = {name: ((query or {}).get(name) or "").strip() for name in (*FILTERS, *WISHES)}
    wanted["since"] = wanted["since"] or SINCE
    data = {"asked": wanted, "filters": FILTERS, "wishes": WISHES, "shown": None, "whatif": None}
    return Made(path="costs/", template="costs", title="Costs", data=data | _found(asks, wanted))


def _found(asks: Asks, wanted: Mapping[str, str]) -> dict[str, Any]:
    from promptctl.workflows.cost_overview import cost_overview

    try:
        window = window_asked(asks.now, {name: wanted[name] for name in FILTERS})
    except UsageError as error:
        return {"fault": said(error)}

    def ask(warehouse: Warehouse) -> dict[str, Any]:
        overview = cost_overview(asks.settings, warehouse, window, asks.now)
        return {"shown": _shown(overview), "whatif": _whatif(asks, warehouse, window, wanted)}

    found, fault = asked(asks.events, ask)
    return {**(found or {}), "fault": fault}


def _shown(overview: CostOverview) -> dict[str, Any]:
    from promptctl.core.reporting.money import shown, tokens
    from promptctl.reports.charts_of_reports import cost_charts
    from promptctl.reports.cost_tables import BUDGET_HEADERS, budget_cells, cost_of

    whole, total = overview.whole, overview.whole.total
    return {
        "calls": total.calls,
        "unpriced": total.unpriced,
        "cost": cost_of(total),
        "tokens_in": tokens(total.input),
        "tokens_out": tokens(total.output),
        "hits": total.hits,
        "saved": shown(total.saved_dollars) if total.hits else None,
        "read": tokens(total.cache_read) if total.cache_read else None,
        "written": tokens(total.cache_write) if total.cache_write else None,
        "provider_saved": None if whole.provider_saved is None else shown(whole.provider_saved),
        "days_chart": next(iter(cost_charts(whole)), None) if total.cost else None,
        "sides": {name: _side(name, report) for name, report in overview.sides.items()},
        "budgets": [budget_cells(it) for it in overview.budgets],
        "exceeded": [it.budget.name for it in overview.budgets if it.outcome == "exceeded"],
        "budget_headers": BUDGET_HEADERS,
    }


def _side(name: str, report: CostReport) -> dict[str, Any]:
    from promptctl.reports.charts_of_reports import cost_bars
    from promptctl.reports.cost_tables import cells, headers
    from promptctl.workflows.cost_overview import TOP

    return {
        "title": TITLES[name],
        "headers": headers(report),
        "rows": [cells(line, report) for line in report.lines],
        "chart": None
        if report.grouping.unit
        else cost_bars(report, f"Known cost {TITLES[name].lower()}, at most {TOP}"),
    }


def _whatif(asks: Asks, warehouse: Warehouse, window: Window, wanted: Mapping[str, str]) -> dict[str, Any] | None:
    """What was wished for; None where nothing was, and ``fault`` where it cannot be answered."""
    wishes = [name for name in WISHES if wanted[name]]
    if not wishes:
        return None
    if len(wishes) > 1:
        return {"fault": "ask one thing at a time: another model, another version, or answers kept"}
    try:
        answered = {"other_model": _model, "other_version": _version, "cache": _cache}[wishes[0]]
        return {**answered(asks, warehouse, window, wanted[wishes[0]]), "fault": None}
    except PromptctlError as error:
        return {"fault": said(error)}


def _model(asks: Asks, warehouse: Warehouse, window: Window, model: str) -> dict[str, Any]:
    from promptctl.workflows.cost_overview import providers_of
    from promptctl.workflows.costs_whatif import evidence_of, other_model

    def work(repository: Repository) -> WhatIf:
        providers = providers_of(asks.settings)
        return other_model(warehouse, window, model, providers, asks.now, evidence_of(repository))

    return _lines(asks.using(work), model)


def _cache(_: Asks, warehouse: Warehouse, window: Window, age: str) -> dict[str, Any]:
    from promptctl.adapters.warehouse.whatif import repeated_calls
    from promptctl.core.caching.limits import parse_age
    from promptctl.core.reporting.whatif import cached_whatif

    found = repeated_calls(warehouse, window, max(1, int(parse_age(age) * 1_000_000)))
    return _lines(cached_whatif(found), None)


def _lines(found: WhatIf, model: str | None) -> dict[str, Any]:
    from promptctl.reports import whatif_tables as tables

    return {
        "said": tables.said(found) if found.lines else tables.nothing(model),
        "headers": tables.headers(model),
        "rows": [tables.cells(line, model) for line in found.lines],
    }


def _version(asks: Asks, warehouse: Warehouse, window: Window, reference: str) -> dict[str, Any]:
    from promptctl.reports import whatif_tables as tables
    from promptctl.workflows.cost_overview import providers_of
    from promptctl.workflows.other_version import other_version

    own = replace(window, equal={**window.equal, "prompt": reference.partition("@")[0]})
    providers = providers_of(asks.settings)
    found = asks.using(lambda it: other_version(it, warehouse, own, reference, providers, asks.now))
    return {
        "said": tables.version_said(found) if found.lines else tables.nothing(reference),
        "headers": tables.VERSION_HEADERS,
        "rows": [tables.version_cells(line) for line in found.lines],
    }
