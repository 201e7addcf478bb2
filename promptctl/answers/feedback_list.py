"""``feedback list`` as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from promptctl.core.reporting.window import moment_of
from promptctl.core.timestamp import timestamp

if TYPE_CHECKING:
    from promptctl.core.reporting.feedback import Said


def data(said: Sequence[Said]) -> dict[str, Any]:
    """What people said of calls."""
    return {"feedback": [_said(it) for it in said]}


def _said(it: Said) -> dict[str, Any]:
    return {
        "call": it.call,
        "at": timestamp(moment_of(it.at)),
        "prompt": it.prompt,
        "version": it.version,
        "environment": it.environment,
        "name": it.name,
        "value": it.value,
        "negative": it.negative,
        "comment": it.comment,
        "correction": it.correction,
    }
