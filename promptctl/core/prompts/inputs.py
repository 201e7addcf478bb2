"""Inputs as people spell them on a command line: ``key=text``, ``key=@file``, ``key:=json``, ``@file``, ``-``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from promptctl.errors import UsageError

MALFORMED = "PC040"
Kind = Literal["text", "value"]
"""What is wanted of a file: its text as it is, or the value that its JSON or YAML spells."""

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}(\.[A-Za-z_][A-Za-z0-9_]{0,63})*", re.ASCII)
_FORMS = "forms: key=text, key=@file, key:=json, @file, - for standard input"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument. Exactly one of ``file`` and ``text`` is set; ``file`` is "-" for standard input.

    Without a ``key`` it holds an object that gives several inputs at once.
    """

    written: str
    key: str | None
    kind: Kind
    text: str | None = None
    file: str | None = None


def parse_argument(written: str) -> Argument:
    """What one argument means. Raises UsageError naming it when it has none of the forms."""
    if written == "-" or written.startswith("@"):
        return Argument(written=written, key=None, kind="value", file=_file(written, written))
    key, equals, right = written.partition("=")
    kind: Kind = "value" if key.endswith(":") else "text"
    key = key.removesuffix(":")
    if not equals or not _KEY.fullmatch(key):
        raise UsageError(MALFORMED, f"{written[:80]!r} is no input", hint=_FORMS)
    if right == "-" or right.startswith("@"):
        return Argument(written=written, key=key, kind=kind, file=_file(right, written))
    return Argument(written=written, key=key, kind=kind, text=right)


def _file(right: str, written: str) -> str:
    file = "-" if right == "-" else right[1:]
    if not file:
        raise UsageError(MALFORMED, f"the input {written!r} names no file", hint=_FORMS)
    return "-" if file == "-" else file


def gather(written: Iterable[str], read: Callable[[Argument], Any]) -> dict[str, Any]:
    """The inputs that arguments give, later ones over earlier ones.

    ``read`` gives what an argument's file holds: text, or a value where ``kind`` says so. Raises UsageError naming the
    argument when it is malformed, is no object where one is needed, or asks for standard input a second time.
    """
    arguments = [parse_argument(text) for text in written]
    _check_standard_input(arguments)
    found: dict[str, Any] = {}
    for argument in arguments:
        value = _inline(argument) if argument.file is None else read(argument)
        if argument.key is not None:
            found[argument.key] = value
        elif isinstance(value, dict):
            found |= value
        else:
            raise UsageError(
                MALFORMED,
                f"the input {argument.written!r} must hold an object of inputs",
                hint="example: {text: Hello}",
            )
    return found


def _check_standard_input(arguments: Sequence[Argument]) -> None:
    readers = [argument.written for argument in arguments if argument.file == "-"]
    if len(readers) > 1:
        spelled = " and ".join(repr(reader) for reader in readers)
        raise UsageError(MALFORMED, f"standard input can be read once, not by {spelled}")


def _inline(argument: Argument) -> Any:
    text = argument.text or ""
    if argument.kind == "value":
        return parse_json(text, f"the input {argument.written[:80]!r}")
    if any("\ud800" <= character <= "\udfff" for character in text):
        hint = f"put it in a file: {argument.key}=@file"
        raise UsageError(MALFORMED, f"the input {argument.key!r} is not UTF-8", hint=hint)
    return text


def parse_json(text: str, what: str) -> Any:
    """The value that JSON spells: no key twice, no NaN, no lone surrogates.

    Raises UsageError whose message starts with ``what``.
    """
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise UsageError(MALFORMED, f"{what} is no JSON: nested too deeply") from None
    except UnicodeEncodeError:
        raise UsageError(MALFORMED, f"{what} is no JSON: a lone surrogate is not a character") from None
    except json.JSONDecodeError as error:
        message = f"{what} is no JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        raise UsageError(MALFORMED, message, hint="text needs double quotes: key:='\"text\"', or key=text") from None
    except ValueError as error:
        raise UsageError(MALFORMED, f"{what} is no JSON: {error}") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key `{twice}` stands twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    return number if abs(number) != float("inf") else _refuse(text)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number JSON knows")
