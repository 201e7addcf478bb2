"""How ``why`` shows what it found: everything in it was written by others, and is shown as text only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptctl.cli.move_text import move_text
from promptctl.cli.tables import table
from promptctl.core.counting import count
from promptctl.core.reporting.window import moment_of
from promptctl.core.safe_text import safe_line
from promptctl.workflows.why_changes import co_authors

if TYPE_CHECKING:
    from promptctl.adapters.git.history import Change
    from promptctl.core.events.event import Event
    from promptctl.core.moves.moves import Move
    from promptctl.workflows.why import Why


def text(found: Why) -> str:
    """As people see it."""
    blocks = ["\n".join(_head(found))]
    if found.sent:
        rows = [
            (it.prompt, it.version or "", it.environment or "", it.arm or "", str(it.count), _at(it.last))
            for it in found.sent.sendings
        ]
        blocks.append(table(("sent by", "version", "in", "arm", "calls", "last"), rows))
    if found.moves:
        moves = [_moved(row.environment, row.move, str(found.version)) for row in found.moves]
        blocks.append(table(("served in", "since", "move", "by", "evidence", "reason"), moves))
    if found.approvals:
        agreed = [
            (it.environment, it.at or "", it.by, it.reason or "", it.fault or f"{it.signer} by {it.key}")
            for it in found.approvals
        ]
        blocks.append(table(("approved for", "at", "by", "reason", "signed"), agreed))
    if found.changes:
        since = f"changed since {found.after}" if found.after else "changed"
        changes = [_changed(change, found.pull_requests) for change in found.changes]
        blocks.append(table(("commit", since, "author", "pull request", "subject"), changes))
    return "\n\n".join(blocks)


def _head(found: Why) -> Iterator[str]:
    yield "  ".join(
        safe_line(part) for part in (f"{found.name} {found.version or 'not released'}", found.digest) if part
    )
    for fault in found.faults:
        yield f"DISAGREES: {safe_line(fault)}"
    if found.sent and found.sent.latest:
        yield f"sent     {safe_line(str(found.sent.latest.rendered))}, by {count(found.sent.count, 'call')}"
    if found.event:
        yield _called(found.event)
    if found.tag:
        yield f"release  {found.tag}, tagged {found.tagged or 'at an unknown time'}, commit {found.commit}"
    if found.also:
        yield f"also     {', '.join(found.also)}"


def _called(event: Event) -> str:
    said = [
        f"call     {event.id}, {_at(event.at)}",
        f"{event.environment or 'no environment'} ({event.reason or 'no reason given'})",
        f"arm {event.arm}" if event.arm else "",
        f"{event.model} at {event.provider}" if event.model else "",
        event.status,
        f"{event.latency_ms:,.0f} ms" if event.latency_ms is not None else "",
        f"${event.cost / 10**12:.6f}" if event.cost is not None else "price unknown",
    ]
    return ", ".join(safe_line(part) for part in said if part)


def _at(microseconds: int) -> str:
    return moment_of(microseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moved(environment: str, move: Move, version: str) -> tuple[str, ...]:
    approved = f"approved by {', '.join(move.approvals)}" if move.approvals else ""
    reason = "; ".join(filter(None, (move.reason, approved)))
    return (environment, move.at, move_text(move), move.by, _evidence(move.evidence, version), reason)


def _evidence(said: Mapping[str, Any] | None, version: str) -> str:
    """What the gate saw; a move that lets several arms in has it by version."""
    found = (said or {}).get(version, said)
    if not found or "outcome" not in found:
        return "none"
    return f"{found['outcome']} ({found['file']})" if found.get("file") else str(found["outcome"])


def _changed(change: Change, pull_requests: Mapping[str, str]) -> tuple[str, ...]:
    people = [person.partition(" <")[0] for person in (change.author, *co_authors(change))]
    return (
        change.commit[:7],
        change.at[:10],
        ", ".join(people),
        pull_requests.get(change.commit, ""),
        change.subject,
    )
