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
    from promptctl.core.prompt import parse_prompt
    from promptctl.reports.prompt_text import prompt_text

    shown = str(file)
    prompt = parse_prompt("prompt", parse_yaml(read_bytes(context.directory / file, shown), shown))
    text = prompt_text(prompt)
    return Answer(data={"text": text}, view=lambda: text, exact=True)
