"""JSON Schemas of every file kind, shipped with the package: the one definition of a file's structure."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

KINDS = ("prompt", "eval", "settings", "lock", "pointer", "move", "freeze", "evidence")


@cache
def load(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one of ``KINDS``."""
    text = resources.files(__name__).joinpath(f"{kind}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
