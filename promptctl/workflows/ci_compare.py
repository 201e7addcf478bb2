"""What a change does to the answers: a prompt beside the base's version of it, under the same suite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from promptctl.core.eval_report import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseComparison:
    """``label`` is how the base's version is called. ``lost`` cases passed before and fail now, ``gained`` the other
    way round; ``cases`` is how many both sides could be judged on.

    ``differences`` are estimates of both sides over those cases, "pass_rate" first; costs in US dollars a case.
    ``weaker`` says how the suite asks for less than the base's.
    """

    label: str
    sentence: str
    cases: int = 0
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    weaker: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """What is printed of it as JSON."""
        return {
            "base": self.label,
            "sentence": self.sentence,
            "cases": self.cases,
            "lost": list(self.lost),
            "gained": list(self.gained),
            "differences": [_difference(it) for it in self.differences],
            "weaker": list(self.weaker),
        }


def _difference(it: Difference) -> dict[str, Any]:
    interval = [it.interval.low, it.interval.high] if it.interval else None
    return {"metric": it.metric, "before": it.before, "now": it.now, "interval": interval}
