"""The canonical layout of a YAML file: order of its keys, indentation, blank lines, text in blocks.

Works on tokens, so that comments, quotes and what flow collections hold stay as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.core.files.layout_order import Chunk, ordered_lines
from promptctl.core.files.yaml_text import block
from promptctl.core.files.yaml_token import BLOCK_STYLES, Token

STEP = 2
_INDICATOR = re.compile(r"([|>])([-+]?)([1-9]?)([-+]?)")


def layout(text: str, tokens: Sequence[Token], order: Sequence[str]) -> str:
    """The text as ``fmt`` writes it; ``order`` is that of the keys at the top, keys not in it go last.

    ``tokens`` are those of ``text``, which holds a mapping. The result means the same but for the order of keys at the
    top. What this cannot lay out comes back as it was: a flow mapping, a comment between a key and its colon, keys out
    of order beside a text that keeps the blank lines after it.
    """
    if next((token.kind for token in tokens if token.kind != "document"), "") != "map":
        return text
    printer = _Printer(text if text.endswith("\n") else text + "\n")
    try:
        for token in tokens:
            printer.take(token)
    except _CannotLayOut:
        return text
    lines, chunks, free = printer.finished()
    in_order = ordered_lines(lines, chunks, free, order)
    if printer.keeps and in_order != lines:
        return text
    return "".join(f"{line}\n" for line in in_order)


class _CannotLayOut(Exception):
    """A comment stands where the line has to go on."""


@dataclass(frozen=True, slots=True)
class _Block:
    """An open block collection: its kind, the column it was written at and the indentation it gets.

    ``bare`` dashes stand in the column of their key, and no token begins or ends them.
    """

    kind: str
    column: int
    indent: int


_AROUND = _Block("", -1, -STEP)


class _Printer:
    """Builds the new lines token by token; ``current`` is the line at work, None between lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: list[str] = []
        self._chunks: list[Chunk] = []
        self._current: str | None = None
        self._blocks: list[_Block] = []
        # Of the line at work: a block begins behind its dash, it ends with a comment, a blank line comes after it.
        self._opened = self._commented = self._blank = False
        self._is_key = False
        # Up to where the text was taken over, and where the flow collection began that is open.
        self._edge = self._flow_start = self._flow_depth = 0
        # A text keeps all blank lines after it, which therefore must not get other neighbours.
        self.keeps = False
        # The lines up to here may be a block's own text, whose blank lines and # are no layout.
        self._free = 0

    @property
    def _top(self) -> _Block:
        return self._blocks[-1] if self._blocks else _AROUND

    @property
    def _inner(self) -> int:
        """The indentation of what the innermost block holds."""
        return self._top.indent + STEP

    def finished(self) -> tuple[list[str], list[Chunk], int]:
        """Every line, where the keys at the top stand, and from which line on there is no block's own text."""
        self._blank = False
        self._flush()
        return self._lines, self._chunks, self._free

    def take(self, token: Token) -> None:
        """Takes one token over, with the comments and blank lines before it."""
        if not self._flow_depth:
            self._gap(token)
        if token.kind == "open":
            self._flow_start = self._flow_start if self._flow_depth else token.start.index
            self._flow_depth += 1
        elif token.kind == "close":
            self._flow_depth -= 1
            if not self._flow_depth:
                self._put(_shifted(self._text[self._flow_start : token.end.index], self._inner))
        elif not self._flow_depth:
            self._structure(token)
        self._edge = self._edge if self._flow_depth else max(self._edge, token.end.index)
        self._is_key = token.kind == "key"

    def _structure(self, token: Token) -> None:
        if token.kind in ("key", "end") and self._top.kind == "bare":
            self._blocks.pop()
        if token.kind in ("map", "seq"):
            self._opened = self._blocks != [] and self._top.kind != "map"
            self._blocks.append(_Block(token.kind, token.start.column, self._inner))
        elif token.kind == "end":
            self._blocks.pop()
        elif token.kind == "entry":
            if self._top.kind == "map":
                self._blocks.append(_Block("bare", token.start.column, self._inner))
            self._begin("-")
        elif token.kind == "key":
            self._begin("")
        elif token.kind == "value":
            if self._current is None or self._commented:
                raise _CannotLayOut
            self._current += ":"
        elif token.kind == "scalar":
            self._scalar(token)

    def _scalar(self, token: Token) -> None:
        written = self._text[token.start.index : token.end.index]
        if self._is_key:
            if len(self._blocks) == 1:
                self._chunks.append(Chunk(token.value, len(self._lines), self._free))
            self._current = (self._current or "") + written
        elif token.style in BLOCK_STYLES:
            self._put_block(self._reindented(written, token.value))
        elif _is_long(token) and (literal := block(token.value, self._inner)).startswith("|"):
            header, *lines = literal.split("\n")
            end = self._text.index("\n", token.end.index)
            beside = self._text[token.end.index : end].rstrip()
            self._edge = end
            self._put_block([header + beside, *lines])
        else:
            first, *lines = written.split("\n")
            self._put([first, *(" " * self._inner + line.lstrip(" \t") if line.strip() else "" for line in lines)])

    def _reindented(self, written: str, value: str) -> list[str]:
        """The lines of a text after ``|`` or ``>``; they keep what they hold beyond their indentation."""
        header, *lines = written.removesuffix("\n").split("\n")
        indicator = _INDICATOR.match(header)
        assert indicator
        kind, before, digit, after = indicator.groups()
        self.keeps = self.keeps or "+" in before + after
        first = next((line for line in lines if line.strip(" ")), max(lines, key=len, default=""))
        old = max(self._top.column, 0) + int(digit) if digit else len(first) - len(first.lstrip(" "))
        while lines and not lines[-1][old:] and "+" not in before + after:
            lines.pop()
            self._blank = True
        new = [" " * self._inner + line[old:] if line[old:] else "" for line in lines]
        ends_bare = value != "" and not value.endswith("\n")
        spelled = f"{kind}{STEP if digit else ''}{'-' if ends_bare else before + after}"
        return [spelled + header[indicator.end() :].rstrip(), *new]

    def _begin(self, text: str) -> None:
        """Begins an entry of the innermost block: behind the dash where the block opens, else on its own line."""
        if self._opened and not self._commented and self._current is not None:
            self._current += f" {text}"
            self._blank = False
        else:
            self._flush()
            self._current = " " * self._top.indent + text
        self._opened = False

    def _put(self, lines: Sequence[str]) -> None:
        """A value behind its key or dash; on a line of its own where a comment stands between them."""
        if self._current is None or self._commented:
            self._flush()
            self._current = " " * self._inner + lines[0]
        else:
            self._current += f" {lines[0]}"
            self._blank = False
        for line in lines[1:]:
            self._flush()
            self._current = line

    def _put_block(self, lines: Sequence[str]) -> None:
        blank, self._blank = self._blank, False
        self._put(lines)
        self._flush()
        self._free, self._blank = len(self._lines), blank

    def _flush(self) -> None:
        """Ends the line at work, and leaves the blank line that was found after it."""
        if self._current is not None:
            self._lines.append(self._current)
        if self._blank and self._lines:
            self._lines.append("")
        self._current, self._commented, self._blank = None, False, False

    def _gap(self, token: Token) -> None:
        """Comments and blank lines between the last token and this one."""
        first, *rest = self._text[self._edge : token.start.index].split("\n")
        if self._edge == 0 or self._text[self._edge - 1] == "\n":
            first, rest = "", [first, *rest]
        if first.strip():
            if self._current is None:
                raise _CannotLayOut
            self._current += first.rstrip()
            self._commented = True
        for line in rest[:-1]:
            if line.strip():
                self._flush()
                self._current = " " * self._comment_indent(line, token) + line.strip()
                self._commented = True
            else:
                self._blank = True

    def _comment_indent(self, line: str, token: Token) -> int:
        """The indentation of the block that a comment before ``token`` belongs to, by the column it was written at."""
        column = len(line) - len(line.lstrip())
        blocks = list(self._blocks)
        starts_bare = token.kind == "entry" and self._top.kind == "map"
        if token.kind in ("map", "seq", "scalar", "open") or starts_bare:
            blocks.append(_Block("", token.start.column, self._inner))
        around = [found for found in blocks if found.column <= column]
        deepest = max((found.column for found in around), default=0)
        fitting = [found.indent for found in around if found.column == deepest] or [0]
        return fitting[-1 if token.kind == "entry" else 0]


def _is_long(token: Token) -> bool:
    """Whether it is text of several lines."""
    return token.value.count("\n") > 0 and sum(bool(line.strip()) for line in token.value.split("\n")) > 1


def _shifted(written: str, indent: int) -> list[str]:
    """The lines of a flow collection, all but the first moved so that the least indented stands at ``indent``."""
    first, *lines = written.split("\n")
    widths = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip() and line.strip()[0] not in "]}"]
    shift = indent - min(widths, default=indent)
    moved = (" " * max(len(line) - len(line.lstrip(" ")) + shift, indent - STEP) + line.lstrip(" ") for line in lines)
    return [first, *(line.rstrip() for line in moved)]
