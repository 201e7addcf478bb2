"""Long lists in pages: a page names the last key that it had, so that what comes and goes shifts nothing."""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import Query

from promptctl.errors import UsageError

PageSize = Annotated[int, Query(ge=1, le=1000, description="Entries of a page.")]
PageToken = Annotated[str, Query(max_length=500, description="`next_page_token` of the page before.")]


def paged(
    called: str, rows: Sequence[dict[str, Any]], key: Callable[[dict[str, Any]], str], size: int, token: str
) -> dict[str, Any]:
    """One page of rows that are sorted by a unique key. Raises UsageError on a token that no page gave."""
    after = _key_of(token)
    left = [row for row in rows if key(row) > after]
    page = left[:size]
    following = urlsafe_b64encode(key(page[-1]).encode()).decode() if len(left) > size else None
    return {called: page, "total": len(rows), "next_page_token": following}


def _key_of(token: str) -> str:
    try:
        return b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except ValueError:
        message = "page_token is none that a page gave"
        raise UsageError("PC001", message, hint="begin without page_token") from None
