"""``promptctl models status``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.reporting import StoreOption, opened
from promptctl.cli.tables import table

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.live import ProviderTraffic
    from promptctl.workflows.models_status import ProviderState

    Traffic = Mapping[str, ProviderTraffic]


def command(
    context: Context,
    probe: Annotated[bool, Option("--probe", help="Ask each for its list of models, which is free.")] = False,
    traffic: Annotated[bool, Option("--traffic", help="Also how it answered applications.")] = False,
    since: Annotated[str, Option("--since", metavar="TIME", help="With --traffic: calls from then on.")] = "24h",
    store: StoreOption = None,
) -> Answer:
    """Show the providers: where they are, whether they are trusted here and their key is set. With --probe also whether
    they answer; exit 1 when one does not."""
    from promptctl.workflows.models_status import models_status

    found = models_status(context.repository, os.environ, probe=probe)
    seen = _seen(context, since, store) if traffic else None
    data = {"providers": [asdict(it) | {"models": list(it.models)} | _counted(it.provider, seen) for it in found]}
    ok = not any(it.fault for it in found)
    return Answer(
        data=data, view=lambda: _view(found, seen), ok=ok, next=None if probe else "promptctl models status --probe"
    )


def _seen(context: Context, since: str, store: str | None) -> Traffic:
    from promptctl.adapters.warehouse.live import traffic_of_providers
    from promptctl.core.reporting.window import parse_moment

    with opened(context, store).warehouse as warehouse:
        return traffic_of_providers(warehouse, parse_moment(since, context.now))


def _counted(provider: str, seen: Traffic | None) -> dict[str, Any]:
    """The provider's traffic for programs, where it was asked for."""
    if seen is None:
        return {}
    return {"traffic": asdict(seen[provider]) if provider in seen else None}


def _view(found: tuple[ProviderState, ...], seen: Traffic | None) -> Any:
    rows = [
        (it.provider, it.host or it.kind, f"${it.key}" if it.key else "-", ", ".join(it.models) or "-", _here(it))
        for it in found
    ]
    headers = ("provider", "host", "key", "models", "here")
    if seen is None:
        return table(headers, rows)
    wide = [(*row, *_cells(seen.get(it.provider))) for row, it in zip(rows, found, strict=True)]
    return table((*headers, "calls", "failed", "p95"), wide)


def _cells(traffic: ProviderTraffic | None) -> tuple[str, str, str]:
    if traffic is None:
        return "0", "-", "-"
    latency = "-" if traffic.p95_ms is None else f"{traffic.p95_ms:,.0f} ms"
    return f"{traffic.calls:,}", f"{traffic.errors / traffic.calls:.1%}", latency


def _here(it: ProviderState) -> str:
    if it.obstacle or it.fault:
        return it.obstacle or it.fault or ""
    return "ready" if it.milliseconds is None else f"answers in {it.milliseconds:.0f} ms"
