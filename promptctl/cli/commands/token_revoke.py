"""``promptctl token revoke ID``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from promptctl.cli.context import Context
from promptctl.cli.options import TokensOption
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument


def command(
    context: Context,
    token: Annotated[str, Argument(metavar="ID", help="As `token list` says.")],
    tokens: TokensOption = None,
) -> Answer:
    """Take a token away: servers refuse it from now on."""
    from promptctl.adapters.token_folder import TokenFolder

    gone = TokenFolder(Path(tokens) if tokens else None, os.environ).remove(token)
    return Answer(data={"id": gone.id, "name": gone.name}, view=lambda: f"the token {gone.id} of {gone.name} is void")
