"""``promptctl textconv FILE``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument


def command(context: Context, file: Annotated[Path, Argument(metavar="FILE", help="A prompt.yaml.")]) -> Answer:
    """Print a prompt's file as text for Git to compare; git-setup makes Git ask."""
    from promptctl.adapters.files import parse_yaml, read_bytes
    from promptctl.core.prompts.prompt import parse_prompt
    from promptctl.errors import UsageError
    from promptctl.reports.prompt_text import prompt_text

    shown, note = str(file), None
    data = read_bytes(context.directory / file, shown)
    try:
        text = prompt_text(parse_prompt("prompt", parse_yaml(data, shown)))
    except UsageError as error:
        # Git shows what it is given as it is: a file that is no prompt must be inert as well.
        text, note = data.decode("utf-8", "backslashreplace"), f"not a prompt, so the file itself: {error}"
    return Answer(data={"text": text}, view=lambda: text, note=note)
