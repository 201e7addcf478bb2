"""A parsed file as a value: plain data plus the place of every node, so that any later error can point at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from promptctl.errors import DocumentError, Place, Problem

Path = tuple[str | int, ...]
"""A node's way from the root: keys and indexes."""


@dataclass(frozen=True, slots=True)
class Mark:
    """1-based position of a node (of its key, in a mapping) and of the first line of a scalar's text."""

    line: int
    column: int
    content_line: int


@dataclass(frozen=True, slots=True)
class Document:
    """``value`` holds only dict, list, str, int, float, bool and None; ``marks`` may be empty for made-up documents.

    ``sound_as`` is the kind of file whose schema the same text was found to follow before.
    """

    file: str
    value: Any
    marks: Mapping[Path, Mark] = field(default_factory=dict)
    text: str = ""
    sound_as: str | None = None

    def place(self, path: Path = ()) -> Place:
        """The place of the node at ``path``, or of its nearest marked ancestor."""
        for end in range(len(path), -1, -1):
            mark = self.marks.get(path[:end])
            if mark:
                return self.line(mark.line, mark.column)
        return Place(self.file)

    def line(self, line: int, column: int | None = None) -> Place:
        """A place in this file with the text of that line as the excerpt."""
        lines = _lines(self.text)
        excerpt = lines[line - 1] if 0 < line <= len(lines) else None
        return Place(self.file, line, column, excerpt or None)

    def template_place(self, path: Path, line: int) -> Place:
        """The place of ``line`` (1-based) of the template text held by the scalar at ``path``.

        In quoted text, where an escape may stand for a line end, it is the line on which the text starts.
        """
        mark = self.marks.get(path)
        if not mark:
            return self.place(path)
        place = self.line(mark.content_line + line - 1)
        text = _lines(str(self._value(path)))
        written = line > len(text) or text[line - 1].strip() in (place.excerpt or "")
        return place if written else self.line(mark.content_line)

    def _value(self, path: Path) -> Any:
        value = self.value
        for step in path:
            value = value[step]
        return value

    def problem(self, code: str, message: str, path: Path = (), hint: str | None = None) -> Problem:
        return Problem(code, message, self.place(path), hint)

    def error(self, code: str, message: str, path: Path = (), hint: str | None = None) -> DocumentError:
        return DocumentError((self.problem(code, message, path, hint),))


class UnreadDocument(Document):
    """A document whose value is known: its text is read, and places are looked for, when somebody asks.

    ``read`` gives the whole document, of the same text.
    """

    __slots__ = ("_read", "_whole")
    _read: Callable[[], Document]
    _whole: Document | None

    def __init__(self, file: str, value: Any, sound_as: str, read: Callable[[], Document]) -> None:
        given = {"file": file, "value": value, "sound_as": sound_as, "_read": read, "_whole": None}
        for name, part in given.items():
            object.__setattr__(self, name, part)

    def whole(self) -> Document:
        """The document as it was read, now or before."""
        if self._whole is None:
            object.__setattr__(self, "_whole", self._read())
        assert self._whole
        return self._whole

    @property
    def marks(self) -> Mapping[Path, Mark]:
        return self.whole().marks

    @property
    def text(self) -> str:
        return self.whole().text


@lru_cache(maxsize=2)
def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n")]


def pointer(path: Path) -> str:
    """Spells a path as people write it: ``messages[1].content``."""
    spelled = ""
    for step in path:
        spelled += f"[{step}]" if isinstance(step, int) else f".{step}" if spelled else step
    return spelled
