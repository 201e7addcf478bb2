"""A gate that said no, as an error: over HTTP a "no" must not look like a success."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptctl.errors import StateError

GATE_SAID_NO = "PC327"


class GateSaidNo(StateError):
    """``data`` is what the command line says of it, with all that the gate found."""

    def __init__(self, refused: Mapping[str, str], data: Mapping[str, Any]) -> None:
        said = "; ".join(f"{name}: {sentence}" for name, sentence in refused.items())
        hint = f"promptctl eval {next(iter(refused))}"
        super().__init__(GATE_SAID_NO, f"refused by the gate: {said}; nothing was changed", hint=hint)
        self.data = data
