"""``promptctl token new NAME``."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from promptctl.cli.context import Context
from promptctl.cli.options import TokensOption
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option


def command(
    context: Context,
    name: Annotated[str, Argument(metavar="NAME", help="Who will use it.")],
    env: Annotated[list[str] | None, Option("--env", metavar="ENV", help="Where it counts; several: all.")] = None,
    allow: Annotated[
        list[str] | None,
        Option("--allow", metavar="ACTION", help="read, promote, rollback, split, freeze, feedback, events."),
    ] = None,
    expires: Annotated[str, Option("--expires", metavar="AGE", help="How long it lasts, at most 365d.")] = "90d",
    tokens: TokensOption = None,
) -> Answer:
    """Make a token for `serve` and print it, this once. Without --env it counts everywhere, without --allow to read."""
    from promptctl.adapters.token_folder import TokenFolder
    from promptctl.core.caching.limits import parse_age
    from promptctl.core.token import EVERYWHERE, new_token

    lasts = timedelta(seconds=min(parse_age(expires), 10**9))
    places, actions = env or [EVERYWHERE], allow or ["read"]
    token, text = new_token(name, places, actions, context.now, lasts, secrets.token_bytes(38))
    TokenFolder(Path(tokens) if tokens else None, os.environ).add(token)
    data = {"token": text, **{key: value for key, value in token.to_dict().items() if key != "digest"}}
    said = f"{token.id}: {', '.join(token.actions)} in {', '.join(token.environments)}, until {token.expires}"
    return Answer(data=data, view=lambda: text, note=f"{said}; it is not shown again")
