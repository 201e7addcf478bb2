"""Pages of calls, newest first: a page names the time and the id of the last call that it had."""

from __future__ import annotations

import re

from promptctl.core.events.event import Event
from promptctl.errors import UsageError
from promptctl.server.paging import key_of, token_of

_KEY = re.compile(r"(-?[0-9]{1,19}) ([^\0]*)", re.ASCII)


def token_after(event: Event) -> str:
    """The token of a page of calls that goes on after one."""
    return token_of(f"{event.at} {event.id}")


def before_of(token: str) -> tuple[int, str] | None:
    """Time and id of the call that a page goes on after. Raises UsageError on a token that no page gave."""
    if not token:
        return None
    found = _KEY.fullmatch(key_of(token))
    if found is None or abs(int(found[1])) >= 1 << 63:
        raise UsageError("PC001", "page_token is none that a page gave", hint="begin without page_token")
    return int(found[1]), found[2]
