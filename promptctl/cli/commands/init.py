"""``promptctl init``."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option

if TYPE_CHECKING:
    from promptctl.workflows.init import Initialised


def command(
    context: Context,
    state_branch: Annotated[
        bool,
        Option("--state-branch", help="Record what environments serve on a branch of its own.", show_default=False),
    ] = False,
) -> Answer:
    """Make this Git repository a prompt registry: settings and a folder for prompts; commits nothing."""
    from promptctl.workflows.init import init as run

    done = run(context.directory, state_branch=state_branch)
    data = {
        "root": str(done.root),
        "new_repository": done.new_repository,
        "default_branch": done.default_branch,
        "state_branch": done.state_branch,
        "written": list(done.written),
        "commit": commit_line(done, context.directory),
    }
    return Answer(data=data, view=lambda: view(done, context.directory), next="promptctl new NAME")


def commit_line(done: Initialised, folder: Path) -> str | None:
    """The command that commits what was written, as typed in ``folder``; None when there is nothing to commit."""
    files = [os.path.relpath(done.root / path, folder) for path in done.written if not path.endswith("/")]
    return f'git add {shlex.join(files)} && git commit -m "Start a prompt registry"' if files else None


def view(done: Initialised, folder: Path) -> str:
    lines = [f"made a Git repository in {done.root}"] if done.new_repository else []
    if not done.new_repository and done.root != folder:
        lines.append(f"the repository's top is {done.root}")
    if not done.written:
        return "\n".join([*lines, "nothing to do: promptctl.toml and prompts/ are there"])
    lines += [f"wrote {path}" for path in done.written]
    if done.state_branch != done.default_branch:
        lines.append(f"moves go to the branch {done.state_branch}: the first makes it; let whoever promotes push there")
    commit = commit_line(done, folder)
    if commit:
        lines.append(f"nothing is committed; to commit: {commit}")
    if "prompts/" in done.written:
        lines.append("prompts/ is empty, so Git has nothing of it to keep until the first prompt")
    return "\n".join(lines)
