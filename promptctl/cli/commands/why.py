"""``promptctl why``."""

from __future__ import annotations

import sys
from typing import Annotated

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.reporting import StoreOption, opened
from promptctl.errors import UsageError


def command(
    context: Context,
    what: Annotated[
        str | None,
        Argument(metavar="[DIGEST|CALL_ID|NAME[@REF]]", help="What was served, the call's id, or what was sent."),
    ] = None,
    rendered: Annotated[
        str | None,
        Option(
            "--rendered",
            metavar="FILE|-",
            help="The text that was sent: messages as JSON, or one message's text.",
            show_default=False,
        ),
    ] = None,
    store: StoreOption = None,
) -> Answer:
    """Trace a digest, a call or a text that was sent back to its release: who changed it, who put it where, and why."""
    from promptctl.adapters.warehouse.stored_calls import StoredCalls
    from promptctl.answers.why import data
    from promptctl.cli.why_view import text
    from promptctl.workflows.why import why, why_rendered

    if (what is None) == (rendered is None):
        hint = "promptctl why CALL_ID, or promptctl why --rendered FILE"
        raise UsageError("PC001", "one of DIGEST|CALL_ID|NAME[@REF] and --rendered is needed", hint=hint)
    calls = StoredCalls(lambda: opened(context, store).warehouse)
    if what is not None:
        found = why(context.repository, what, calls)
    else:
        found = why_rendered(context.repository, _sent_text(context, rendered or "-"), calls)
    following = f"promptctl show {found.name}@{found.version}" if found.version else None
    return Answer(data=lambda: data(found), view=lambda: text(found), ok=found.ok, next=following)


def _sent_text(context: Context, file: str) -> str:
    from promptctl.adapters.input_files import read_text

    return read_text(file, context.directory, sys.stdin.buffer)
