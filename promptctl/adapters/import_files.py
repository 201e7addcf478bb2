"""Reads files of other tools: YAML, JSON, tables, texts and texts with a head, each with the places of its values."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from promptctl.adapters.files import UNREADABLE, decode, parse_yaml, read_bytes
from promptctl.core.files.document import Document, Mark
from promptctl.core.files.strict_json import strict_json
from promptctl.core.importing.node import UNFIT
from promptctl.core.importing.registry import FORMATS, named_format
from promptctl.core.importing.source import Source
from promptctl.errors import DocumentError, Place, Problem, UsageError

_HEAD = re.compile(
    r"(?P<before>(?:[ \t]*(?:#[^\n]*)?\n)*---[ \t]*\n)(?P<head>.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_TEXTS = (".txt", ".md", ".markdown", ".j2")


def read_source(path: Path, shown: str, form: str | None = None) -> Source:
    """A file to import; ``form`` is its format where that was said.

    Raises UsageError for a file that cannot be read, DocumentError with the place of what is malformed in it.
    """
    return source_of(read_bytes(path, shown), shown, path.parent, form)


def source_of(data: bytes, shown: str, folder: Path | None, form: str | None = None) -> Source:
    """The same for bytes at hand; without a ``folder`` there is nothing beside them."""
    text = decode(data, shown)
    suffix = Path(shown).suffix.lower()
    body, body_line = text, 1
    said = FORMATS.get(form or named_format(shown) or "")
    if said and said.headed:
        document, body, body_line = _headed(text, shown)
    elif form == "text" or suffix in _TEXTS:
        document = Document(shown, text, {(): Mark(1, 1, 1)}, text)
    else:
        document = _structured(text, shown, suffix)

    def beside(written: str) -> Source:
        return _beside(folder, shown, written)

    return Source(document=document, body=body, body_line=body_line, beside=beside)


def _beside(folder: Path | None, shown: str, written: str) -> Source:
    """A file below the folder of the first one. Raises UsageError for any other place, whatever leads there."""
    parts = [part for part in written.split("/") if part != "."]
    plain = folder is not None and parts and not any(part == ".." or not part for part in parts)
    if not plain or "\\" in written or ":" in written or folder is None:
        raise UsageError(
            UNREADABLE, f"{shown} names {written!r}, which is no path below its own folder", place=Place(shown)
        )
    path = folder.joinpath(*parts)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UsageError(UNREADABLE, f"{shown} names {written!r}, which leads out of its folder", place=Place(shown))
    named = (Path(shown).parent / "/".join(parts)).as_posix()
    read = read_source(path, named)

    def beside(inner: str) -> Source:
        return _beside(folder, shown, inner)

    return Source(document=read.document, body=read.body, body_line=read.body_line, beside=beside)


def _headed(text: str, shown: str) -> tuple[Document, str, int]:
    """The head as a document whose places are those of the file, the text behind it and its first line."""
    found = _HEAD.match(text)
    if not found:
        return Document(shown, {}, {}, text), text, 1
    skipped = "\n" * found["before"].count("\n")
    head = parse_yaml((skipped + found["head"]).encode(), shown)
    if not isinstance(head.value, dict | None):
        raise head.error(UNFIT, "the head of the file must be a mapping")
    return (
        Document(shown, head.value or {}, head.marks, text),
        text[found.end() :],
        text.count("\n", 0, found.end()) + 1,
    )


def _structured(text: str, shown: str, suffix: str) -> Document:
    if suffix == ".csv":
        return _table(text, shown)
    if suffix == ".jsonl":
        return _lines(text, shown)
    if suffix == ".json" or text.lstrip()[:1] in ("{", "["):
        return _json(text, shown)
    return parse_yaml(text.encode(), shown)


def _json(text: str, shown: str) -> Document:
    """JSON with the places that a reader of YAML finds in it: YAML knows no pairs of surrogates, so it sees none."""
    try:
        value = strict_json(text)
    except json.JSONDecodeError as fault:
        place = Document(shown, None, {}, text).line(fault.lineno, fault.colno)
        raise DocumentError((Problem(UNFIT, f"not JSON: {fault.msg.lower()}", place),)) from None
    except ValueError as fault:
        raise DocumentError((Problem(UNFIT, f"not JSON: {fault}", Place(shown)),)) from None
    try:
        marks = parse_yaml(_PAIR.sub(r"\\u2603\\u2603", text).encode(), shown).marks
    except UsageError:
        marks = {}
    return Document(shown, value, marks, text)


def _lines(text: str, shown: str) -> Document:
    """JSON Lines as a list; each value stands on its line."""
    values: list[Any] = []
    marks: dict[Any, Mark] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            marks[(len(values),)] = Mark(number, 1, number)
            try:
                values.append(strict_json(line))
            except ValueError as fault:
                raise DocumentError((Problem(UNFIT, f"not JSON: {fault}", Place(shown, number)),)) from None
    return Document(shown, values, marks, text)


def _table(text: str, shown: str) -> Document:
    """CSV as a list of rows by column; each row stands on the line that it begins on."""
    reader = csv.reader(io.StringIO(text))
    values: list[Any] = []
    marks: dict[Any, Mark] = {}
    header: list[str] | None = None
    line = 1
    try:
        for record in reader:
            if record and header is None:
                header = [column.strip() for column in record]
            elif record and header is not None:
                marks[(len(values),)] = Mark(line, 1, line)
                values.append(_row(header, record, Place(shown, line)))
            line = reader.line_num + 1
    except csv.Error as fault:
        raise DocumentError((Problem(UNFIT, f"not CSV: {fault}", Place(shown, line)),)) from None
    return Document(shown, values, marks, text)


def _row(header: list[str], record: list[str], place: Place) -> dict[str, str]:
    """The values of a row by their columns. Raises DocumentError for a value that has none of its own."""
    if any(record[len(header) :]):
        hint = "a value with a comma in it stands in double quotes"
        raise DocumentError((Problem(UNFIT, f"{len(record)} values for {len(header)} columns", place, hint),))
    if twice := next((column for column in header if column and header.count(column) > 1), None):
        raise DocumentError((Problem(UNFIT, f"the column `{twice}` stands twice", Place(place.file, 1)),))
    return dict(zip(header, record, strict=False))
