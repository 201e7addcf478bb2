"""The expectation that a program of the prompt's folder judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptctl.core.scorers.answer import Answer, Finding, Scorer
from promptctl.core.scorers.argument import keys_fault, share_fault
from promptctl.core.scorers.python import judged_by


def program_file(value: Any) -> str:
    """The file of a checked argument: a path below the prompt's folder."""
    return str(value["file"] if isinstance(value, Mapping) else value)


def function_of(file: str) -> str:
    """What a loaded program is called among an answer's functions."""
    return f"command {file}"


def _fault(value: Any) -> str | None:
    if isinstance(value, Mapping):
        if fault := keys_fault(value, ("file",), ("min",)) or ("min" in value and share_fault(value["min"])):
            return fault
        value = value["file"]
    if not isinstance(value, str) or not value or not value.isprintable() or "\\" in value or ":" in value:
        return "needs a program in the prompt's folder, for example check.py"
    if any(segment in ("", ".", "..") for segment in value.split("/")):
        return "needs a plain path below the prompt's folder"
    return None


def _measure(value: Any, answer: Answer) -> Finding:
    return judged_by(function_of(program_file(value)), value, answer)


SCORERS: Mapping[str, Scorer] = {
    "command": Scorer("A program of the prompt's folder judges: FILE, or {file, min}.", _fault, _measure)
}
