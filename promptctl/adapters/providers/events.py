"""Server-sent events, read strictly: a stream that breaks off or is garbled is never a shorter answer.

Source: WHATWG HTML, 9.2 "Server-sent events".
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from promptctl.adapters.providers.answer import MalformedAnswer

MAX_EVENT = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Event:
    """``name`` is "message" where the server names none; ``data`` the lines of the event."""

    name: str
    data: str


class EventReader:
    """Makes events of bytes however they are cut. Raises MalformedAnswer for bytes that are no such stream."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._begun: list[str] = []
        self._name = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, piece: bytes) -> Iterator[Event]:
        """The events that are whole now."""
        try:
            text = self._decoder.decode(piece)
        except UnicodeDecodeError:
            raise MalformedAnswer("the stream is not UTF-8") from None
        self._count(len(text))
        for line in self._lines(text):
            if event := self._line(line):
                yield event

    def _lines(self, text: str) -> list[str]:
        """The lines that end in this text, with what they began with before."""
        if not text or ("\n" not in text and "\r" not in text[:-1] and not self._returned()):
            self._begun.append(text)
            return []
        whole = "".join([*self._begun, text])
        # A carriage return at the end may be half of a line break.
        held = "\r" if whole.endswith("\r") else ""
        *lines, rest = whole[: len(whole) - len(held)].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._begun = [rest + held]
        return lines

    def _returned(self) -> bool:
        return bool(self._begun) and self._begun[-1].endswith("\r")

    def _line(self, line: str) -> Event | None:
        if not line:
            event = Event(self._name or "message", "\n".join(self._data)) if self._data else None
            self._name, self._data, self._size = "", [], 0
            return event
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "data":
            self._data.append(value)
        elif name and name not in ("id", "retry"):
            raise MalformedAnswer("the stream holds a line that is no event")
        return None

    def _count(self, characters: int) -> None:
        self._size += characters
        if self._size > MAX_EVENT:
            raise MalformedAnswer(f"one event is longer than {MAX_EVENT:,} characters")
