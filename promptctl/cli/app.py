"""The command table as a program: each command's module is imported only when it is called."""

from __future__ import annotations

import importlib
import keyword
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from promptctl.cli.boundary import TRACEBACK, bug
from promptctl.cli.output import Output
from promptctl.cli.shell import as_command
from promptctl.cli.table import overview, summaries
from promptctl.core.suggestion import suggest
from promptctl.errors import PromptctlError, UsageError

_SETTINGS = {"help_option_names": ["-h", "--help"]}


class _Commands(TyperGroup):
    """Finds commands by the table; knows their names without importing them."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(summaries())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in summaries():
            return None
        # A word that Python keeps for itself names no module.
        file = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        module = importlib.import_module(f"promptctl.cli.commands.{file}")
        single = typer.Typer(add_completion=False, context_settings=_SETTINGS, rich_markup_mode=None)
        single.command(name=cmd_name, help=_help(module.command, cmd_name))(as_command(cmd_name, module.command))
        return typer.main.get_command(single)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(overview() + "\n")

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in summaries():
            hint = suggest(args[0], list(summaries())) or "promptctl --help"
            raise UsageError("PC001", f"there is no command `{args[0]}`", hint=hint)
        return super().resolve_command(ctx, args)


def _help(function: Any, name: str) -> str:
    return (function.__doc__ or summaries()[name]).strip()


def build() -> Any:
    """The program as a typer command group."""
    root = typer.Typer(cls=_Commands, add_completion=False, context_settings=_SETTINGS, rich_markup_mode=None)
    root.callback()(lambda: None)
    return typer.main.get_command(root)


def main(arguments: list[str]) -> int:
    """Runs one command line and gives the exit code."""
    name = next((word for word in arguments if word in summaries()), "promptctl")
    try:
        code = build().main(args=arguments, prog_name="promptctl", standalone_mode=False)
    except Exception as error:
        fault = error if isinstance(error, PromptctlError) else _usage_error(error, name, arguments)
        if fault is None and os.environ.get(TRACEBACK):
            raise
        fault = fault or bug(error)
        Output(name, as_json="--json" in arguments).error(fault)
        return fault.exit_code
    return code if isinstance(code, int) else 0


def _usage_error(error: Exception, name: str, arguments: list[str]) -> UsageError | None:
    """What the command-line library found wrong, as one of our errors; its classes are private to it."""
    describe = getattr(error, "format_message", None)
    if describe is None:
        return None
    message = str(describe()).rstrip(".") or "incomplete command line"
    hint = "promptctl --help" if name == "promptctl" else f"promptctl {name} --help"
    if name != "promptctl" and arguments[0].startswith("-"):
        hint = f"options stand after the command: promptctl {name} … {arguments[0]}"
    return UsageError("PC001", message[0].lower() + message[1:], hint=hint)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
