"""``quality``: how good calls were, by version and segment."""

from __future__ import annotations

from promptctl.adapters.warehouse.quality import call_groups, score_groups
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.reporting.quality import QualityReport, quality_report
from promptctl.core.reporting.window import Grouping, Window


def quality(
    warehouse: Warehouse, window: Window, grouping: Grouping, *, name: str | None = None, top: int
) -> QualityReport:
    """Rates, means and latencies of the groups with the most calls, each version against the one before.

    ``name`` leaves one score. Raises OutsideError when the store cannot be read.
    """
    calls = call_groups(warehouse, window, grouping, top)
    kept = {(group.keys, group.start) for group in calls}
    scores = score_groups(warehouse, window, grouping, name)
    return quality_report(calls, [it for it in scores if (it.keys, it.start) in kept], grouping)
