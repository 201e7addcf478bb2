"""A terminal that somebody sits at, to see what reaches it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_REPAINTED = "\r\x1b[K"


def on_terminal(line: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Exit code of a program, and all that it wrote to a terminal without colours."""
    ours, theirs = os.openpty()
    known = {**environment, "TERM": "dumb", "NO_COLOR": "1"}
    process = subprocess.Popen(line, cwd=folder, env=known, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return process.wait(), said.decode("utf-8", "replace").replace("\r\n", "\n").replace(_REPAINTED, "")


def _read(file: int) -> bytes:
    try:
        return os.read(file, 1 << 16)
    except OSError:
        # The last who had the other side is gone.
        return b""


def obeyed(text: str) -> str:
    """The first place at which a text is a command to what shows it, with what is around; empty where it is inert."""
    found = _OBEYED.search(text)
    return f"{text[max(0, found.start() - 60) : found.end() + 20]!a}" if found else ""
