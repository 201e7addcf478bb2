"""What the same calls would cost with another version of their prompt, as far as its text says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from promptctl.core.models.price import EXACT, dollars_of
from promptctl.core.reporting.fixed_text import FixedText
from promptctl.core.reporting.static_prefix import BYTES_PER_TOKEN
from promptctl.core.reporting.whatif import PricedCalls

_PICODOLLAR = Decimal("1e-12")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedCall:
    """A call whose inputs were kept: the bytes of both texts with them, and the input tokens that were counted."""

    before: int
    now: int
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """By how many input tokens a call changes, on average. ``rendered`` is how many calls were rendered with their
    inputs, zero where only the fixed parts of both texts were compared."""

    tokens: Decimal
    rendered: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """Calls of one text by one model: ``now`` and ``then`` in US dollars, with their mean input tokens.

    ``served`` is how commands call the text. Where ``then`` cannot be known, ``unknown`` says why.
    """

    served: str
    model: str | None
    calls: int
    now: Decimal
    tokens: Decimal
    change: Change | None = None
    then: Decimal | None = None
    unknown: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionWhatIf:
    """The lines of a prompt, the dearest first. The sums are of those whose ``then`` is known."""

    prompt: str
    reference: str
    lines: tuple[VersionLine, ...]

    @property
    def now(self) -> Decimal:
        return sum((line.now for line in self.lines if line.then is not None), Decimal(0))

    @property
    def then(self) -> Decimal:
        return sum((line.then for line in self.lines if line.then is not None), Decimal(0))


def rendered_change(calls: Sequence[RenderedCall]) -> Change:
    """The change by what at least one call would have sent; a byte is as many tokens as in these calls."""
    before = sum(it.before for it in calls)
    with localcontext(EXACT):
        per_byte = Decimal(sum(it.tokens for it in calls)) / max(1, before)
        return Change(tokens=per_byte * (sum(it.now for it in calls) - before) / len(calls), rendered=len(calls))


def fixed_change(before: FixedText, now: FixedText) -> Change | None:
    """The change by the fixed parts, a token for four bytes; None where anything else differs."""
    if before.varying != now.varying:
        return None
    return Change(tokens=Decimal(now.size - before.size) / BYTES_PER_TOKEN)


def version_line(calls: PricedCalls, served: str, found: Change | str, input_cost: Decimal | None) -> VersionLine:
    """What calls would have cost: as before, and the tokens that change at what the others cost on average.

    ``found`` is the change or why it cannot be known, ``input_cost`` US dollars for all their input tokens, None where
    the price is unknown.
    """
    change = found if isinstance(found, Change) else None
    unknown = found if isinstance(found, str) else None
    then = None
    if change is not None and (input_cost is None or not calls.input):
        unknown = f"the price of {calls.model} is unknown" if input_cost is None else "no tokens were counted"
    elif change is not None and input_cost is not None:
        with localcontext(EXACT):
            more = change.tokens * calls.calls * input_cost / calls.input
        then = dollars_of(calls.cost) + EXACT.quantize(more, _PICODOLLAR)
    return VersionLine(
        served=served,
        model=calls.model,
        calls=calls.calls,
        now=dollars_of(calls.cost),
        tokens=EXACT.divide(Decimal(calls.input), Decimal(calls.calls)),
        change=change,
        then=then,
        unknown=unknown,
    )
