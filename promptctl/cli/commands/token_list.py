"""``promptctl token list``."""

from __future__ import annotations

import os
from pathlib import Path

from promptctl.cli.context import Context
from promptctl.cli.options import TokensOption
from promptctl.cli.output import Answer
from promptctl.cli.tables import table
from promptctl.core.timestamp import timestamp


def command(context: Context, tokens: TokensOption = None) -> Answer:
    """List the tokens of `serve`: who may do what where, until when."""
    from promptctl.adapters.token_folder import TokenFolder

    found = list(TokenFolder(Path(tokens) if tokens else None, os.environ).tokens().values())
    now = timestamp(context.now)
    rows = [
        (it.id, it.name, ", ".join(it.actions), ", ".join(it.environments), _until(it.expires, now)) for it in found
    ]
    data = [{key: value for key, value in it.to_dict().items() if key != "digest"} for it in found]
    view = table(("id", "name", "may", "in", "until"), rows) if rows else "no tokens"
    return Answer(data={"tokens": data}, view=lambda: view, next=None if rows else "promptctl token new NAME")


def _until(expires: str, now: str) -> str:
    return f"{expires} (expired)" if expires <= now else expires
