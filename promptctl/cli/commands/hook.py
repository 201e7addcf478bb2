"""``promptctl hook HOOK [FILE]…``."""

from __future__ import annotations

from typing import Annotated

from promptctl.cli.context import Context
from promptctl.cli.hooks import answer
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument


def command(
    context: Context,
    hook: Annotated[
        str,
        Argument(metavar="HOOK", help="lint, fmt, lock-check, pointer-check or no-secrets."),
    ],
    files: Annotated[
        list[str] | None,
        Argument(metavar="[FILE]…", help="Judge these too, not only what is staged."),
    ] = None,
) -> Answer:
    """Judge what is staged for the next commit. Reads the index, writes nothing, asks nobody; exit 1 refuses."""
    return answer(hook, context.directory, files or ())
