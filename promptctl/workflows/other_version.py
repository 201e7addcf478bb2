"""``costs whatif --prompt NAME@REF``: the same calls with another version of their prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from promptctl.adapters.repository import Repository
from promptctl.adapters.warehouse.kept_inputs import kept_inputs
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.adapters.warehouse.whatif import priced_calls
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Request
from promptctl.core.prompts.canonical import short
from promptctl.core.prompts.closure import Closure
from promptctl.core.reporting.fixed_text import around, fixed_text, text_size
from promptctl.core.reporting.other_version import (
    Change,
    RenderedCall,
    VersionLine,
    VersionWhatIf,
    fixed_change,
    rendered_change,
    version_line,
)
from promptctl.core.reporting.whatif import PricedCalls
from promptctl.core.reporting.window import Window
from promptctl.errors import UsageError
from promptctl.workflows.renderings import Renderings
from promptctl.workflows.resolve import resolve
from promptctl.workflows.served_text import served_text
from promptctl.workflows.token_rates import rates

_RENDERED = 200
"""How many of the newest calls whose inputs were kept are rendered, for each text and model."""


def other_version(
    repository: Repository,
    warehouse: Warehouse,
    window: Window,
    text: str,
    providers: Mapping[str, ProviderSettings],
    now: datetime,
) -> VersionWhatIf:
    """The calls of a prompt with the text that a reference names; ``window`` holds that prompt's calls alone.

    Raises what ``resolve`` raises, and OutsideError when the store cannot be read.
    """
    found = resolve(repository, text)
    other = found.closure
    lines = [
        _line(repository, warehouse, window, calls, other, providers, now) for calls in priced_calls(warehouse, window)
    ]
    order = sorted(lines, key=lambda line: (line.then is None, -line.now, line.served, line.model or ""))
    return VersionWhatIf(prompt=found.name, reference=text, lines=tuple(order))


def _line(
    repository: Repository,
    warehouse: Warehouse,
    window: Window,
    calls: PricedCalls,
    other: Closure,
    providers: Mapping[str, ProviderSettings],
    now: datetime,
) -> VersionLine:
    served = served_text(repository, calls.prompt, calls.digest)
    if served is None:
        label = short(calls.digest) if calls.digest else "unknown"
        return version_line(calls, label, "the text that was served is not here", None)
    found = rates(None, calls.model, providers, now)
    cost = found.cost(calls.input, calls.cache_read, calls.cache_write, 0) if found else None
    return version_line(calls, served.reference, _change(warehouse, window, calls, served.closure, other), cost)


def _change(warehouse: Warehouse, window: Window, calls: PricedCalls, before: Closure, now: Closure) -> Change | str:
    """The change of a call's input tokens, or why it cannot be known."""
    if before.prompt.steps or now.prompt.steps:
        return "a chain sends several texts"
    if before.prompt.model != now.prompt.model:
        return "it asks another model"
    if kept := kept_inputs(warehouse, window, calls, _RENDERED):
        return _rendered(kept, before, now)
    return fixed_change(fixed_text(before), fixed_text(now)) or (
        "more than fixed text differs, and no inputs were kept ([events] content = true keeps them)"
    )


def _rendered(kept: list[tuple[dict[str, object], int]], before: Closure, now: Closure) -> Change | str:
    # A tier names no model, and which one is asked changes nothing of the text.
    sides = [replace(it, prompt=replace(it.prompt, model="any")) for it in (before, now)]
    with Renderings(*sides, bounded=True) as renderings:
        old, new = (renderings.requests(side, [inputs for inputs, _ in kept]) for side in sides)
    calls = []
    for (_, tokens), first, second in zip(kept, old, new, strict=True):
        if isinstance(second, UsageError):
            return f"a call's inputs do not fit it: {second.problems[0].message}"
        if isinstance(first, UsageError):
            return f"a call cannot be rendered again: {first.problems[0].message}"
        sizes = [_size(request, side) for request, side in zip((first, second), sides, strict=True)]
        if None in sizes:
            return "messages hold more than text"
        calls.append(RenderedCall(before=sizes[0] or 0, now=sizes[1] or 0, tokens=tokens))
    return rendered_change(calls)


def _size(request: Request, closure: Closure) -> int | None:
    found = text_size(request.messages)
    return None if found is None else found + around(closure.prompt)
