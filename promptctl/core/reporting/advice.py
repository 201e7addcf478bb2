"""What would have saved money: decided from sums of calls, the texts that were served, and prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from promptctl.core.models.price import dollars_of
from promptctl.core.reporting.evaluated import Evaluated, QualityChange
from promptctl.core.reporting.static_prefix import StaticPrefix
from promptctl.core.reporting.whatif import PricedCalls, RepeatedCalls

Kind = Literal["prefix", "cache", "model"]
"""``prefix``: have the provider cache the start of the request; ``cache``: use answers again; ``model``: ask a cheaper
one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixCalls:
    """Calls of one text by one model, of known cost and tokens.

    ``reads`` began when an equal text had just been answered; the others would have written a cache.
    ``least_input`` is the fewest tokens that one of them sent, ``cached`` how many the provider cached of all.
    """

    prompt: str
    digest: str | None
    model: str | None
    provider: str | None
    calls: int
    reads: int
    least_input: int
    cached: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedPrefixes:
    """How a model caches prefixes. ``marks``: only those that requests mark; ``least``: the fewest tokens, None where
    nobody knows; ``read_saves`` and ``write_costs``: US dollars a token, None where a price is unknown."""

    marks: bool
    least: int | None = None
    read_saves: Decimal | None = None
    write_costs: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do for a prompt, the ``numbers`` that were measured, and the US dollars that it would have saved.

    ``quality`` is what evidence says of another model against the one that answered, None where it compares them
    nowhere.
    """

    kind: Kind
    prompt: str
    what: str
    numbers: Mapping[str, int]
    saved: Decimal
    digest: str | None = None
    model: str | None = None
    quality: QualityChange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """Calls that nothing can be said of, why, and what would change that."""

    kind: Kind
    reason: str
    calls: int
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """All advice, the dearest first, and what could not be judged."""

    lines: tuple[Advice, ...]
    unjudged: tuple[Unjudged, ...]


def prefix_advice(
    calls: PrefixCalls, text: StaticPrefix | None, model: MarkedPrefixes | None
) -> Advice | Unjudged | None:
    """Whether to mark the prefix of a text; None where nothing is to be saved."""
    if calls.cached or (model and not model.marks) or (text and (text.marked or not text.tokens)):
        return None
    if model is None or text is None:
        reason = "provider unknown here" if model is None else "text not found here"
        return Unjudged(kind="prefix", reason=reason, calls=calls.calls)
    tokens = min(text.tokens, calls.least_input)
    if model.least is not None and tokens < model.least:
        return None
    if model.least is None or model.read_saves is None or model.write_costs is None:
        reason = "least cached prefix unknown" if model.least is None else "price unknown"
        return Unjudged(kind="prefix", reason=f"{reason}: {calls.model}", calls=calls.calls)
    saved = tokens * (calls.reads * model.read_saves - (calls.calls - calls.reads) * model.write_costs)
    if saved <= 0:
        return None
    return Advice(
        kind="prefix",
        prompt=calls.prompt,
        what=f"`cache: true` on message {text.messages}",
        numbers={"calls": calls.calls, "reads": calls.reads, "prefix_tokens": tokens},
        saved=saved,
        digest=calls.digest,
        model=calls.model,
    )


def cache_advice(found: RepeatedCalls, *, on: bool, certain: bool | None) -> Advice | Unjudged | None:
    """Whether to use answers again. ``on``: that is done somewhere; ``certain``: the prompt says ``temperature: 0``,
    None where it is not known."""
    if on or found.repeated_cost <= 0:
        return None
    if not certain:
        reason = "prompt not found here" if certain is None else "no `temperature: 0`, so that answers differ"
        return Unjudged(kind="cache", reason=reason, calls=found.calls)
    return Advice(
        kind="cache",
        prompt=found.prompt,
        what=f'`mode = "exact"` in [cache.prompts."{found.prompt}"]',
        numbers={"calls": found.calls, "repeated": found.repeated},
        saved=dollars_of(found.repeated_cost),
    )


def model_advice(
    calls: PricedCalls, model: str, then: Decimal | None, passes: Evaluated, quality: QualityChange | None
) -> Advice | Unjudged | None:
    """Whether another model, whose ``passes`` evidence has, answers for less; None where it does not.

    ``then`` is what the same calls would have cost with it, None where its price is unknown.
    """
    if then is None:
        return Unjudged(kind="model", reason=f"price unknown: {model}", calls=calls.calls)
    saved = dollars_of(calls.cost) - then
    if saved <= 0:
        return None
    return Advice(
        kind="model",
        prompt=calls.prompt,
        what=f"`model: {model}`",
        numbers={"calls": calls.calls, "passed": passes.passed, "cases": passes.cases},
        saved=saved,
        digest=calls.digest,
        model=calls.model,
        quality=quality,
    )


def advised(found: Iterable[Advice | Unjudged | None]) -> Advised:
    """Advice by what it would have saved; calls without it by kind and reason, the most first."""
    lines: list[Advice] = []
    counts: dict[tuple[Kind, str, str | None], int] = {}
    for it in found:
        if isinstance(it, Advice):
            lines.append(it)
        elif it is not None and it.calls:
            key = it.kind, it.reason, it.hint
            counts[key] = counts.get(key, 0) + it.calls
    unjudged = [Unjudged(kind=key[0], reason=key[1], hint=key[2], calls=calls) for key, calls in counts.items()]
    return Advised(
        lines=tuple(sorted(lines, key=_place)),
        unjudged=tuple(sorted(unjudged, key=lambda it: (-it.calls, it.kind, it.reason, it.hint or ""))),
    )


def _place(line: Advice) -> tuple[Decimal | str, ...]:
    return -line.saved, line.prompt, line.kind, line.what, line.model or "", line.digest or ""
