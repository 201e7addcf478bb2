"""Turns a plain function into a command: common options, the error boundary, exit codes.

A command is ``command(context, …) -> Answer``. An answer that is not ok exits 1; errors carry their own code; anything
else is our bug and exits 70 with a short report.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from promptctl.adapters.bounded import supervised
from promptctl.cli.context import Context
from promptctl.cli.output import Answer, Output
from promptctl.cli.table import SUPERVISED
from promptctl.errors import PromptctlError, UsageError

Command = Callable[..., Answer]
INTERRUPTED = 130
TRACEBACK = "PROMPTCTL_TRACEBACK"
"""The environment variable that lets a bug show its traceback, for reports."""

_COMMON = (
    ("as_json", bool, typer.Option("--json", help="Print one JSON object.", show_default=False), False),
    ("quiet", bool, typer.Option("--quiet", "-q", help="No hints, no progress.", show_default=False), False),
    (
        "directory",
        Path | None,
        typer.Option("-C", metavar="DIR", help="Work in this folder.", show_default=False),
        None,
    ),
)


def as_command(name: str, function: Command) -> Callable[..., None]:
    """The function with the common options, printing its answer and exiting with its code.

    What reads unreleased text runs in a child process that can be stopped.
    """

    @functools.wraps(function)
    def run(*, as_json: bool = False, quiet: bool = False, directory: Path | None = None, **arguments: Any) -> None:
        output = Output(name, as_json=as_json, quiet=quiet)

        def answered() -> int:
            return guarded(output, lambda: _exit_code(output, function(_context(directory, output), **arguments)))

        if name in SUPERVISED:
            raise typer.Exit(guarded(output, lambda: supervised(answered)))
        raise typer.Exit(answered())

    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    common = [
        inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])
        for key, kind, option, default in _COMMON
    ]
    keyword_only = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    run.__signature__ = inspect.Signature([*keyword_only, *common])  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in [*keyword_only, *common]}
    del run.__wrapped__
    return run


def _exit_code(output: Output, answer: Answer) -> int:
    """Prints an answer; a "no" is 1."""
    output.answer(answer)
    sys.stdout.flush()
    return 0 if answer.ok else 1


def guarded(output: Output, act: Callable[[], int]) -> int:
    """The exit code of ``act``, or of the error that stops it; nothing gets past it as a traceback."""
    try:
        return act()
    except PromptctlError as error:
        output.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        fault = bug(error)
        output.error(fault)
        return fault.exit_code


def bug(error: Exception) -> PromptctlError:
    """Our mistake as an error: what it is and where, in one line."""
    place, trace = "", error.__traceback__
    while trace:
        if trace.tb_frame.f_globals.get("__name__", "").startswith("promptctl"):
            place = f" in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return PromptctlError(
        "PC099",
        f"a bug in promptctl: {type(error).__name__}{place}",
        hint=f"run again with {TRACEBACK}=1 and report what it prints",
    )


def _context(directory: Path | None, output: Output) -> Context:
    folder = (directory or Path.cwd()).absolute()
    if not folder.is_dir():
        raise UsageError("PC001", f"there is no folder {directory}")
    return Context(folder.resolve(), output)
