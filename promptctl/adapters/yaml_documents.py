"""YAML as documents and documents as YAML: with ``yaml_tokens`` the only module that knows a YAML library.

Reading uses libyaml's events with the scalar rules of YAML 1.2 (core schema); the same pass refuses what the format
leaves out (anchors, tags, duplicate keys, several documents) and notes the place of every node.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from promptctl.core.files import document as documents
from promptctl.core.files.document import Document, Mark
from promptctl.errors import DocumentError, Place, Problem

MALFORMED_YAML = "PC011"
MAX_DEPTH, MAX_NODES = 32, 100_000

_LOADER: Any = getattr(yaml, "CLoader", yaml.Loader)
_CONSTANTS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_CONSTANTS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_FOREIGN_BREAK = re.compile("[\x85\u2028\u2029]")
"""Ends a line for readers of YAML 1.1, as our parser is, and is a character like any other in YAML 1.2."""
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", re.ASCII)


def yaml_document(text: str, shown: str) -> Document:
    """One YAML 1.2 document as plain values with marks. Raises DocumentError with the place of the first fault."""
    marks: dict[documents.Path, Mark] = {}
    blank = Document(shown, None, {}, text)
    if found := _FOREIGN_BREAK.search(text):
        raise _foreign_break(blank, found)
    try:
        parser = _LOADER(text)
        try:
            value = _Composer(parser, blank, marks).document()
        finally:
            parser.dispose()
    except yaml.MarkedYAMLError as error:
        raise _yaml_error(blank, error) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, max(error.position, 0)) + 1
        raise DocumentError(
            (
                Problem(
                    MALFORMED_YAML,
                    f"character #x{ord(str(error.character)):04x} is not allowed"
                    if isinstance(error.character, str)
                    else "a character is not allowed",
                    blank.line(line),
                ),
            )
        ) from None
    return Document(shown, value, marks, text)


def _foreign_break(blank: Document, found: re.Match[str]) -> DocumentError:
    before = blank.text[: found.start()].split("\n")
    message = f"the character U+{ord(found[0]):04X} ends a line for some readers of YAML and not for others"
    hint = f'write it as "\\u{ord(found[0]):04x}", in double quotes'
    return DocumentError((Problem(MALFORMED_YAML, message, blank.line(len(before), len(before[-1]) + 1), hint),))


def _yaml_error(blank: Document, error: yaml.MarkedYAMLError) -> DocumentError:
    conflict = re.search(r"^<{7} ", blank.text, re.MULTILINE)
    if conflict:
        place = blank.line(blank.text.count("\n", 0, conflict.start()) + 1)
        hint = f"settle the conflict in the file, then git add {blank.file}"
        return DocumentError((Problem(MALFORMED_YAML, "the file holds merge conflict markers", place, hint),))
    mark = error.problem_mark or error.context_mark
    message = error.problem or "not valid YAML"
    place = blank.line(mark.line + 1, mark.column + 1) if mark else Place(blank.file)
    return DocumentError(
        (Problem(MALFORMED_YAML, message, place, "check quotes, colons and indentation on that line"),)
    )


class _Composer:
    """Builds plain values from parser events; holds the counts that bound depth and size."""

    def __init__(self, parser: Any, blank: Document, marks: dict[documents.Path, Mark]) -> None:
        self.next, self.blank, self.marks, self.nodes = parser.get_event, blank, marks, 0

    def document(self) -> Any:
        self.next()
        event = self.next()
        if isinstance(event, yaml.StreamEndEvent):
            return None
        if event.version or event.tags:
            raise self.fault(event, "directives are not allowed", "remove the line that starts with %")
        value = self.node(self.next(), (), None)
        self.next()
        event = self.next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self.fault(event, "a file holds one document", "remove the second `---`")
        return value

    def node(self, event: Any, path: documents.Path, key: Any) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or len(path) > MAX_DEPTH:
            raise self.fault(
                event, f"more than {MAX_NODES} values" if self.nodes > MAX_NODES else f"nested deeper than {MAX_DEPTH}"
            )
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self.fault(event, "anchors and aliases are not allowed", "write the value out")
        if event.tag:
            raise self.fault(event, f"the tag {event.tag} is not allowed", "remove it")
        start = event.start_mark
        named = (key or event).start_mark
        block = isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">")
        self.marks[path] = Mark(named.line + 1, named.column + 1, start.line + (2 if block else 1))
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        return self.mapping(path) if isinstance(event, yaml.MappingStartEvent) else self.sequence(path)

    def mapping(self, path: documents.Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(key := self.next(), yaml.MappingEndEvent):
            name = self.scalar(key) if isinstance(key, yaml.ScalarEvent) and not (key.anchor or key.tag) else None
            if not isinstance(name, str):
                raise self.fault(key, "a key must be plain text", "put the key in quotes")
            if name == "<<" and key.implicit[0]:
                raise self.fault(key, "merge keys are not allowed", "write the values out")
            if name in found:
                raise self.fault(key, f"the key `{name}` stands twice")
            found[name] = self.node(self.next(), (*path, name), key)
        return found

    def sequence(self, path: documents.Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            found.append(self.node(event, (*path, len(found)), None))
        return found

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
                raise self.fault(event, "a lone surrogate is not a character")
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.fullmatch(text):
            if len(text) > 400:
                raise self.fault(event, "a number has more than 400 digits")
            return int(text, 8 if text.startswith("0o") else 16 if text.startswith("0x") else 10)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if number in (float("inf"), float("-inf")):
                raise self.fault(event, "the number is too large")
            return number
        if _NOT_FINITE.fullmatch(text):
            raise self.fault(event, f"{text} is not a number JSON knows", "put it in quotes if text is meant")
        return text

    def fault(self, event: Any, message: str, hint: str | None = None) -> DocumentError:
        mark = event.start_mark
        return DocumentError((Problem(MALFORMED_YAML, message, self.blank.line(mark.line + 1, mark.column + 1), hint),))


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.2 reads otherwise than YAML 1.1, which is all that the library knows: numbers, line ends.

    Lists of numbers, and lists of such lists, stand on one line.
    """

    def represent_str(self, text: str) -> yaml.ScalarNode:
        style = '"' if _FOREIGN_BREAK.search(text) else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    def represent_lines(self, value: list[Any]) -> yaml.SequenceNode:
        return self.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=_is_numbers(value))


def _is_numbers(value: Any) -> bool:
    return all(map(_is_numbers, value)) if isinstance(value, list) else isinstance(value, int | float)


_Dumper.add_representer(str, _Dumper.represent_str)
_Dumper.add_representer(list, _Dumper.represent_lines)
_NUMBER = re.compile(f"(?:{_INTEGER.pattern}|{_FLOAT.pattern})$", re.ASCII)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBER, list("-+.0123456789"))


def yaml_bytes(value: object) -> bytes:
    """A plain value as block YAML in the written key order, for files that promptctl alone writes."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=1000
    )
    return text.encode()
