"""Texts with variables in them and nothing else: read from the spelling of each tool, written as Jinja."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_OPENING = re.compile(r"\{(?=[{%#])|\{\Z")
NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_BRACES = re.compile(r"\{\{\s*(" + NAME + r")\s*\}\}", re.ASCII)
_TAG = re.compile(r"\{\{")
_DOLLAR = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>" + NAME + r")|\{(?P<braced>" + NAME + r")\}|(?P<bad>))", re.ASCII
)
_FORMAT = re.compile(r"(?P<escaped>\{\{|\}\})|\{(?P<name>[^{}]*)\}|(?P<bad>[{}])")
_IDENTIFIER = re.compile(NAME, re.ASCII)


@dataclass(frozen=True, slots=True)
class Variable:
    """A place that a value fills, by its name."""

    name: str


Segments = list[str | Variable]


class NoSegment(Exception):
    """A text holds more than variables; the message says what, ``at`` where (its index in the text)."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def braces(text: str) -> Segments:
    """``{{ name }}``; everything else is to the letter."""
    return _split(text, _BRACES, lambda found: Variable(found[1]))


def mustache(text: str) -> Segments:
    """``{{ name }}`` as Mustache has it. Raises NoSegment for any other tag: a section, a field, a comment."""
    for opening in _TAG.finditer(text):
        if not _BRACES.match(text, opening.start()):
            raise NoSegment("only plain variables of Mustache are read", opening.start())
    return braces(text)


def dollars(text: str) -> Segments:
    """``$name``, ``${name}`` and ``$$``, as Python's string templates spell them. Raises NoSegment for a lone ``$``."""

    def read(found: re.Match[str]) -> str | Variable:
        if found["escaped"]:
            return "$"
        name = found["plain"] or found["braced"]
        if not name:
            raise NoSegment("`$` stands before no name; a dollar sign is written `$$`", found.start())
        return Variable(name)

    return _split(text, _DOLLAR, read)


def format_fields(text: str) -> Segments:
    """``{name}``, ``{{`` and ``}}``, as Python's format strings spell them. Raises NoSegment for anything more."""

    def read(found: re.Match[str]) -> str | Variable:
        if found["escaped"]:
            return found["escaped"][0]
        if found["bad"] or not _IDENTIFIER.fullmatch(found["name"]):
            raise NoSegment(f"`{found[0]}` is no plain variable", found.start())
        return Variable(found["name"])

    return _split(text, _FORMAT, read)


def _split(text: str, pattern: re.Pattern[str], read: Callable[[re.Match[str]], str | Variable]) -> Segments:
    return list(_pieces(text, pattern, read))


def _pieces(
    text: str, pattern: re.Pattern[str], read: Callable[[re.Match[str]], str | Variable]
) -> Iterator[str | Variable]:
    end = 0
    for found in pattern.finditer(text):
        yield text[end : found.start()]
        yield read(found)
        end = found.end()
    yield text[end:]


def jinja(segments: Iterable[str | Variable], prefix: str = "") -> str:
    """The template that renders to the segments; ``prefix`` stands before each name: ``inputs.``."""
    texts: list[str] = []
    literal = ""
    for piece in segments:
        if isinstance(piece, Variable):
            texts += [escaped(literal), f"{{{{ {prefix}{piece.name} }}}}"]
            literal = ""
        else:
            literal += piece
    # The line end keeps a brace at the end of everything from looking like an opening one.
    return "".join(texts) + escaped(literal + "\n")[:-1]


def escaped(text: str) -> str:
    """A text as a template that renders to it, also where braces follow."""
    return _OPENING.sub('{{ "{" }}', text)


def names(segments: Iterable[str | Variable]) -> list[str]:
    """The variables, each once, in order."""
    return list(dict.fromkeys(piece.name for piece in segments if isinstance(piece, Variable)))
