"""``promptctl completion SHELL``."""

from __future__ import annotations

from importlib import resources
from typing import Annotated

from promptctl.cli.completion import SHELLS
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError


def command(
    context: Context,
    shell: Annotated[str, Argument(metavar="SHELL", help="One of: " + ", ".join(SHELLS))],
) -> Answer:
    """Print the script that lets a shell complete commands, options, prompts and environments.

    For bash, put eval "$(promptctl completion bash)" into ~/.bashrc; for zsh the same with zsh into ~/.zshrc, after
    compinit; for fish, keep what it prints as ~/.config/fish/completions/promptctl.fish.
    """
    if shell not in SHELLS:
        hint = suggest(shell, SHELLS) or f"shells: {', '.join(SHELLS)}"
        raise UsageError("PC001", f"there is no completion for `{shell}`", hint=hint)
    script = resources.files("promptctl.cli").joinpath(f"completion.{shell}").read_text(encoding="utf-8")
    return Answer(data={"shell": shell, "script": script}, view=lambda: script, exact=True)
