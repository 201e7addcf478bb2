"""Where a name or a character stands: the line is known from the template, the column is looked up in the line."""

from __future__ import annotations

import re
from dataclasses import replace

from promptctl.core.files.document import Document, Path
from promptctl.errors import Place


def name_place(document: Document, path: Path, line: int, name: str) -> Place:
    """The place of a variable in ``line`` (1-based) of the template that the scalar at ``path`` holds."""
    return _with_column(document.template_place(path, line), name)


def partial_place(document: Document, line: int, name: str) -> Place:
    """The place of a variable in a line of a partial."""
    return _with_column(document.line(line), name)


def _with_column(place: Place, name: str) -> Place:
    """Adds the column of the name inside a tag, else of its first occurrence."""
    excerpt, word = place.excerpt or "", rf"\b{re.escape(name)}\b"
    found = re.search(rf"(?<=\{{[{{%])[^}}\n]*?({word})", excerpt) or re.search(f"({word})", excerpt)
    return replace(place, column=found.start(1) + 1) if found else place
