"""``promptctl feedback list``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli import reporting as options
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.reporting.window import moment_of, window_of
from promptctl.core.timestamp import timestamp

if TYPE_CHECKING:
    from promptctl.core.reporting.feedback import Said


def command(
    context: Context,
    negative: Annotated[bool, Option("--negative", help="Low scores and corrections alone.")] = False,
    since: options.SinceOption = "30d",
    until: options.UntilOption = None,
    prompt: options.PromptOption = None,
    env: options.EnvOption = None,
    version: options.VersionOption = None,
    top: options.TopOption = 50,
    store: options.StoreOption = None,
) -> Answer:
    """List what people said of calls, the newest first."""
    from promptctl.adapters.warehouse.feedback import feedback_said
    from promptctl.answers.feedback_list import data

    window = window_of(context.now, since, until, {"prompt": prompt, "environment": env, "version": version})
    with options.opened(context, store).warehouse as warehouse:
        said = feedback_said(warehouse, window, negative=negative, most=top)
    return Answer(data=data(said), view=lambda: _view(said), note=warehouse.note)


def _view(said: list[Said]) -> Any:
    from promptctl.cli.tables import table

    if not said:
        return "no feedback in this window"
    return table(("at", "call", "prompt", "version", "score", "comment", "correction"), [_cells(it) for it in said])


def _cells(it: Said) -> tuple[str, ...]:
    score = it.name if it.value is None else f"{it.name} {it.value:g}"
    words = [_short(text) for text in (it.comment, it.correction)]
    return (timestamp(moment_of(it.at)), it.call, it.prompt or "(unknown)", it.version or "", score, *words)


def _short(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= 60 else f"{line[:59]}…"
