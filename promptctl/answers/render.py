"""``render`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.render import Rendered


def data(rendered: Rendered) -> dict[str, Any]:
    """What was rendered, its messages, and the request where one was asked for."""
    resolved = rendered.resolved
    found = {
        "name": resolved.name,
        "reference": str(resolved.reference),
        "digest": resolved.digest,
        "version": str(resolved.version) if resolved.version else None,
        "prompt": rendered.prompt,
        "step": rendered.step or None,
        "later_steps": list(rendered.later),
        "messages": [dict(message) for message in rendered.messages],
        "rendered": rendered.digest,
    }
    return found | ({} if rendered.request is None else {"request": dict(rendered.request)})
