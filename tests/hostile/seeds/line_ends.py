"""Line ends of other systems, and mixtures of them; all but one must mean the same."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.seed import Seed
from tests.hostile.sound import base_files


def _all(change: Callable[[bytes], bytes], skip: str = ".moves.jsonl") -> dict[str, bytes]:
    return {path: change(data) for path, data in base_files().items() if not path.endswith(skip)}


def _alternating(data: bytes) -> bytes:
    ends = (b"\n", b"\r\n", b"\r")
    return b"".join(line + ends[number % 3] for number, line in enumerate(data.split(b"\n")))


SEEDS = (
    Seed(name="line_ends/crlf", files=_all(lambda data: data.replace(b"\n", b"\r\n")), accepted=True),
    Seed(name="line_ends/no-last", files=_all(lambda data: data.rstrip(b"\n")), accepted=True),
    Seed(name="line_ends/many-last", files=_all(lambda data: data + b"\n\n\n"), accepted=True),
    Seed(name="line_ends/cr", files=_all(lambda data: data.replace(b"\n", b"\r"))),
    Seed(name="line_ends/mixed", files=_all(_alternating)),
    Seed(name="line_ends/doubled", files=_all(lambda data: data.replace(b"\n", b"\r\r\n"))),
    Seed(name="line_ends/moves-crlf", files=_all(lambda data: data.replace(b"\n", b"\r\n"), skip="nothing")),
    Seed(name="line_ends/separators", files=_all(lambda data: data.replace(b"\n", "\u2028".encode()))),
    Seed(name="line_ends/next-line", files=_all(lambda data: data.replace(b"\n", "\u0085".encode()))),
    Seed(name="line_ends/form-feed", files=_all(lambda data: data.replace(b"\n", b"\n\x0c"))),
)
