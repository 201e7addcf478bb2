"""Reads ``promptctl.toml`` into a document."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from datetime import date, time
from typing import Any

from promptctl.adapters.files import decode, require_size
from promptctl.core.files.document import Document, Mark, Path
from promptctl.errors import DocumentError, Place, Problem

MALFORMED = "PC007"
MAX_BYTES = 128 * 1024
_MOST_DOTS = 500
"""Dots in one line: each may open a table inside the last, and the parser takes the square of their number."""


def parse_toml(data: bytes, file: str) -> Document:
    """A TOML file as a document whose tables and keys have places. Raises DocumentError."""
    require_size(data, MAX_BYTES, file)
    text = decode(data, file)
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _MOST_DOTS:
            raise DocumentError((Problem(MALFORMED, "the file is nested too deeply", Place(file, number)),))
    try:
        value = tomllib.loads(text, parse_float=_finite)
    except RecursionError:
        raise DocumentError((Problem(MALFORMED, "the file is nested too deeply", Place(file)),)) from None
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(Document(file, None, {}, text), str(error)) from None
    except ValueError:
        raise DocumentError((Problem(MALFORMED, "a number has too many digits", Place(file)),)) from None
    document = Document(file, value, _marks(text), text)
    for path in _moments(value, ()):
        raise document.error(MALFORMED, "settings hold no dates or times", path, "put it in quotes if text is meant")
    return document


def _finite(spelled: str) -> float:
    number = float(spelled)
    if not math.isfinite(number):
        raise tomllib.TOMLDecodeError(f"{spelled} is no number that settings hold")
    return number


def _moments(value: Any, path: Path) -> Iterator[Path]:
    """Where a date or time stands, which no other format that settings meet can hold."""
    if isinstance(value, date | time):
        yield path
    elif isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _moments(part, (*path, key))


def _toml_error(blank: Document, said: str) -> DocumentError:
    """The parser's message with the place it ends in taken out of the words."""
    message, _, where = said.partition(" (at ")
    numbers = [int(number) for number in re.findall(r"\d+", where)]
    place = blank.line(*numbers) if len(numbers) == 2 else Place(blank.file)
    return DocumentError((Problem(MALFORMED, f"not valid TOML: {message[0].lower()}{message[1:]}", place),))


def _marks(text: str) -> dict[Path, Mark]:
    """Places of table headers and plain keys, found by their spelling since tomllib gives none."""
    marks: dict[Path, Mark] = {}
    table: Path = ()
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.split("#", 1)[0].strip()
        if stripped.startswith("[") and stripped.endswith("]"):
            table = tuple(part.strip().strip("\"'") for part in stripped.strip("[]").split("."))
            marks[table] = Mark(number, 1, number)
        elif "=" in stripped:
            key = stripped.split("=", 1)[0].strip().strip("\"'")
            marks[(*table, key)] = Mark(number, len(line) - len(line.lstrip()) + 1, number)
    return marks
