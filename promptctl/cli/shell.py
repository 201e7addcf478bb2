"""Turns a plain function into a command with the common options. A command is ``command(context, …) -> Answer``."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from promptctl.adapters.bounded import supervised
from promptctl.cli.boundary import exit_code, guarded
from promptctl.cli.context import Context
from promptctl.cli.output import Answer, Output
from promptctl.cli.table import SUPERVISED
from promptctl.errors import UsageError

Command = Callable[..., Answer]
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
            return guarded(output, lambda: exit_code(output, function(_context(directory, output), **arguments)))

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


def _context(directory: Path | None, output: Output) -> Context:
    folder = (directory or Path.cwd()).absolute()
    if not folder.is_dir():
        raise UsageError("PC001", f"there is no folder {directory}")
    return Context(folder.resolve(), output)
