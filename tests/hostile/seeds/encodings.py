"""Bytes that are no plain UTF-8 text, in every kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.hostile import seed
from tests.hostile.seed import Seed
from tests.hostile.sound import base_files

_TARGETS = {
    "prompt": seed.PROMPT,
    "partial": seed.PARTIAL,
    "suite": seed.SUITE,
    "rows": seed.ROWS,
    "table": seed.TABLE,
    "settings": seed.SETTINGS,
    "lock": seed.LOCK,
    "pointer": seed.POINTER,
    "moves": seed.MOVES,
    "evidence": seed.EVIDENCE,
    "replies": seed.REPLIES,
}
_CHANGES: Mapping[str, Callable[[bytes], bytes]] = {
    "bom": lambda data: b"\xef\xbb\xbf" + data,
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "utf-16-be": lambda data: data.decode().encode("utf-16-be"),
    "utf-32": lambda data: data.decode().encode("utf-32"),
    "latin-1": lambda data: data[:20] + b"\xe9" + data[20:],
    "nul": lambda data: data[:20] + b"\0" + data[20:],
    "lone-surrogate": lambda data: data[:20] + b"\xed\xa0\x80" + data[20:],
    "overlong": lambda data: data[:20] + b"\xc0\xaf" + data[20:],
    "above-unicode": lambda data: data[:20] + b"\xf5\x80\x80\x80" + data[20:],
    "cut-in-a-character": lambda data: data + "\U0001f600".encode()[:2],
    "empty": lambda _data: b"",
    "line-ends-only": lambda _data: b"\n\r\n\r",
    "one-byte": lambda _data: b"\x80",
    "zeros": lambda _data: bytes(4096),
    "gzip": lambda _data: b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + bytes(range(256)),
}

SEEDS = tuple(
    Seed(name=f"encodings/{target}-{change}", files={path: alter(base_files()[path])})
    for target, path in _TARGETS.items()
    for change, alter in _CHANGES.items()
)
