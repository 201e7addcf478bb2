"""Whether cases that changed were rather lost than won: the sign test of McNemar, one-sided."""

from __future__ import annotations

import math
from functools import lru_cache

from promptctl.core.statistics.incomplete_beta import incomplete_beta

LEVEL = 0.90
"""That of the intervals of drops, so that one without a drop lies above 0 in at most (1 - LEVEL) / 2 of runs."""


def sign_test(losses: int, gains: int) -> float:
    """P(X >= losses) of losses + gains fair coins: McNemar's exact test, one-sided. Source: DLMF 8.17.5."""
    return incomplete_beta(losses, gains + 1, 0.5) if losses else 1.0


@lru_cache(maxsize=4096)
def fewest_losses(changed: int) -> int:
    """The fewest losses among so many changed cases that even odds bring about too rarely to be chance.

    It is ``changed + 1`` where not even all of them are enough.
    """
    # Near the quantile of the normal distribution with the same mean and spread, so that few steps are left.
    found = min(changed, round(changed / 2 + 0.8224 * math.sqrt(changed)))
    while found and _rare(found - 1, changed):
        found -= 1
    while found <= changed and not _rare(found, changed):
        found += 1
    return found


def _rare(losses: int, changed: int) -> bool:
    return sign_test(losses, changed - losses) < (1 - LEVEL) / 2
