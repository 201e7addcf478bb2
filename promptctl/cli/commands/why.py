"""``promptctl why``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.move_text import move_text
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument
from promptctl.cli.reporting import StoreOption, opened
from promptctl.cli.tables import table

if TYPE_CHECKING:
    from promptctl.core.event import Event
    from promptctl.workflows.why import Why


def command(
    context: Context,
    what: Annotated[str, Argument(metavar="DIGEST|CALL_ID|NAME[@REF]", help="What was served, or the call's id.")],
    store: StoreOption = None,
) -> Answer:
    """Trace a digest or a call back to its release: who changed the text, who put it where, and why."""
    from promptctl.workflows.why import why

    found = why(context.repository, what, lambda call: _find(context, store, call))
    following = f"promptctl show {found.name}@{found.version}" if found.version else None
    return Answer(data=lambda: _data(found), view=lambda: _text(found), ok=found.ok, next=following)


def _find(context: Context, store: str | None, call: str) -> Event | None:
    from promptctl.adapters.warehouse.call import event_of

    with opened(context, store).warehouse as warehouse:
        return event_of(warehouse, call)


def _data(found: Why) -> dict[str, Any]:
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
                "at": change.at,
                "subject": change.subject,
                "trailers": [list(pair) for pair in change.trailers],
            }
            for change in found.changes
        ],
        "moves": [{"environment": row.environment, **row.move.to_dict(None)} for row in found.moves],
        "call": _call(found.event) if found.event else None,
        "also": list(found.also),
        "faults": list(found.faults),
    }


def _call(event: Event) -> dict[str, Any]:
    """The event without what a model or a user wrote."""
    left_out = ("inputs", "output")
    return {name: getattr(event, name) for name in type(event).__slots__ if name not in left_out}


def _text(found: Why) -> str:
    from promptctl.core.safe_text import safe_line

    head = [f"{found.name} {found.version or 'not released'}", found.digest]
    parts = [
        "  ".join(safe_line(part) for part in head if part),
        *(f"DISAGREES: {safe_line(fault)}" for fault in found.faults),
    ]
    if found.event:
        parts.append(_called(found.event))
    if found.tag:
        parts.append(f"release  {found.tag}, tagged {found.tagged or 'at an unknown time'}, commit {found.commit}")
    if found.also:
        parts.append(f"also     {', '.join(found.also)}")
    blocks = ["\n".join(parts)]
    if found.moves:
        rows = [_moved(row.environment, row.move) for row in found.moves]
        blocks.append(table(("served in", "since", "move", "by", "evidence", "reason"), rows))
    if found.changes:
        since = f"changed since {found.after}" if found.after else "changed"
        rows = [(it.commit[:7], it.at[:10], it.author.partition(" <")[0], it.subject) for it in found.changes]
        blocks.append(table(("commit", since, "author", "subject"), rows))
    return "\n\n".join(blocks)


def _called(event: Event) -> str:
    from promptctl.core.reporting.window import moment_of
    from promptctl.core.safe_text import safe_line

    when = moment_of(event.at).isoformat(timespec="milliseconds")
    said = [
        f"call     {event.id}, {when.replace('+00:00', 'Z')}",
        f"{event.environment or 'no environment'} ({event.reason or 'no reason given'})",
        f"arm {event.arm}" if event.arm else "",
        f"{event.model} at {event.provider}" if event.model else "",
        event.status,
        f"{event.latency_ms:,.0f} ms" if event.latency_ms is not None else "",
        f"${event.cost / 10**12:.6f}" if event.cost is not None else "price unknown",
    ]
    return ", ".join(safe_line(part) for part in said if part)


def _moved(environment: str, move: Any) -> tuple[str, ...]:
    evidence = move.evidence["outcome"] if move.evidence else "none"
    approved = f"{move.reason or ''} approved by {', '.join(move.approvals)}" if move.approvals else move.reason or ""
    return (
        environment,
        move.at,
        move_text(move),
        move.by,
        evidence,
        approved,
    )
