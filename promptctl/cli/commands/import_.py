"""``promptctl import FILE…``."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.output import Answer, problem_data, problem_text
from promptctl.cli.parameters import Argument, Option
from promptctl.core.counting import count
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.workflows.import_prompts import ImportResult


def command(
    context: Context,
    files: Annotated[list[str], Argument(metavar="FILE…", help="Files of other tools, or folders with a system.md.")],
    name: Annotated[
        str | None, Option("--name", metavar="NAME", help="The new prompt's name.", show_default=False)
    ] = None,
    under: Annotated[
        str | None,
        Option("--under", metavar="FOLDER", help="Where below prompts/ to put them.", show_default=False),
    ] = None,
    form: Annotated[
        str | None,
        Option("--format", metavar="FORMAT", help="What the files are; else they tell.", show_default=False),
    ] = None,
    lossy: Annotated[
        bool, Option("--lossy", help="Leave out what cannot be carried over.", show_default=False)
    ] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Write nothing.", show_default=False)] = False,
) -> Answer:
    """Bring in prompts that other tools keep, with their tests.

    Formats: promptfoo, prompty, dotprompt, github-models, langfuse, langchain, llm, text. Nothing in a file is run and
    nothing is fetched. What cannot be carried over is named with its place, and then nothing is written (exit 1) unless
    --lossy.
    """
    from promptctl.workflows.import_prompts import import_prompts

    if name and (under or len(files) > 1):
        raise UsageError("PC001", "--name names one prompt of one file", hint="--under FOLDER takes several files")
    paths = [_path(context, file) for file in files]
    result = import_prompts(context.repository, paths, name=name, under=under, form=form, lossy=lossy, dry_run=dry_run)
    return Answer(
        data=data(result),
        view=lambda: "\n".join(view(result, dry_run=dry_run)),
        ok=result.ok,
        next=next_line(result) if result.written else None,
    )


def _path(context: Context, written: str) -> Path:
    """A path as it is shown: relative to where the command works, if it lies there."""
    path = (context.directory / written).absolute()
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def data(result: ImportResult) -> dict[str, Any]:
    return {
        "prompts": [
            {"name": found.name, "source": found.source, "format": found.format, "files": list(found.files)}
            for found in result.prompts
        ],
        "dropped": [problem_data(problem) for problem in result.dropped],
        "written": list(result.written),
    }


def view(result: ImportResult, *, dry_run: bool) -> Iterator[str]:
    """What is left out, each with its place, then what was written."""
    label, dropped = "notice" if result.ok else "error", count(len(result.dropped), "thing")
    yield from (problem_text(problem, label) for problem in result.dropped)
    if not result.ok:
        yield f"nothing was written: {dropped} cannot be carried over; --lossy leaves them out"
        return
    for found in result.prompts:
        lost = f", {dropped} left out" if result.dropped and len(result.prompts) == 1 else ""
        yield f"{found.source} ({found.format}) is {found.name}{lost}"
        for path in found.files:
            yield f"  {'would write' if dry_run else 'wrote' if path in result.written else 'is there already:'} {path}"


def next_line(result: ImportResult) -> str:
    """What can be pasted: checks the prompts, and renders a lone one with its first test's inputs."""
    if len(result.prompts) > 1:
        return "promptctl lint"
    found = result.prompts[0]
    words = ["promptctl", "render", found.name]
    for key, value in found.inputs.items():
        plain = isinstance(value, str) and value != "-" and not value.startswith("@")
        words += ["-i", f"{key}={value}" if plain else f"{key}:={json.dumps(value, ensure_ascii=False)}"]
    return f"promptctl lint {found.name} && {shlex.join(words)}"
