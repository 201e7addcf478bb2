"""Templates of Jinja and Nunjucks as they are written elsewhere: rewritten so that white space stays what it was there.

promptctl takes the line end after a tag and the blanks before it out of the text; other tools keep them unless the tag
says otherwise. A ``+`` in the tag keeps them here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promptctl.core.importing.node import Node
from promptctl.core.importing.parts import checked_template, template_error

_PLAIN = ImmutableSandboxedEnvironment(keep_trailing_newline=True)
_OPEN, _CLOSE = {"block_begin", "comment_begin"}, {"block_end", "comment_end"}
_RAW = re.compile(r"\{%(?P<before>[-+]?)(?P<word>\s*(?:end)?raw\s*)(?P<after>[-+]?)%\}")


def converted(node: Node, text: str, line: int | None = None) -> str:
    """The template that renders here as the text renders in plain Jinja or Nunjucks.

    Raises DocumentError for what no template here can say; ``line`` as for ``checked_template``.
    """
    try:
        tokens = lexed(text)
    except TemplateSyntaxError as fault:
        raise template_error(node, fault.message or "syntax error", fault.lineno, line) from None
    return checked_template(node, "".join(_rewritten(tokens)), line)


def lexed(text: str) -> list[tuple[str, str]]:
    """The tokens of a template, which are together its text. Raises TemplateSyntaxError."""
    found = [(kind, value) for _, kind, value in _PLAIN.lex(text)]
    for index, (kind, value) in enumerate(found[:-1]):
        # The lexer has taken out the blanks before `{%-`, and a brace there would join it.
        if kind == "data" and value.endswith("{") and found[index + 1][1].startswith(("{%-", "{#-", "{{-")):
            found[index] = (kind, value + " ")
    return found


def _rewritten(tokens: list[tuple[str, str]]) -> Iterator[str]:
    before = ""
    for index, (kind, value) in enumerate(tokens):
        after = tokens[index + 1][1] if index + 1 < len(tokens) else ""
        written = value
        if kind in ("variable_begin", "variable_end") and value in ("{{", "}}"):
            written = _spaced(tokens, index)
        elif kind in _OPEN and value in ("{%", "{#") and _blanks(before):
            written = value + "+"
        elif kind in _CLOSE and value in ("%}", "#}") and after.startswith("\n"):
            written = "+" + value
        elif raw := _RAW.fullmatch(value) if kind in ("raw_begin", "raw_end") else None:
            written = _raw(raw, kind, before, after)
        elif (kind, value) == ("name", "elseif"):
            written = "elif"
        elif (kind, value) == ("operator", "=") and tokens[index - 1][1] in ("==", "!="):
            written = ""
        yield written
        before = (before + value).rpartition("\n")[2]


def _spaced(tokens: list[tuple[str, str]], index: int) -> str:
    """Braces with a blank on their inner side, as everything that promptctl writes has them."""
    value = tokens[index][1]
    beside = tokens[index + 1 : index + 2] if value == "{{" else tokens[index - 1 : index]
    if [kind for kind, _ in beside] in ([], ["whitespace"]):
        return value
    return f"{value} " if value == "{{" else f" {value}"


def _raw(found: re.Match[str], kind: str, before: str, after: str) -> str:
    opening = found["before"] or ("+" if _blanks(before) else "")
    closing = found["after"] or ("+" if kind == "raw_end" and after.startswith("\n") else "")
    return f"{{%{opening}{found['word']}{closing}%}}"


def _blanks(line: str) -> bool:
    """Whether a line has begun, with nothing but blanks."""
    return bool(line) and not line.strip()


def printed_only(text: str) -> frozenset[str]:
    """The variables that a template does nothing with but print them whole."""
    tree = _PLAIN.parse(text)
    printed: dict[str, int] = {}
    for output in tree.find_all(nodes.Output):
        for found in output.nodes:
            if isinstance(found, nodes.Name):
                printed[found.name] = printed.get(found.name, 0) + 1
    uses = [found.name for found in tree.find_all(nodes.Name)]
    return frozenset(name for name, number in printed.items() if uses.count(name) == number)
