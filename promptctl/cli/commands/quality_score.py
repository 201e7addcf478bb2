"""``promptctl quality score``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli import reporting as options
from promptctl.cli.context import Context
from promptctl.cli.event_options import place_of
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.counting import count
from promptctl.core.reporting.window import BAD_REPORT, window_of
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.workflows.quality_score import PromptScored


def command(
    context: Context,
    sample: Annotated[
        str | None,
        Option("--sample", metavar="SHARE", help="Of the calls, in place of the settings'.", show_default=False),
    ] = None,
    since: options.SinceOption = "24h",
    until: options.UntilOption = None,
    prompt: options.PromptOption = None,
    env: options.EnvOption = None,
    top: options.TopOption = 500,
    judges: Annotated[
        bool, Option("--judges", help="Ask judges too, as [quality] judges does; their calls cost.", show_default=False)
    ] = False,
    store: options.StoreOption = None,
) -> Answer:
    """Score a sample of the answers that were kept by what the suite expects of every answer; again adds nothing twice.

    It needs [events] content = true."""
    from promptctl.workflows.quality_score import score_calls

    reporting = options.opened(context, store)
    share = _share(sample, reporting.settings.quality.get("sample", 0) if reporting.settings else 0)
    window = window_of(context.now, since, until, {"prompt": prompt, "environment": env})
    project, place = context.repository.work, place_of(context, store)
    with reporting.warehouse as warehouse:
        scored = score_calls(
            project,
            place,
            warehouse,
            window,
            sample=share,
            most=top,
            providers=reporting.providers if judges else None,
        )
    following = "promptctl quality" if any(it.calls for it in scored) else None
    return Answer(
        data={"sample": share, "prompts": [_data(it) for it in scored]}, view=lambda: _view(scored), next=following
    )


def _share(written: str | None, usual: float) -> float:
    try:
        share = usual if written is None else float(written)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        hint = "--sample 0.01, or [quality] sample = 0.01 in promptctl.toml"
        raise UsageError(BAD_REPORT, f"a sample of {written or usual} is no share of calls", hint=hint)
    return share


def _data(it: PromptScored) -> dict[str, Any]:
    return {
        "prompt": it.name,
        "calls": it.calls,
        "scores": list(it.names),
        "left_out": dict(it.left_out),
        "fault": it.fault,
        "faults": list(it.faults),
    }


def _view(scored: tuple[PromptScored, ...]) -> str:
    if not scored:
        return "no answers were kept in this window: [events] content = true keeps them"
    lines = []
    for it in scored:
        if it.fault:
            lines.append(f"{it.name}: not scored: {it.fault}")
            continue
        names = ", ".join(it.names) or "nothing that every case expects"
        lines.append(f"{it.name}: {count(it.calls, 'call')} scored by {names}")
        lines += [f"  left out: {name}: {why}" for name, why in it.left_out]
        lines += [f"  not judged: {why}" for why in it.faults]
    return "\n".join(lines)
