"""``promptctl git-setup``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option

if TYPE_CHECKING:
    from promptctl.workflows.git_setup import GitSetUp


def command(context: Context, undo: Annotated[bool, Option("--undo", help="Take it out again.")] = False) -> Answer:
    """Let this clone's Git show prompts as text in diff, log -p and blame, and merge the lock prompt by prompt."""
    from promptctl.workflows.git_setup import git_setup

    done = git_setup(context.repository.git, sys.executable, undo=undo)
    return Answer(
        data={"active": done.active, "changed": done.changed},
        view=lambda: _text(done),
        next="git log -p prompts" if done.active else None,
    )


def _text(done: GitSetUp) -> str:
    if not done.active:
        return "this clone's Git reads prompts as plain files" + ("" if done.changed else ", as before")
    lines = [
        "this clone's Git shows prompts as text in diff, log -p and blame,",
        "merges prompts.lock prompt by prompt and never mixes two moves of a pointer",
    ]
    return "\n".join(lines) + ("" if done.changed else ", as before")
