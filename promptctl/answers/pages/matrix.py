"""The first page: prompts against environments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from promptctl.adapters.repository import Repository
from promptctl.answers.pages.drifting import Drifting
from promptctl.reports.pages.made import Made

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.live import Seen

SHOWN = {
    "all": "all prompts",
    "drift": "with drift",
    "errors": "with drift that is an error",
    "split": "with a split",
    "differs": "where environments differ",
    "unserved": "that nothing serves",
    "failing": "with failed calls",
}
"""What the list can be narrowed to."""
SORTED = {"name": "name", "drift": "most drift", "calls": "most calls", "failed": "most failed calls"}
"""What it can be sorted by."""


def matrix(repository: Repository, drift: Drifting) -> Made:
    """Prompts against environments, with drift. Raises what ``status`` raises."""
    from promptctl.answers.status import data
    from promptctl.workflows.status import status

    found = data(status(repository))
    rows = [row | {"drift": drift.of(row["prompt"])} for row in found["prompts"]]
    names = {row["prompt"] for row in rows}
    others = [finding for finding in drift.findings if finding["prompt"] not in names]
    whole = with_calls(found | {"prompts": rows, "other_drift": others, "notes": list(drift.notes)}, None)
    return Made(path="", template="matrix", title="Prompts", data=narrowed(whole, "", "all", "name"))


def with_calls(data: Mapping[str, Any], seen: Sequence[Seen] | None, fault: str | None = None) -> dict[str, Any]:
    """The same with the calls of the last day; None: they are not known, and ``fault`` says why."""
    calls: dict[tuple[str, str], list[int]] = {}
    for it in seen or ():
        sums = calls.setdefault((it.prompt, it.environment), [0, 0])
        sums[0] += it.calls
        sums[1] += it.errors
    rows = [_row(row, data["environments"], calls) for row in data["prompts"]]
    return {**data, "prompts": rows, "known_calls": seen is not None, "calls_fault": fault}


def _row(
    row: Mapping[str, Any], environments: Sequence[str], calls: Mapping[tuple[str, str], Sequence[int]]
) -> dict[str, Any]:
    own = {where: calls[row["prompt"], where] for where in environments if (row["prompt"], where) in calls}
    versions = {served["version"] for served in row["served"].values()}
    failed = sum(it[1] for it in own.values())
    kinds = {
        "drift": bool(row["drift"]),
        "errors": any(finding["level"] == "error" for finding in row["drift"]),
        "split": bool(row["splits"]),
        "differs": len(versions) > 1 or (bool(versions) and len(row["served"]) < len(environments)),
        "unserved": not versions,
        "failing": failed > 0,
    }
    return {
        **row,
        "calls": own,
        "weights": {"drift": len(row["drift"]), "calls": sum(it[0] for it in own.values()), "failed": failed},
        "kinds": [kind for kind, holds in kinds.items() if holds],
    }


def narrowed(data: Mapping[str, Any], text: str, shown: str, order: str) -> dict[str, Any]:
    """The same with what was asked for: rows in that order, those that do not fit marked, so that a script can show
    them again. What is no known choice counts as the first one."""
    shown, order = shown if shown in SHOWN else "all", order if order in SORTED else "name"
    rows = [
        row | {"fits": text.lower() in row["prompt"] and (shown == "all" or shown in row["kinds"])}
        for row in sorted(data["prompts"], key=lambda row: (-row["weights"].get(order, 0), row["prompt"]))
    ]
    asked = {"text": text, "shown": shown, "order": order, "choices": SHOWN, "orders": SORTED}
    return {**data, "prompts": rows, "asked": asked, "fitting": sum(row["fits"] for row in rows)}


def day_before(now: datetime) -> int:
    """From when on the calls of the last day are, as stores keep times."""
    from promptctl.core.reporting.window import microseconds

    return microseconds(now - timedelta(days=1))
