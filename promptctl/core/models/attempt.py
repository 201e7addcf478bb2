"""One attempt to get an answer from a provider, as those who watch a gateway see it."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.core.models.request import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """``fault`` is the kind of what went wrong, "cancelled" where the caller gave up, None for an answer.

    ``latency_ms`` runs from sending to the end of the answer or the fault, ``first_token_ms`` to the first piece of a
    stream, None where nothing was streamed. ``prices`` is the version of the price table that the answer's cost comes
    from, empty where there is no cost to tell.

    ``usage`` is what the provider said that it used, also where its answer was none: unknown parts are None. It is None
    where the provider began no answer, which nobody is billed for. ``cost`` are the picodollars for it, None: unknown.
    """

    provider: str
    model: str
    host: str
    fault: str | None = None
    latency_ms: float
    first_token_ms: float | None = None
    prices: str = ""
    usage: Usage | None = None
    cost: int | None = None
