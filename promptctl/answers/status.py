"""``status`` as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.live import Seen
    from promptctl.workflows.status import StatusResult, StatusRow


def data(result: StatusResult, seen: Sequence[Seen] | None = None) -> dict[str, Any]:
    """What was found, for programs; the traffic only where it was asked for."""
    traffic = {} if seen is None else {"traffic": [_traffic(found) for found in seen]}
    return traffic | {
        "prompts": [_row(row) for row in result.rows],
        "environments": list(result.environments),
        "read": result.read,
        "frozen": dict(result.frozen),
        "unsent": list(result.unsent),
        "broken": list(result.broken),
        "note": result.note,
    }


def _row(row: StatusRow) -> dict[str, Any]:
    return {
        "prompt": row.name,
        "files": row.files,
        "locked": str(row.locked) if row.locked else None,
        "served": {environment: pointer.served.to_dict() for environment, pointer in row.served.items()},
        "splits": {where: pointer.split.to_dict() for where, pointer in row.served.items() if pointer.split},
        "retired": dict(row.retired),
        "rolled_back": dict(row.rolled_back),
    }


def _traffic(found: Seen) -> dict[str, Any]:
    return {
        "prompt": found.prompt,
        "environment": found.environment,
        "version": found.version,
        "digest": found.digest,
        "calls": found.calls,
        "errors": found.errors,
    }
