"""``promptctl demo``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.output import Answer, Output
from promptctl.cli.parameters import Option

if TYPE_CHECKING:
    from promptctl.workflows.demo import DemoResult, RanStep, Watcher


def command(
    context: Context,
    keep: Annotated[
        Path | None,
        Option("--keep", metavar="DIR", help="Work in this new folder and leave it there.", show_default=False),
    ] = None,
) -> Answer:
    """Take a scratch repository through the whole line: real files, real Git, recorded replies, no network."""
    from promptctl.workflows.demo import demo as run

    result = run(context.directory / keep if keep else None, _watcher(context.output))
    data = {
        "folder": str(result.folder),
        "kept": result.kept,
        "files": str(result.files),
        "steps": [{"line": step.line, "exit": step.exit_code, "output": step.output} for step in result.steps],
    }
    return Answer(data=data, view=lambda: closing(result))


def _watcher(output: Output) -> Watcher:
    from promptctl.workflows.demo import Watcher

    def start(folder: Path, files: Path) -> None:
        output.say("Every line after $ can be typed again, and ends as it did here.", "dim")
        output.say(f"\n$ DEMO={shlex.quote(str(files))}\n$ cd {shlex.quote(str(folder))}", "bold")

    def ended(step: RanStep) -> None:
        if step.output:
            output.say(step.output.removesuffix("\n"))
        if step.exit_code:
            output.say(f"(exit {step.exit_code})", "dim")

    return Watcher(
        start=start,
        chapter=lambda title: output.say(f"\n# {title}", "dim"),
        line=lambda text: output.say(f"$ {text}", "bold"),
        output=ended,
    )


def closing(result: DemoResult) -> str:
    """What is left of it, and what to do next."""
    from promptctl.core.demo_script import WORK_TREE

    where = result.folder / WORK_TREE
    left = (
        f"Look around: cd {shlex.quote(str(where))}"
        if result.kept
        else "Keep it to look around: promptctl demo --keep DIR"
    )
    return "\n".join(
        [
            f"\nDone in {result.seconds:.0f} seconds: a regression caught, a promotion refused, a rollback recorded.",
            f"1. {left}",
            "2. Start your own: cd into a Git repository, then promptctl init and promptctl new NAME",
            "3. Every command and what it takes: promptctl --help",
        ]
    )
