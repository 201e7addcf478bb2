"""Text from prompts and models is made inert before a terminal, a page or a log sees it."""

from __future__ import annotations

import re

_ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_OLD_COMMAND = "##["


def safe_line(text: str) -> str:
    """The same as one line, for the cell of a table: line breaks and tabs are spelled out too."""
    if text.isascii() and text.isprintable():
        return text
    return safe_text(text).replace("\n", "\\n").replace("\t", "\\t")


def safe_log(text: str) -> str:
    """Lines as a log may show them: safe, and none that a runner of CI takes for its command.

    GitHub's obeys ``::name::`` at the start of a line, after any blanks, and ``##[name]`` anywhere in one.
    """
    return _COMMAND.sub(r"\1\\x3a", safe_text(text)).replace(_OLD_COMMAND, "#\\x23[")


def safe_json(text: str) -> str:
    """JSON that says the same, and holds nothing that a runner of CI takes for its command."""
    return text.replace(_OLD_COMMAND, "\\u0023#[")


def safe_text(text: str) -> str:
    """``text`` with control characters, direction controls and lone surrogates spelled out: ``\\x1b``."""
    return _ACTIVE.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)
