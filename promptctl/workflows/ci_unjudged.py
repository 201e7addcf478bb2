"""What ``ci`` could not judge, and what would judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """What was not judged, ``why``, and the ``command`` that judges it or brings what is missing.

    ``kind`` is "changed", "lock", "impact", "suite", "comparison" or "plan"; ``prompt`` is the prompt or environment
    that it is about. ``cases`` are those without an answer; ``price`` is what asking would cost in US dollars, None
    where that is unknown. What ``decides`` makes the outcome unknown.
    """

    kind: str
    why: str
    prompt: str | None = None
    command: str | None = None
    cases: tuple[str, ...] = ()
    price: float | None = None
    decides: bool = False

    @property
    def text(self) -> str:
        """All of it but the price, in a line."""
        about = f"{self.prompt}: " if self.prompt else ""
        return f"{about}{self.why}" + (f"; {self.command}" if self.command else "")

    def data(self) -> dict[str, Any]:
        """What is printed of it as JSON."""
        return {
            "kind": self.kind,
            "prompt": self.prompt,
            "why": self.why,
            "command": self.command,
            "cases": list(self.cases),
            "price": self.price,
            "decides": self.decides,
        }
