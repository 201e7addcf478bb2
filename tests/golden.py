"""Output kept word for word; ``PROMPTCTL_GOLDEN=write`` rewrites what is kept, to be reviewed as a diff."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
WRITE = os.environ.get("PROMPTCTL_GOLDEN") == "write"
"""Read when the tests are loaded: the isolation of each test takes PROMPTCTL_* away."""


def golden(name: str, text: str) -> None:
    """Insists that ``text`` is what ``tests/golden/NAME`` keeps; callers replace what differs between machines."""
    path = FOLDER / name
    if WRITE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return
    kept = path.read_bytes().decode() if path.exists() else ""
    difference = difflib.unified_diff(kept.splitlines(), text.splitlines(), f"tests/golden/{name}", "now", lineterm="")
    assert kept == text, "\n".join(difference) or "only line ends differ"
