"""``promptctl costs advise``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli import reporting as options
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.reporting.window import window_of

if TYPE_CHECKING:
    from promptctl.core.reporting.advice import Advice, Advised
    from promptctl.core.reporting.evaluated import QualityChange

_KINDS = {"prefix": "cached prefixes", "cache": "answers used again", "model": "other models"}


def command(
    context: Context,
    since: options.SinceOption = "30d",
    until: options.UntilOption = None,
    prompt: options.PromptOption = None,
    env: options.EnvOption = None,
    top: Annotated[int, Option("--top", metavar="N", help="Other models for the N dearest texts.", min=1)] = 10,
    store: options.StoreOption = None,
) -> Answer:
    """Show what would have saved money, with the numbers that say so; what cannot be judged is counted."""
    from promptctl.core.models.provider_table import providers_of
    from promptctl.workflows.costs_advise import advise

    window = window_of(context.now, since, until, {"prompt": prompt, "environment": env})
    repository = context.repository
    providers = providers_of(repository.work.settings)
    with options.opened(context, store).warehouse as warehouse:
        found = advise(repository, warehouse, window, providers, context.now, top)
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
                "quality": _quality(line.quality),
            }
            for line in found.lines
        ],
        "unjudged": [
            {"kind": it.kind, "reason": it.reason, "calls": it.calls, "hint": it.hint} for it in found.unjudged
        ],
    }


def _quality(found: QualityChange | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "cases": found.cases,
        "before": found.before,
        "now": found.now,
        "interval": found.interval.to_list(),
    }


def _view(found: Advised) -> Any:
    from promptctl.cli.tables import table

    rows = [[it.prompt, it.what, _basis(it), _saved(it)] for it in found.lines]
    first = [table(["prompt", "advice", "measured", "would have saved"], rows)] if rows else ["nothing to advise"]
    untold = [
        f"not judged for {_KINDS[it.kind]}: {it.calls:,} {_calls(it.calls)} ({it.reason}){_hint(it.hint)}"
        for it in found.unjudged
    ]
    return "\n".join([*first, *untold])


def _hint(hint: str | None) -> str:
    return f": {hint}" if hint else ""


def _saved(line: Advice) -> str:
    """At least so much, or about: the tokens of a prefix are told from its bytes."""
    from promptctl.core.reporting.money import shown

    return f"about {shown(line.saved)}" if line.kind == "prefix" else shown(line.saved, at_least=line.kind == "cache")


def _basis(line: Advice) -> str:
    numbers = line.numbers
    if line.kind == "cache":
        return f"{numbers['repeated']:,} of {numbers['calls']:,} calls asked the same within a day"
    if line.kind == "model":
        return f"{line.model}: {numbers['calls']:,} {_calls(numbers['calls'])}; {_passes(line)}"
    reads = f"{numbers['reads']:,} of {numbers['calls']:,} calls soon after another"
    return f"{line.model}: {reads}, about {numbers['prefix_tokens']:,} tokens each"


def _passes(line: Advice) -> str:
    """What evidence says of the other model, and of the difference where it has both."""
    found = line.quality
    if found is None:
        numbers = line.numbers
        return (
            f"passes {numbers['passed']} of {numbers['cases']}, {line.model or 'the one that answered'} not evaluated"
        )
    change, low, high = (found.now - found.before) / found.cases, found.interval.low, found.interval.high
    worse = ", worse" if found.worse else ""
    passes = f"passes {found.now} of {found.cases} instead of {found.before}"
    return f"{passes} ({change:+.1%} [{low:+.1%}, {high:+.1%}]{worse})"


def _calls(number: int) -> str:
    return "call" if number == 1 else "calls"
