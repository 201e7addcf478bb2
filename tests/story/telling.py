"""A story as it is told: chapters of prose and of what people typed and saw; as files that are kept, and as a page."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

_MASKS = (
    (re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b"), "CALL"),
    (re.compile(r"(?<=until it changes \()sha256:[0-9a-f]+"), "sha256:..."),
    (re.compile(r"SHA256:[A-Za-z0-9+/]{43}"), "SHA256:..."),
    (re.compile(r"\bstop_[0-9a-f]{32}\b"), "TOKEN"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "..."),
    (re.compile(r"(?<![:/@])\b[0-9a-f]{7}\b"), "abcdef0"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"), "YYYY-MM-DDThh:mm:ssZ"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "YYYY-MM-DD"),
    (re.compile(r"(?<=`latency_p95` \|).*"), " ... |"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"[\d,]+(?= bytes| ms\b| calls of| users\))"), "..."),
    (re.compile(r"(?<=by )[\d.]+(?= more)"), "..."),
)


def masked(text: str) -> str:
    """Text without what is otherwise in each run: ids, times, ports, counts. Cells of tables stay as wide."""
    for pattern, stand_in in _MASKS:
        text = pattern.sub(stand_in, text)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One line somebody typed, and what came of it. ``told`` screens are on the page."""

    who: str
    line: str
    printed: str
    code: int
    told: bool

    @property
    def text(self) -> str:
        """As a terminal shows it."""
        first, *more = self.line.splitlines()
        typed = "\n".join([f"{self.who}$ {first}", *(f"> {line}" for line in more)])
        return masked(f"{typed}\n{self.printed}")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that was written or that came out, told in a fence of its own."""

    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Prose, screens and files in order."""

    name: str
    title: str
    parts: list[str | Screen | File] = field(default_factory=list)

    @property
    def screens(self) -> str:
        """Every screen, those that the page leaves out among them, with exit codes that are not 0."""
        found = (part for part in self.parts if isinstance(part, Screen))
        return "\n".join(f"{it.text}{f'[exit {it.code}]{chr(10)}' if it.code else ''}" for it in found)

    @property
    def markdown(self) -> str:
        """The chapter as a section of the page."""
        return f"## {self.title}\n\n" + "\n\n".join(_blocks(self.parts))


def _blocks(parts: list[str | Screen | File]) -> Iterator[str]:
    shown: list[str] = []
    for part in parts:
        if isinstance(part, Screen):
            shown += [part.text] if part.told else []
            continue
        if shown:
            yield _fenced("text", "".join(shown))
            shown = []
        yield textwrap.fill(" ".join(part.split()), 118) if isinstance(part, str) else _fenced(part.language, part.text)
    if shown:
        yield _fenced("text", "".join(shown))


def _fenced(language: str, text: str) -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`{3,}", text)), 3)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
