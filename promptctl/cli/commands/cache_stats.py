"""``promptctl cache stats``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.tables import table
from promptctl.core.counting import count
from promptctl.core.models.price import dollars_of
from promptctl.core.reporting.money import exact, shown

if TYPE_CHECKING:
    from promptctl.adapters.reply_tables import Group


def command(context: Context) -> Answer:
    """Show what this machine's cache of replies keeps for applications and suites: entries, size, age, uses and what
    they saved, by prompt, provider and model."""
    from promptctl.adapters.replies import open_cache

    with open_cache(os.environ) as cache:
        groups, path, size = cache.groups(), str(cache.path), cache.size()
    totals = {"entries": sum(group.entries for group in groups), "hits": sum(group.hits for group in groups)}
    return Answer(
        data={"file": path, "bytes": size, **totals, "groups": [_data(group) for group in groups]},
        view=lambda: _text(path, size, groups),
    )


def _data(group: Group) -> dict[str, object]:
    saved = None if group.saved is None else exact(dollars_of(group.saved))
    return asdict(group) | {"saved": saved, "oldest": _day(group.oldest), "newest": _day(group.newest)}


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def _text(path: str, size: int, groups: Sequence[Group]) -> str:
    entries = sum(group.entries for group in groups)
    lines = [f"{path}: {count(entries, 'entry')}, {shown_size(size)}"]
    rows = [
        (
            group.use,
            group.prompt or "(unknown)",
            group.provider or "(unknown)",
            group.model or "(unknown)",
            str(group.entries),
            shown_size(group.bytes),
            str(group.hits),
            "unknown" if group.saved is None else shown(dollars_of(group.saved)),
            _day(group.oldest),
            _day(group.newest),
        )
        for group in groups
    ]
    header = ("use", "prompt", "provider", "model", "entries", "size", "hits", "saved", "oldest", "newest")
    return "\n".join([*lines, *([table(header, rows)] if rows else [])])


def shown_size(size: int) -> str:
    """Bytes as people read them."""
    for unit, divisor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= divisor:
            return f"{size / divisor:.1f} {unit}"
    return f"{size} B"
