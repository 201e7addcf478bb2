"""Reads a plain command line, so that the command line library, slow to load, is needed for help and mistakes only."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from promptctl.cli.parameters import Argument, Option, Parameter

_PLAIN = (bool, str, Path)


def plain_arguments(parameters: Sequence[Parameter], words: Sequence[str]) -> dict[str, Any] | None:
    """The values that a command line gives, by parameter; None where it takes the library to say what they are.

    That is: everything that is wrong, ``--help``, ``--``, values that start with ``-``, numbers, and values taken from
    the environment.
    """
    try:
        return dict(_values(parameters, iter(words)))
    except _NotPlainError:
        return None


class _NotPlainError(Exception):
    pass


def _values(parameters: Sequence[Parameter], words: Iterator[str]) -> Iterator[tuple[str, Any]]:
    options = {spelling: found for found in parameters for spelling in _spellings(found)}
    loose: list[str] = []
    given: dict[str, list[str]] = {}
    for word in words:
        spelled, equals, value = word.partition("=")
        if not _is_option(word):
            loose.append(word)
        elif spelled not in options or (equals and (options[spelled].kind is bool or not spelled.startswith("--"))):
            raise _NotPlainError
        elif options[spelled].kind is bool:
            given[options[spelled].name] = [""]
        else:
            given.setdefault(options[spelled].name, []).append(value if equals else _next(words))
    for found in parameters:
        if isinstance(found.declared, Option) and (found.declared.envvar or "") in os.environ:
            raise _NotPlainError
        texts = _taken(found, loose) if isinstance(found.declared, Argument) else given.get(found.name, [])
        if texts:
            yield found.name, _converted(found, texts)
        elif found.required:
            raise _NotPlainError
    if loose:
        raise _NotPlainError


def _spellings(found: Parameter) -> tuple[str, ...]:
    return found.declared.spellings if isinstance(found.declared, Option) else ()


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def _next(words: Iterator[str]) -> str:
    value = next(words, None)
    if value is None or _is_option(value):
        raise _NotPlainError
    return value


def _taken(found: Parameter, loose: list[str]) -> list[str]:
    """The words that an argument takes, which are then gone: one, or all that are left."""
    taken = loose[:] if found.many else loose[:1]
    del loose[: len(taken)]
    return taken


def _converted(found: Parameter, texts: list[str]) -> Any:
    if found.kind not in _PLAIN and not issubclass(found.kind, Enum):
        raise _NotPlainError
    if found.kind is bool:
        return True
    if len(texts) > 1 and not found.many:
        raise _NotPlainError
    try:
        values = [found.kind(text) for text in texts]
    except ValueError:
        raise _NotPlainError from None
    return values if found.many else values[0]
