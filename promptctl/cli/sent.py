"""Says what became of a commit on the state branch."""

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
        "note": published.note,
    }


def published_text(published: Published) -> str:
    """One line: the commit and where it is."""
    if published.commit is None:
        return "nothing to do"
    short = published.commit[:7]
    if published.remote and not published.sent:
        again = " as recorded before" if published.resent else ""
        return f"commit {short}{again}, here only: not on {published.remote}"
    where = f"{published.remote}/{published.branch}" if published.remote else published.branch
    return (
        f"sent what was recorded here before: {short} on {where}" if published.resent else f"commit {short} on {where}"
    )


def joined_notes(*notes: str | None) -> str | None:
    """Several notes as one, those that are None left out."""
    return "\n".join(note for note in notes if note) or None
