"""The scripts that draw Vega-Lite charts: the libraries as they are shipped, and what draws each figure of a page."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from promptctl.core.models.request import compact_json

_LIBRARIES = ("vega", "vega-lite", "vega-interpreter")


@cache
def drawing_scripts() -> tuple[str, ...]:
    """In the order in which they run. They evaluate no text as code, ask for nothing, and set no style attribute.

    The last one draws every ``figure.chart`` into its ``.drawing``, from the JSON beside it.
    """
    folder = resources.files("promptctl.reports")
    libraries = (gzip.decompress((folder / f"vega/{name}.js.gz").read_bytes()).decode() for name in _LIBRARIES)
    return *libraries, (folder / "drawing.js").read_text(encoding="utf-8")


def chart_text(chart: Mapping[str, Any]) -> str:
    """A chart as JSON within a page: no text in it can end the element that it stands in."""
    return compact_json(chart).replace("<", "\\u003c")
