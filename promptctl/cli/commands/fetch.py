"""``promptctl fetch``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.cli.context import Context
from promptctl.cli.findings import findings_text
from promptctl.cli.output import Answer
from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.workflows.fetch import Fetched, Moved

MOST_NAMED = 10


def command(context: Context) -> Answer:
    """Bring shared branches and release tags as the remote has them, and name tags that were moved."""
    from promptctl.workflows.fetch import fetch

    context.output.progress("fetching …")
    fetched = fetch(context.repository)
    following = "promptctl status" if fetched.ok else "promptctl drift"
    return Answer(data=lambda: _data(fetched), view=lambda: _text(fetched), ok=fetched.ok, next=following)


def _data(fetched: Fetched) -> dict[str, Any]:
    return {
        "remote": fetched.remote,
        "branches": [{"branch": it.branch, "before": it.before, "after": it.after} for it in fetched.branches],
        "new": list(fetched.new),
        "gone": list(fetched.gone),
        "findings": [finding.to_dict() for finding in fetched.findings],
    }


def _text(fetched: Fetched) -> str:
    lines = [f"{fetched.remote}/{moved.branch}: {_moved(moved)}" for moved in fetched.branches]
    for label, tags in (("new", fetched.new), ("gone from the remote", fetched.gone)):
        if tags:
            more = f", … ({len(tags) - MOST_NAMED} more)" if len(tags) > MOST_NAMED else ""
            lines.append(f"{count(len(tags), 'tag')} {label}: {', '.join(tags[:MOST_NAMED])}{more}")
    errors = [finding for finding in fetched.findings if finding.level == "error"]
    return "\n".join([*lines, *([findings_text(errors)] if errors else [])])


def _moved(moved: Moved) -> str:
    if moved.after is None:
        return "the remote has no such branch"
    if moved.before == moved.after:
        return f"{moved.after[:7]}, as before"
    return f"{moved.before[:7] if moved.before else 'nothing'} -> {moved.after[:7]}"
