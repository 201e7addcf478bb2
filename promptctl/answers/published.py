"""What became of a commit on the state branch, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.publish import Published


def published_data(published: Published | None) -> dict[str, Any] | None:
    """The commit, where it is, and whether the remote has it."""
    if published is None:
        return None
    return {
        "commit": published.commit,
        "branch": published.branch,
        "remote": published.remote,
        "sent": published.sent,
        "resent": published.resent,
        "tries": published.tries,
        "into": published.into,
        "note": published.note,
    }
