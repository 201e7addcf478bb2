"""What the same calls would cost otherwise: measured tokens at other prices, and answers asked for once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from promptctl.core.models.price import dollars_of
from promptctl.core.reporting.evaluated import Evaluated


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedCalls:
    """Calls of one text of a prompt by one model, of known cost (picodollars) and tokens."""

    prompt: str
    digest: str | None
    model: str | None
    calls: int
    cost: int
    input: int
    cache_read: int
    cache_write: int
    output: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedCalls:
    """Calls of a prompt whose inputs were kept, of known cost: how many asked what had been asked within the time, at
    least, and what these cost (picodollars)."""

    prompt: str
    calls: int
    cost: int
    repeated: int
    repeated_cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfLine:
    """A prompt's calls: ``now`` and ``then`` in US dollars. ``other`` is what evidence says of the other model for
    these very texts, ``own`` of those that answered; None where nothing was evaluated, and then there is no ``then``.
    """

    prompt: str
    calls: int
    now: Decimal
    then: Decimal | None
    own: Evaluated | None = None
    other: Evaluated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The lines, the dearest first. The sums are of the lines that have both sides."""

    lines: tuple[WhatIfLine, ...]

    @property
    def compared(self) -> Sequence[WhatIfLine]:
        return [line for line in self.lines if line.then is not None]

    @property
    def now(self) -> Decimal:
        return sum((line.now for line in self.compared), Decimal(0))

    @property
    def then(self) -> Decimal:
        return sum((line.then for line in self.compared if line.then is not None), Decimal(0))


def cached_whatif(found: Sequence[RepeatedCalls]) -> WhatIf:
    """What the calls would have cost had equal ones been asked once within the time."""
    lines = [
        WhatIfLine(
            prompt=it.prompt, calls=it.calls, now=dollars_of(it.cost), then=dollars_of(it.cost - it.repeated_cost)
        )
        for it in found
    ]
    return WhatIf(lines=tuple(sorted(lines, key=lambda line: (-line.now, line.prompt))))
