"""The page of costs: what calls cost from every side, what caches saved, budgets, and what would have been."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from promptctl.adapters.repository import Repository
from promptctl.answers.pages.events import Events, asked
from promptctl.answers.pages.faults import said
from promptctl.errors import PromptctlError, UsageError
from promptctl.reports.pages.made import Made

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.warehouse import Warehouse
    from promptctl.core.reporting.cost import CostReport
    from promptctl.core.reporting.window import Window
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


def costs(repository: Repository, now: datetime, events: Events, query: Mapping[str, str] | None = None) -> Made:
    """The page for what was asked: filters and at most one wish, as text of the form."""
    wanted = {name: ((query or {}).get(name) or "").strip() for name in (*FILTERS, *WISHES)}
    wanted["since"] = wanted["since"] or SINCE
    data = {"asked": wanted, "filters": FILTERS, "wishes": WISHES, "shown": None, "whatif": None}
    return Made(path="costs/", template="costs", title="Costs", data=data | _found(repository, now, events, wanted))


def _found(repository: Repository, now: datetime, events: Events, wanted: Mapping[str, str]) -> dict[str, Any]:
    from promptctl.workflows.cost_overview import cost_overview

    try:
        window = _window(now, wanted)
    except UsageError as error:
        return {"fault": said(error)}

    def ask(warehouse: Warehouse) -> dict[str, Any]:
        overview = cost_overview(repository, warehouse, window, now)
        return {"shown": _shown(overview), "whatif": _whatif(repository, warehouse, window, now, wanted)}

    found, fault = asked(events, ask)
    return {**(found or {}), "fault": fault}


def _window(now: datetime, wanted: Mapping[str, str]) -> Window:
    """The calls that are meant. Raises UsageError."""
    from promptctl.core.reporting.window import window_of

    names = {"environment" if name == "env" else name: wanted[name] or None for name in FILTERS}
    return window_of(now, names.pop("since"), names.pop("until"), names)


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

    return {
        "title": TITLES[name],
        "headers": headers(report),
        "rows": [cells(line, report) for line in report.lines],
        "chart": None if report.grouping.unit else cost_bars(report, f"Known cost {TITLES[name].lower()}"),
    }


def _whatif(
    repository: Repository, warehouse: Warehouse, window: Window, now: datetime, wanted: Mapping[str, str]
) -> dict[str, Any] | None:
    """What was wished for; None where nothing was, and ``fault`` where it cannot be answered."""
    wishes = [name for name in WISHES if wanted[name]]
    if not wishes:
        return None
    if len(wishes) > 1:
        return {"fault": "ask one thing at a time: another model, another version, or answers kept"}
    try:
        return _answered(repository, warehouse, window, now, wishes[0], wanted[wishes[0]])
    except PromptctlError as error:
        return {"fault": said(error)}


def _answered(
    repository: Repository, warehouse: Warehouse, window: Window, now: datetime, wish: str, value: str
) -> dict[str, Any]:
    """Raises what the what-ifs raise."""
    from promptctl.adapters.warehouse.whatif import repeated_calls
    from promptctl.core.cache_limits import parse_age
    from promptctl.core.reporting.whatif import cached_whatif
    from promptctl.reports import whatif_tables as tables
    from promptctl.workflows.cost_overview import providers_of
    from promptctl.workflows.costs_whatif import evidence_of, other_model

    if wish == "other_version":
        return _version(repository, warehouse, window, now, value)
    model = value if wish == "other_model" else None
    if model:
        found = other_model(warehouse, window, model, providers_of(repository), now, evidence_of(repository))
    else:
        found = cached_whatif(repeated_calls(warehouse, window, max(1, int(parse_age(value) * 1_000_000))))
    return {
        "said": tables.said(found) if found.lines else tables.nothing(model),
        "headers": tables.headers(model),
        "rows": [tables.cells(line, model) for line in found.lines],
        "fault": None,
    }


def _version(
    repository: Repository, warehouse: Warehouse, window: Window, now: datetime, reference: str
) -> dict[str, Any]:
    from dataclasses import replace

    from promptctl.reports import whatif_tables as tables
    from promptctl.workflows.cost_overview import providers_of
    from promptctl.workflows.other_version import other_version

    own = replace(window, equal={**window.equal, "prompt": reference.partition("@")[0]})
    found = other_version(repository, warehouse, own, reference, providers_of(repository), now)
    return {
        "said": tables.version_said(found) if found.lines else tables.nothing(reference),
        "headers": tables.VERSION_HEADERS,
        "rows": [tables.version_cells(line) for line in found.lines],
        "fault": None,
    }
