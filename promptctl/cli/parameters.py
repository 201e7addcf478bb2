"""Arguments and options as commands declare them, without the command line library that shows their help."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """A word by its place: ``metavar`` as help shows it, in ``[…]`` when it may be left out."""

    metavar: str
    help: str


class Option:
    """A word by its name: each ``spelling`` of it, what help says, and which numbers it takes."""

    __slots__ = ("envvar", "help", "max", "metavar", "min", "show_default", "spellings")

    def __init__(
        self,
        *spellings: str,
        help: str,
        metavar: str | None = None,
        envvar: str | None = None,
        min: int | None = None,
        max: int | None = None,
        show_default: bool = True,
    ) -> None:
        self.spellings, self.help, self.metavar, self.envvar = spellings, help, metavar, envvar
        self.min, self.max, self.show_default = min, max, show_default


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a command. ``kind`` is the type of its values, ``many`` allows several of them."""

    name: str
    declared: Argument | Option
    annotation: Any
    kind: Any
    many: bool
    default: Any

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty


_JSON = Option("--json", help="Print one JSON object.", show_default=False)
_QUIET = Option("--quiet", "-q", help="No hints, no progress.", show_default=False)
_DIRECTORY = Option("-C", metavar="DIR", help="Work in this folder.", show_default=False)


def _common(
    as_json: Annotated[bool, _JSON] = False,
    quiet: Annotated[bool, _QUIET] = False,
    directory: Annotated[Path | None, _DIRECTORY] = None,
) -> None:
    """The options that every command has."""


def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The parameters of a command after its context, and those that every command has."""
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    common = inspect.signature(_common, eval_str=True).parameters.values()
    return tuple(_parameter(found) for found in (*own, *common))


def _parameter(found: inspect.Parameter) -> Parameter:
    annotation, declared = get_args(found.annotation)
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    kind = kinds[0] if kinds and get_origin(annotation) is not list else annotation
    many = get_origin(kind) is list
    return Parameter(
        name=found.name,
        declared=declared,
        annotation=annotation,
        kind=get_args(kind)[0] if many else kind,
        many=many,
        default=found.default,
    )
