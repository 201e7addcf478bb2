"""Reads what input arguments name: files the caller chose, wherever they lie, and standard input."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from promptctl.adapters.files import MAX_BYTES, decode, parse_yaml
from promptctl.core.prompts.inputs import MALFORMED, Argument, gather, parse_json
from promptctl.errors import UsageError

STANDARD_INPUT = "standard input"
_JSON_OBJECT = re.compile(r'\s*\{\s*["}]')


def read_inputs(written: Iterable[str], folder: Path, standard_input: BinaryIO) -> dict[str, Any]:
    """The inputs that arguments give; relative files are looked for in ``folder``.

    Raises UsageError naming the argument or the file that cannot be read or understood.
    """

    def read(argument: Argument) -> Any:
        data, shown = _bytes(argument, folder, standard_input)
        if argument.kind == "text":
            return decode(data, shown)
        return _value(data, shown)

    return gather(written, read)


def read_text(file: str, folder: Path, standard_input: BinaryIO) -> str:
    """The text of a file, or of standard input for ``-``. Raises UsageError for one that cannot be read."""
    return decode(*_bytes(Argument(written=file, key=None, kind="text", file=file), folder, standard_input))


def _bytes(argument: Argument, folder: Path, standard_input: BinaryIO) -> tuple[bytes, str]:
    if argument.file == "-":
        return _bounded(standard_input, STANDARD_INPUT), STANDARD_INPUT
    shown = argument.file or ""
    try:
        with (folder / Path(shown).expanduser()).open("rb") as file:
            return _bounded(file, shown), shown
    except (OSError, RuntimeError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise UsageError(MALFORMED, f"the input {argument.written!r}: {shown}: {reason}") from None


def _bounded(file: BinaryIO, shown: str) -> bytes:
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UsageError(MALFORMED, f"{shown} is larger than {MAX_BYTES >> 20} MiB")
    return data


def _value(data: bytes, shown: str) -> Any:
    """JSON where the name or the start of the text says so, else YAML, whose errors have a place."""
    text = decode(data, shown)
    suffix = Path(shown).suffix.lower()
    if suffix == ".json" or (suffix not in (".yaml", ".yml") and _JSON_OBJECT.match(text)):
        return parse_json(text, shown)
    return parse_yaml(data, shown).value
