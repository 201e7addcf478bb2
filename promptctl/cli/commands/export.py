"""``promptctl export NAME[@REF] --format FORMAT``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.options import NameArgument
from promptctl.cli.output import Answer, problem_data, problem_text
from promptctl.cli.parameters import Option

if TYPE_CHECKING:
    from promptctl.workflows.export import ExportResult


def command(
    context: Context,
    name: NameArgument,
    form: Annotated[
        str,
        Option(
            "--format", metavar="FORMAT", help="promptfoo, prompty, dotprompt or github-models.", show_default=False
        ),
    ],
    output: Annotated[
        Path | None, Option("--output", metavar="FILE", help="Write this file.", show_default=False)
    ] = None,
    lossy: Annotated[bool, Option("--lossy", help="Leave out what the format cannot say.", show_default=False)] = False,
) -> Answer:
    """Write a prompt as another tool keeps it, to standard output or a new file.

    The result is read back and compared. What the format cannot say is named with its place, and then nothing is
    written (exit 1) unless --lossy.
    """
    from promptctl.workflows.export import export as run

    path = (context.directory / output).absolute() if output else None
    result = run(context.repository, name, form, output=path, lossy=lossy)
    return Answer(
        data=data(result, output),
        view=lambda: view(result, output),
        ok=result.ok,
        exact=result.ok and output is None,
        note="\n".join(notes(result)) or None,
    )


def data(result: ExportResult, output: Path | None) -> dict[str, Any]:
    return {
        "name": result.name,
        "format": result.format,
        "text": result.text if result.ok else None,
        "dropped": [problem_data(problem) for problem in result.dropped],
        "suite_stays": result.suite_stays,
        "written": output.as_posix() if output and result.written else None,
    }


def view(result: ExportResult, output: Path | None) -> str:
    if not result.ok:
        lines = [problem_text(problem) for problem in result.dropped]
        number = len(result.dropped)
        what = f"{number} thing{'s' * (number != 1)}"
        return "\n".join([*lines, f"nothing was written: {result.format} cannot say {what}; --lossy leaves them out"])
    return f"wrote {output.as_posix()}" if output else result.text


def notes(result: ExportResult) -> Iterator[str]:
    """What people should know beside the file itself."""
    if result.ok:
        yield from (problem_text(problem, "notice") for problem in result.dropped)
    if result.suite_stays:
        yield f"eval.yaml stays behind: {result.format} holds no tests"
