"""One template rendered by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptctl.core.prompts.template import Renderer


def render_value(text: str, values: Mapping[str, Any]) -> str:
    """What a template without partials becomes."""
    return Renderer({"template": text}).render("template", values)
