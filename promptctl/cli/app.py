"""The command table as a program of the command line library, which shows help and says what is wrong with a line."""

from __future__ import annotations

import inspect
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from promptctl.cli.boundary import TRACEBACK, bug
from promptctl.cli.output import Output
from promptctl.cli.parameters import Argument, Option, Parameter, parameters_of
from promptctl.cli.shell import Command, load, run
from promptctl.cli.table import command_named, family, overview, second_words, summaries
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
        function = load(cmd_name)
        single = typer.Typer(add_completion=False, context_settings=_SETTINGS, rich_markup_mode=None)
        see = family(cmd_name)
        register = single.command(name=cmd_name, help=_help(function, cmd_name), epilog=see and f"\b\nSee also:\n{see}")
        register(_as_command(cmd_name, function))
        return typer.main.get_command(single)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(overview() + "\n")

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = command_named(args)
        if name is not None:
            return name, self.get_command(ctx, name), args[len(name.split()) :]
        if not args or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        raise _family_shown(args) or _no_command(args)


def _family_shown(words: list[str]) -> typer.Exit | None:
    """Shows the commands that begin with a word which is none by itself, where that is all there is, or help is asked
    for."""
    asked = words[1:2] in (["-h"], ["--help"])
    if not second_words(words[0]) or (words[1:] and not asked):
        return None
    print(f"Usage: promptctl {words[0]} COMMAND\n\n{family(words[0])}", file=sys.stdout if asked else sys.stderr)
    return typer.Exit(0 if asked else 2)


def _no_command(words: list[str]) -> UsageError:
    first, *others = words
    known = second_words(first)
    name = f"{first} {others[0]}" if known and others else first
    hint = suggest(name, list(summaries())) or (f"promptctl {first} --help" if known else "promptctl --help")
    return UsageError("PC001", f"there is no command `{name}`", hint=hint)


def _help(function: Any, name: str) -> str:
    return (function.__doc__ or summaries()[name]).strip()


def _as_command(name: str, function: Command) -> Callable[..., None]:
    """The function as the library takes it: the parameters are read from the signature."""

    declared = parameters_of(function)

    def command(**arguments: Any) -> None:
        _require_finite(name, declared, arguments)
        raise typer.Exit(run(name, function, **arguments))

    parameters = [_parameter(found) for found in declared]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _require_finite(name: str, declared: Sequence[Parameter], arguments: Mapping[str, Any]) -> None:
    """Raises UsageError for ``nan`` and ``inf``: the library takes them for numbers, and no range keeps ``nan`` out."""
    for found in declared:
        value = arguments[found.name]
        if isinstance(found.declared, Option) and isinstance(value, float) and not math.isfinite(value):
            message = f"invalid value for '{found.declared.spellings[0]}': {value} is not a number"
            raise UsageError("PC001", message, hint=f"promptctl {name} --help")


def _parameter(found: Parameter) -> inspect.Parameter:
    declared = found.declared
    shown: Any = (
        typer.Argument(metavar=declared.metavar, help=declared.help, show_default=False)
        if isinstance(declared, Argument)
        else typer.Option(
            *declared.spellings,
            help=declared.help,
            metavar=declared.metavar,
            envvar=declared.envvar,
            min=declared.min,
            max=declared.max,
            show_default=declared.show_default,
        )
    )
    annotation: Any = Annotated[found.annotation, shown]
    return inspect.Parameter(found.name, inspect.Parameter.KEYWORD_ONLY, default=found.default, annotation=annotation)


def build() -> Any:
    """The program as a typer command group."""
    root = typer.Typer(cls=_Commands, add_completion=False, context_settings=_SETTINGS, rich_markup_mode=None)
    root.callback()(lambda: None)
    return typer.main.get_command(root)


def main(arguments: list[str]) -> int:
    """Runs one command line and gives the exit code."""
    named = (command_named(arguments[place:]) for place in range(len(arguments)))
    name = next((name for name in named if name is not None), "promptctl")
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
