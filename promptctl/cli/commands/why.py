"""``promptctl why``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.reporting import StoreOption, opened
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptctl.core.event import Event
    from promptctl.core.sent import Sent


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
    from promptctl.answers.why import data
    from promptctl.cli.why_view import text
    from promptctl.workflows.why import why, why_rendered

    if (what is None) == (rendered is None):
        hint = "promptctl why CALL_ID, or promptctl why --rendered FILE"
        raise UsageError("PC001", "one of DIGEST|CALL_ID|NAME[@REF] and --rendered is needed", hint=hint)
    calls = _Calls(context, store)
    if what is not None:
        found = why(context.repository, what, calls)
    else:
        found = why_rendered(context.repository, _sent_text(context, rendered or "-"), calls)
    following = f"promptctl show {found.name}@{found.version}" if found.version else None
    return Answer(data=lambda: data(found), view=lambda: text(found), ok=found.ok, next=following)


def _sent_text(context: Context, file: str) -> str:
    from promptctl.adapters.input_files import read_text

    return read_text(file, context.directory, sys.stdin.buffer)


class _Calls:
    """The store of events that options and settings name, opened when it is asked."""

    def __init__(self, context: Context, store: str | None) -> None:
        self._context, self._store = context, store

    def event_of(self, call: str) -> Event | None:
        """The call of that id."""
        from promptctl.adapters.warehouse.call import event_of

        with opened(self._context, self._store).warehouse as warehouse:
            return event_of(warehouse, call)

    def sent(self, digests: Sequence[str]) -> Sent:
        """The calls that sent one of these."""
        from promptctl.adapters.warehouse.sent import sent

        with opened(self._context, self._store).warehouse as warehouse:
            return sent(warehouse, digests)
