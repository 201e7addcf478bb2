"""Rows of events as lines of JSON, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from promptctl.core.events.event import Scalar
from promptctl.core.files.strict_json import strict_json
from promptctl.core.models.request import compact_json


def json_line(names: Sequence[str], row: Sequence[Scalar]) -> str:
    """A row as a line: an object without what is unknown. JSON columns stay text, as in every other store."""
    cells = zip(names, row, strict=True)
    return compact_json({name: cell for name, cell in cells if cell is not None}) + "\n"


def parse_line(line: str) -> dict[str, Any]:
    """The fields of a line. Raises ValueError."""
    value = strict_json(line)
    if not isinstance(value, dict):
        raise ValueError("a JSON object is needed")
    return value
