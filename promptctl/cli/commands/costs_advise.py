"""``promptctl costs advise``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.cli import reporting as options
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.core.reporting.window import window_of

if TYPE_CHECKING:
    from promptctl.core.reporting.advice import Advice, Advised

_KINDS = {"prefix": "cached prefixes", "cache": "answers used again"}


def command(
    context: Context,
    since: options.SinceOption = "30d",
    until: options.UntilOption = None,
    prompt: options.PromptOption = None,
    env: options.EnvOption = None,
    store: options.StoreOption = None,
) -> Answer:
    """Show what would have saved money, with the numbers that say so; what cannot be judged is counted."""
    from promptctl.core.provider_table import providers_of
    from promptctl.workflows.costs_advise import advise

    window = window_of(context.now, since, until, {"prompt": prompt, "environment": env})
    repository = context.repository
    providers = providers_of(repository.work.settings)
    with options.opened(context, store).warehouse as warehouse:
        found = advise(repository, warehouse, window, providers, context.now)
    return Answer(data=lambda: _data(found), view=lambda: _view(found), note=warehouse.note)


def _data(found: Advised) -> dict[str, Any]:
    from promptctl.core.reporting.money import exact

    return {
        "advice": [
            {
                "kind": line.kind,
                "prompt": line.prompt,
                "digest": line.digest,
                "model": line.model,
                "what": line.what,
                "numbers": dict(line.numbers),
                "saved": exact(line.saved),
            }
            for line in found.lines
        ],
        "unjudged": [{"kind": it.kind, "reason": it.reason, "calls": it.calls} for it in found.unjudged],
    }


def _view(found: Advised) -> Any:
    from promptctl.cli.tables import stacked, table

    rows = [[it.prompt, it.what, _basis(it), _saved(it)] for it in found.lines]
    first = [table(["prompt", "advice", "measured", "would have saved"], rows)] if rows else ["nothing to advise"]
    untold = [
        f"not judged for {_KINDS[it.kind]}: {it.calls:,} {_calls(it.calls)} ({it.reason})" for it in found.unjudged
    ]
    return stacked([*first, *untold])


def _saved(line: Advice) -> str:
    """At least so much, or about: the tokens of a prefix are told from its bytes."""
    from promptctl.core.reporting.money import shown

    return shown(line.saved, at_least=True) if line.kind == "cache" else f"about {shown(line.saved)}"


def _basis(line: Advice) -> str:
    numbers = line.numbers
    if line.kind == "cache":
        return f"{numbers['repeated']:,} of {numbers['calls']:,} calls asked the same within a day"
    reads = f"{numbers['reads']:,} of {numbers['calls']:,} calls soon after another"
    return f"{line.model}: {reads}, about {numbers['prefix_tokens']:,} tokens each"


def _calls(number: int) -> str:
    return "call" if number == 1 else "calls"
