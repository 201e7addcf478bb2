"""Our templates for plain Jinja and Nunjucks: the white space that tags take away here is taken out of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from promptctl.core.importing.jinja import lexed

_OPENS = re.compile(r"\{[%#]|\{%\s*(?:end)?raw\s*[-+]?%\}")
_PLUS = re.compile(r"(?<=\{[%#])\+|\+(?=[%#]\}$)")
_ENDS = ("block_end", "comment_end", "raw_end")
_TAGS = (*_ENDS, "block_begin", "comment_begin", "raw_begin")


def plain(text: str) -> str:
    """The template that renders there as ``text`` renders here, but for the line end at the very end."""
    return "".join(_rewritten(lexed(text)))


def _rewritten(tokens: list[tuple[str, str]]) -> Iterator[str]:
    """A ``+`` says here what is the rule there; without one, blanks before a tag and a line end after it go."""
    cut = False
    for index, (kind, value) in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else ("", "")
        if kind == "data":
            kept = value.removeprefix("\n") if cut else value
            blanks = kept.rpartition("\n")[2]
            begins_line = "\n" in value or index == 0
            if begins_line and not blanks.strip() and _OPENS.fullmatch(following[1]):
                kept = kept[: len(kept) - len(blanks)]
            yield kept
        else:
            yield _PLUS.sub("", value) if kind in _TAGS else value
        cut = kind in _ENDS and value.endswith(("%}", "#}")) and not value.endswith(("+%}", "+#}", "-%}", "-#}"))
