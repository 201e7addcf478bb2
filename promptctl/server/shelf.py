"""Whole answers, kept with their entity tags: what was answered once costs a look into a table."""

from __future__ import annotations

import gzip
import hashlib
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

Headers = tuple[tuple[bytes, bytes], ...]
Key = tuple[bytes, bytes]
"""Path and query of a request."""

MOST_BYTES = 64 << 20
"""What a shelf holds before it is emptied."""
_WORTH_PACKING = 1000
_UNWANTED = re.compile(rb"gzip *; *q=0(\.0*)? *(,|$)")
_PACKED = (b"text/", b"application/json", b"application/problem+json", b"image/svg+xml", b"application/javascript")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One response: status, headers and body. ``until`` is when it has to be made anew, by the monotonic clock.

    Clients ask again each time whether it still holds, unless ``headers`` say otherwise.
    """

    status: int
    headers: Headers
    body: bytes
    until: float = field(default=float("inf"))
    route: str = ""

    @cached_property
    def tag(self) -> bytes:
        """The entity tag of the plain body, without quotes."""
        return hashlib.sha256(self.body).hexdigest()[:32].encode()

    @cached_property
    def packed(self) -> bytes | None:
        """The body as gzip, the same bytes for the same body; None where that is not worth it."""
        kind = next((value for name, value in self.headers if name == b"content-type"), b"")
        if len(self.body) < _WORTH_PACKING or not kind.startswith(_PACKED):
            return None
        return gzip.compress(self.body, compresslevel=5, mtime=0)

    def fits(self, asked: Iterable[tuple[bytes, bytes]]) -> tuple[int, Headers, bytes]:
        """Status, headers and body for a request with these headers: 304 where the client has it already."""
        wanted = {name: value for name, value in asked if name in (b"if-none-match", b"accept-encoding")}
        if self.status != 200:
            return self.status, self.headers, self.body
        accepted = wanted.get(b"accept-encoding", b"")
        packed = self.packed if b"gzip" in accepted and not _UNWANTED.search(accepted) else None
        tag = b'"%s%s"' % (self.tag, b"-gzip" if packed is not None else b"")
        held = next((it for it in self.headers if it[0] == b"cache-control"), (b"cache-control", b"private, no-cache"))
        own = tuple(it for it in self.headers if it != held)
        common = ((b"etag", tag), (b"vary", b"accept-encoding"), held)
        if _has(wanted.get(b"if-none-match", b""), self.tag):
            return 304, common, b""
        if packed is not None:
            return 200, (*own, *common, (b"content-encoding", b"gzip")), packed
        return 200, (*own, *common), self.body


def _has(known: bytes, tag: bytes) -> bool:
    """Whether a client names the body, packed or not: the tag is a digest of the plain one."""
    return known.strip() == b"*" or tag in known


class Shelf:
    """Answers by path and query. Emptied when it is full: what is asked for again is made again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._held: dict[Key, Answer] = {}
        self._bytes = 0
        self._clock = clock

    def find(self, key: Key) -> Answer | None:
        held = self._held.get(key)
        return held if held and (held.until == float("inf") or self._clock() < held.until) else None

    def put(self, key: Key, answer: Answer) -> None:
        size = _size(key, answer)
        if before := self._held.pop(key, None):
            self._bytes -= _size(key, before)
        if self._bytes + size > MOST_BYTES:
            self._held, self._bytes = {}, 0
        if size <= MOST_BYTES:
            self._held[key] = answer
            self._bytes += size


def _size(key: Key, answer: Answer) -> int:
    """About what an answer takes, plain and packed."""
    return 2 * len(answer.body) + sum(map(len, key)) + 500
