"""The page of one prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from promptctl.adapters.repository import Repository
from promptctl.answers.pages.drifting import Drifting
from promptctl.answers.pages.events import Events, asked
from promptctl.answers.pages.faults import said
from promptctl.errors import PromptctlError
from promptctl.reports.pages.made import Made

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.warehouse import Warehouse

MOST_RUNS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which calls a page tells of: those of so many whole days, and of one environment or of all."""

    days: int = 30
    environment: str | None = None


def prompt(repository: Repository, name: str, drift: Drifting) -> Made:
    """One prompt: what is sent, what it needs, versions, evals, what happened. Raises what ``show`` and ``history``
    raise."""
    from promptctl.answers import history, show, timeline
    from promptctl.workflows.show import show as shown
    from promptctl.workflows.timeline import timeline as timeline_of

    found = timeline_of(repository, name)
    data = {
        "shown": show.data(shown(repository, name)),
        "history": history.data(found.history),
        "told": timeline.data(found.told),
        "environments": list(repository.settings.environments),
        "drift": drift.of(found.history.name),
        "drift_notes": list(drift.notes),
        **_evals(repository, name),
        "calls": None,
    }
    return Made(path=f"prompts/{name}/", template="prompt", title=name, data=data, crumbs=(("Prompts", ""),))


def _evals(repository: Repository, name: str) -> dict[str, Any]:
    from promptctl.answers.evidence import row
    from promptctl.reports.prompt_charts import runs_chart
    from promptctl.workflows.evidence_runs import evidence_runs

    try:
        found = evidence_runs(repository, name)
    except PromptctlError as error:
        return {"runs": [], "runs_chart": None, "run_notes": [said(error)], "all_runs": 0}
    runs = [row(run) for run in found.runs[:MOST_RUNS]]
    chart = runs_chart(runs) if runs else None
    return {"runs": runs, "runs_chart": chart, "run_notes": list(found.notes), "all_runs": len(found.runs)}


def with_calls(made: Made, events: Events, wanted: Asked, now: datetime) -> Made:
    """The same with how calls of the prompt went, by version and by day, or why that is not known."""
    found, fault = asked(events, lambda warehouse: _calls(warehouse, made.title, wanted, now))
    said = {"asked_days": wanted.days, "asked_environment": wanted.environment, "fault": fault}
    return replace(made, data={**made.data, "calls": said | (found or {"charts": {}})})


def _calls(warehouse: Warehouse, name: str, asked: Asked, now: datetime) -> dict[str, Any]:
    from promptctl.core.reporting.window import Grouping, Window, microseconds
    from promptctl.reports.prompt_charts import cost_chart, errors_chart, latency_chart, scores_chart
    from promptctl.reports.quality_data import quality_data
    from promptctl.workflows.quality import quality

    first = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=asked.days - 1)
    equal = {"prompt": name} | ({"environment": asked.environment} if asked.environment else {})
    window = Window(since=microseconds(first), equal=equal)
    versions = quality_data(quality(warehouse, window, Grouping(columns=("version",)), top=50))
    days = quality_data(quality(warehouse, window, Grouping(unit="day"), top=asked.days))["lines"]
    charts = {
        "calls-cost": ("US dollars a thousand calls, by day", cost_chart(days)),
        "calls-latency": ("Latency by day: half and 95 % of calls took no longer", latency_chart(days)),
        "calls-errors": ("Failed calls by day, with 95 % intervals", errors_chart(days)),
        "calls-scores": ("Scores by day, with 95 % intervals", scores_chart(days)),
    }
    drawn = {key: chart for key, chart in charts.items() if _has_values(chart[1])}
    return {"versions": versions["lines"], "scores": versions["scores"], "days": days, "charts": drawn}


def _has_values(chart: Mapping[str, Any]) -> bool:
    return bool(chart["data"]["values"])
