"""JSON Schemas of every file kind, shipped with the package: the one definition of a file's structure."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

KINDS = (
    "prompt",
    "eval",
    "settings",
    "lock",
    "pointer",
    "move",
    "freeze",
    "approval",
    "evidence",
    "bundle",
    "experiment",
    "experiment-report",
)


@cache
def load(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one of ``KINDS``."""
    import pkgutil

    text = pkgutil.get_data(__name__, f"{kind}.json")
    assert text is not None
    schema: dict[str, Any] = json.loads(text)
    return schema
