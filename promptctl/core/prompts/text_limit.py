"""How much text a rendering may take or give, and what a rendering that takes too much is called."""

from __future__ import annotations

STOPPED = "PC022"
MAX_TEXT = 16 * 1024 * 1024
"""Characters."""
