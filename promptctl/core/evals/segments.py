"""Drops in segments: many small groups each have their chance to look bad, so that they are judged together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from promptctl.core.evals.check import Check
from promptctl.core.statistics.multiple import holm

LEVEL = 0.05


def judged_together(checks: Sequence[Check]) -> list[Check]:
    """The checks, with the drops of one metric over segments corrected by Holm's method.

    A drop that is certain by itself and not among so many is none, or is inconclusive under a greatest drop. Over all
    cases, and for everything but drops, nothing changes.
    """
    families: dict[str, list[int]] = {}
    for index, check in enumerate(checks):
        if check.segment and check.chance is not None:
            families.setdefault(check.name, []).append(index)
    found = list(checks)
    for family in families.values():
        raised = holm([checks[index].chance or 0.0 for index in family])
        for index, chance in zip(family, raised, strict=True):
            if checks[index].outcome == "fail" and chance >= LEVEL:
                found[index] = _unsure(checks[index], len(family))
    return found


def _unsure(check: Check, segments: int) -> Check:
    reason = f"{check.reason}, which may be chance in one of {segments} segments"
    return replace(check, outcome="pass" if check.bound is None else "inconclusive", reason=reason)
