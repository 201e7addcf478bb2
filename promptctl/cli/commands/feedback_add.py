"""``promptctl feedback add``."""

from __future__ import annotations

from typing import Annotated

from promptctl.answers.feedback import data
from promptctl.cli.context import Context
from promptctl.cli.event_options import StoreOption, place_of
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.reporting import opened


def command(
    context: Context,
    call: Annotated[str, Argument(metavar="CALL_ID", help="The id of a call.")],
    scores: Annotated[list[str] | None, Argument(metavar="[SCORE=NUMBER]…", help="Scores: resolved=1.")] = None,
    comment: Annotated[str | None, Option("--comment", help="Why, in words.", show_default=False)] = None,
    correction: Annotated[
        str | None, Option("--correction", help="What the answer should have been.", show_default=False)
    ] = None,
    store: StoreOption = None,
) -> Answer:
    """Keep what somebody says of a call; what is negative is told to the webhook of [quality] at once."""
    from promptctl.core.reporting.feedback import parse_scores
    from promptctl.workflows.feedback import Given, add_feedback

    given = Given(call=call, scores=parse_scores(scores or ()), comment=comment, correction=correction)
    reporting = opened(context, store)
    hook = reporting.settings.quality.get("webhook") if reporting.settings else None
    with reporting.warehouse as warehouse:
        added = add_feedback(place_of(context, store), warehouse, given, context.now, hook)
    event = added.event
    lines = [f"{', '.join(added.names)} of {event.prompt}@{event.version or '?'} kept"]
    lines += [f"told {added.told}"] if added.told else []
    lines += [f"not told: {added.untold}"] if added.untold else []
    following = f"promptctl eval add {event.prompt} --from {call}" if added.negative else None
    return Answer(
        data=data(added),
        view=lambda: "\n".join(lines),
        next=following,
    )
