"""Judges the form of changelog lines."""

from __future__ import annotations

import json
from typing import Any

MOST_WORDS = 25


def well_formed(text: str, _: dict[str, Any]) -> dict[str, Any]:
    """The share of lines that are one sentence of at most 25 words with a full stop; no lines are well formed."""
    lines = [line for group in json.loads(text).values() for line in group]
    bad = [line for line in lines if not line.endswith(".") or len(line.split()) > MOST_WORDS or "!" in line]
    share = 1 - len(bad) / len(lines) if lines else 1.0
    return {"value": share, "passed": not bad, "explanation": f"not well formed: {bad[0]}" if bad else "well formed"}
