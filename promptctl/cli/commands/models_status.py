"""``promptctl models status``."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.tables import table

if TYPE_CHECKING:
    from promptctl.workflows.models_status import ProviderState


def command(
    context: Context,
    probe: Annotated[bool, Option("--probe", help="Ask each for its list of models, which is free.")] = False,
) -> Answer:
    """Show the providers: where they are, whether they are trusted here and their key is set. With --probe also whether
    they answer; exit 1 when one does not."""
    from promptctl.workflows.models_status import models_status

    found = models_status(context.repository, os.environ, probe=probe)
    data = {"providers": [asdict(it) | {"models": list(it.models)} for it in found]}
    ok = not any(it.fault for it in found)
    return Answer(
        data=data, view=lambda: _view(found), ok=ok, next=None if probe else "promptctl models status --probe"
    )


def _view(found: tuple[ProviderState, ...]) -> Any:
    rows = [
        (it.provider, it.host or it.kind, f"${it.key}" if it.key else "-", ", ".join(it.models) or "-", _here(it))
        for it in found
    ]
    return table(("provider", "host", "key", "models", "here"), rows)


def _here(it: ProviderState) -> str:
    if it.obstacle or it.fault:
        return it.obstacle or it.fault or ""
    return "ready" if it.milliseconds is None else f"answers in {it.milliseconds:.0f} ms"
