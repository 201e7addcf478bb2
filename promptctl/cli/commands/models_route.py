"""``promptctl models route``."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.commands.models_list import dollars
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.tables import table

if TYPE_CHECKING:
    from promptctl.core.models.tier import Measured
    from promptctl.workflows.models_route import Route

_env = Option("--env", metavar="ENV", help="Of what this environment serves.", show_default=False)


def command(
    context: Context,
    asked: Annotated[str, Argument(metavar="MODEL|NAME", help="A model, or a prompt's name.")],
    provider: Annotated[
        str | None,
        Option("--provider", metavar="NAME", help="Ask this one.", envvar="PROMPTCTL_PROVIDER", show_default=False),
    ] = None,
    env: Annotated[str | None, _env] = None,
) -> Answer:
    """Show who would be asked for a model or a prompt: each provider's share of an application's calls, who is asked
    when it fails, and why. Of a prompt with a tier: which models fit, best first."""
    from promptctl.workflows.models_route import route

    found = route(context.repository, asked, os.environ, context.now, environment=env, override=provider)
    return Answer(data=_data(found), view=lambda: _view(found))


def _data(found: Route) -> dict[str, Any]:
    tier = found.ranking
    return {
        "prompt": found.prompt,
        "model": found.model,
        "model_id": found.model_id,
        "why": found.why,
        "ways": [asdict(way) | {"then": list(way.then)} for way in found.ways],
        "tier": tier and {"models": [_measured(it) for it in tier.models], "left_out": dict(tier.left_out)},
    }


def _measured(it: Measured) -> dict[str, Any]:
    return {
        "model": it.model,
        "passed": it.passed,
        "cases": it.cases,
        "latency_p95_ms": it.latency_p95_ms,
        "usd_per_mtok": None if it.usd_per_mtok is None else str(it.usd_per_mtok),
    }


def _view(found: Route) -> Any:
    ways = [
        (way.provider, way.host or way.kind, f"{way.share:g} %", ", ".join(way.then) or "-", way.obstacle or "ready")
        for way in found.ways
    ]
    parts: list[Any] = [f"{found.model_id}: {found.why}", table(("provider", "host", "share", "then", "here"), ways)]
    if found.ranking:
        rows = [(*_shown(it), "asked" if place == 0 else "fits") for place, it in enumerate(found.ranking.models)]
        rows += [(model, "", "", "", reason) for model, reason in found.ranking.left_out.items()]
        parts.append(table(("model", "passed", "p95", "per million", ""), rows))
    return "\n".join(parts)


def _shown(it: Measured) -> tuple[str, str, str, str]:
    latency = "unknown" if it.latency_p95_ms is None else f"{it.latency_p95_ms:.0f} ms"
    price = "unknown" if it.usd_per_mtok is None else dollars(it.usd_per_mtok)
    return it.model, f"{it.passed} of {it.cases}", latency, price
