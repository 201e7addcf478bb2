"""Runs a command: a plain function ``command(context, …) -> Answer`` with the common options around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import Any

from promptctl.cli.boundary import exit_code, guarded, landing
from promptctl.cli.context import Context
from promptctl.cli.output import Answer, Output
from promptctl.cli.table import SUPERVISED, command_named
from promptctl.errors import StateError, UsageError

Command = Callable[..., Answer]
FINDING = ("drift", "fetch", "verify")
"""Commands whose own findings tell of rewritten tags; all others warn of them."""


def load(name: str) -> Command:
    """The function of a command; only its own module is imported."""
    # A word that Python keeps for itself names no module.
    file = f"{name}_" if iskeyword(name) else name.replace(" ", "_").replace("-", "_")
    command: Command = import_module(f"promptctl.cli.commands.{file}").command
    return command


def main(words: Sequence[str]) -> int:
    """Runs one command line and gives the exit code; what is not plain goes to the command line library."""
    from promptctl.cli.line import plain_arguments
    from promptctl.cli.parameters import parameters_of

    name = command_named(words)
    if name is not None:
        function = load(name)
        arguments = plain_arguments(parameters_of(function), words[len(name.split()) :])
        if arguments is not None:
            return run(name, function, **arguments)
    from promptctl.cli.app import main as judge

    return judge(list(words))


def run(
    name: str,
    function: Command,
    /,
    *,
    as_json: bool = False,
    quiet: bool = False,
    directory: Path | None = None,
    **arguments: Any,
) -> int:
    """Prints the answer of a command and gives its exit code.

    What reads unreleased text runs in a child process that can be stopped.
    """
    output = Output(name, as_json=as_json, quiet=quiet)

    def answered() -> int:
        return guarded(output, answer)

    def answer() -> int:
        context = _context(directory, output)
        try:
            with landing(lambda: context.landed):
                code = exit_code(output, function(context, **arguments))
        except StateError:
            for line in context.other_policy():
                output.remark(line)
            raise
        finally:
            for line in context.rewritten() if name not in FINDING else ():
                output.warn(line)
        context.keep_facts()
        return code

    if name in SUPERVISED:
        from promptctl.adapters.bounded import supervised

        return guarded(output, lambda: supervised(answered))
    return answered()


def _context(directory: Path | None, output: Output) -> Context:
    folder = (directory or Path.cwd()).absolute()
    if not folder.is_dir():
        raise UsageError("PC001", f"there is no folder {directory}")
    return Context(folder.resolve(), output)
