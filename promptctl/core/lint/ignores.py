"""Comments that silence rules where they stand: ``# promptctl: ignore L023`` and ``{# promptctl: ignore L001 #}``.

One beside something is for its line, one alone on its line for the next. In YAML a comment also covers the text that
starts on that line, since no comment can stand inside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from promptctl.core.files.document import Document
from promptctl.core.files.yaml_token import Token, comments
from promptctl.core.lint.finding import Finding
from promptctl.core.lint.ignore import Ignore
from promptctl.core.lint.rules import found
from promptctl.core.lint.selection import CODES, Selection
from promptctl.core.prompts.prompt import Prompt
from promptctl.core.suggestion import suggest
from promptctl.errors import Place

MARK = "promptctl: ignore"
_NAMED = re.compile(MARK + r"\b((?:[ ,]+[A-Z]+[0-9]+\b)*)")
_JINJA = re.compile(r"\{#.*?#\}", re.DOTALL)


def prompt_ignores(prompt: Prompt, tokens: Sequence[Token]) -> Iterator[Ignore]:
    """The ignores of a prompt file: in its YAML comments and in the comments of its templates."""
    yield from yaml_ignores(prompt.document, tokens)
    for path, text in prompt.templates():
        yield from _jinja_ignores(text, partial(prompt.document.template_place, path))


def partial_ignores(document: Document) -> Iterator[Ignore]:
    """The ignores of a partial; one on the first line is for the whole file too."""
    yield from _jinja_ignores(document.text, document.line)


def yaml_ignores(document: Document, tokens: Sequence[Token]) -> Iterator[Ignore]:
    """The ignores in the comments of a YAML file."""
    starts = sorted({token.start.line + 1 for token in tokens if token.kind != "document"})
    ends = {token.start.line + 1: token.end.line + (token.end.column > 0) for token in tokens if token.kind == "scalar"}
    for comment in comments(document.text, tokens):
        codes = _codes(comment.text)
        if codes is not None:
            first = next((line for line in starts if line > comment.line), 0) if comment.alone else comment.line
            yield Ignore(
                place=document.line(comment.line, comment.column + 1),
                codes=codes,
                first=first,
                last=ends.get(first, first),
                whole_file=not starts or comment.line <= starts[0],
            )


def _jinja_ignores(text: str, place: Callable[[int], Place]) -> Iterator[Ignore]:
    for hit in _JINJA.finditer(text):
        codes = _codes(hit[0])
        if codes is not None:
            line, last = (text.count("\n", 0, end) + 1 for end in hit.span())
            begin, end = text.rfind("\n", 0, hit.start()) + 1, (text + "\n").index("\n", hit.end())
            alone = not (text[begin : hit.start()] + text[hit.end() : end]).strip()
            here, covered = place(line), place(last + alone).line or 0
            yield Ignore(place=here, codes=codes, first=covered, last=covered, whole_file=here.line == 1, jinja=True)


def _codes(comment: str) -> tuple[str, ...] | None:
    """The codes that a comment names, none for one that names none; None when it is about something else."""
    named = _NAMED.search(comment)
    return tuple(dict.fromkeys(named[1].replace(",", " ").split())) if named else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """``kept`` are the findings that no ignore covers, ``unused`` the ignores with their codes that cover none."""

    kept: tuple[Finding, ...]
    unused: tuple[tuple[Ignore, tuple[str, ...]], ...]


def silence(findings: Sequence[Finding], ignores: Sequence[Ignore], selection: Selection) -> Silenced:
    """Takes away what is ignored. Codes of rules that do not count in this run are not unused."""
    kept = tuple(finding for finding in findings if not any(ignore.covers(finding) for ignore in ignores))
    unused = ((ignore, _unused(ignore, findings, selection)) for ignore in ignores)
    return Silenced(kept=kept, unused=tuple((ignore, codes) for ignore, codes in unused if codes or not ignore.codes))


def _unused(ignore: Ignore, findings: Iterable[Finding], selection: Selection) -> tuple[str, ...]:
    hit = {finding.code for finding in findings if ignore.covers(finding)}
    return tuple(code for code in ignore.codes if code not in hit and (code not in CODES or selection.has(code)))


def unused_findings(unused: Iterable[tuple[Ignore, tuple[str, ...]]]) -> Iterator[Finding]:
    """One finding for each code that an ignore names for nothing."""
    for ignore, codes in unused:
        if not ignore.codes:
            yield found("L070", "this ignore names no rule", ignore.place, f"write `{MARK} L0xx`")
        for code in codes:
            if code in CODES:
                yield found("L070", f"{code} finds nothing here to ignore", ignore.place, "remove it")
            else:
                yield found("L070", f"there is no rule `{code}` to ignore", ignore.place, suggest(code, CODES))
