"""Long lists in pages: a page names the last key that it had, so that what comes and goes shifts nothing."""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query

from promptctl.errors import UsageError

Row = TypeVar("Row")
PageSize = Annotated[int, Query(ge=1, le=1000, description="Entries of a page.")]
PageToken = Annotated[str, Query(max_length=500, description="`next_page_token` of the page before.")]


def paged(
    called: str,
    rows: Sequence[Row],
    key: Callable[[Row], str],
    size: int,
    token: str,
    *,
    spell: Callable[[Row], dict[str, Any]],
    falling: bool = False,
) -> dict[str, Any]:
    """One page of rows that are sorted by a unique key, or with ``falling`` the other way round.

    Raises UsageError on a token that no page gave.
    """
    after = key_of(token)
    left = [row for row in rows if (not token or key(row) < after if falling else key(row) > after)]
    page = left[:size]
    following = token_of(key(page[-1])) if len(left) > size else None
    return {called: [spell(row) for row in page], "total": len(rows), "next_page_token": following}


def token_of(key: str) -> str:
    """The token of a page that goes on after a key."""
    return urlsafe_b64encode(key.encode()).decode()


def key_of(token: str) -> str:
    """The key that a page goes on after. Raises UsageError on a token that no page gave."""
    try:
        return b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except ValueError:
        message = "page_token is none that a page gave"
        raise UsageError("PC001", message, hint="begin without page_token") from None
