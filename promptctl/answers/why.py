"""``why`` as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from promptctl.answers.call import event_data
from promptctl.workflows.why_changes import co_authors

if TYPE_CHECKING:
    from promptctl.core.events.sent import Sent
    from promptctl.workflows.why import Why


def data(found: Why) -> dict[str, Any]:
    """The release, its changes, moves and approvals; for a call its event."""
    return {
        "prompt": found.name,
        "digest": found.digest,
        "version": str(found.version) if found.version else None,
        "tag": found.tag,
        "tagged": found.tagged,
        "commit": found.commit,
        "after": str(found.after) if found.after else None,
        "changes": [
            {
                "commit": change.commit,
                "author": change.author,
                "co_authors": list(co_authors(change)),
                "at": change.at,
                "subject": change.subject,
                "trailers": [list(pair) for pair in change.trailers],
                "pull_request": found.pull_requests.get(change.commit),
            }
            for change in found.changes
        ],
        "moves": [{"environment": row.environment, **row.move.to_dict(None)} for row in found.moves],
        "approvals": [asdict(agreed) for agreed in found.approvals],
        "call": event_data(found.event) if found.event else None,
        "sent": _sent(found.sent) if found.sent else None,
        "also": list(found.also),
        "faults": list(found.faults),
    }


def _sent(sent: Sent) -> dict[str, Any]:
    return {
        "rendered": sent.latest.rendered if sent.latest else None,
        "calls": sent.count,
        "by": [asdict(sending) for sending in sent.sendings],
    }
