"""Files that stand beside pages: scripts that only some pages need, under names that change with what is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache

from promptctl.reports.drawing import drawing_scripts
from promptctl.reports.html_template import package_text

FOLDER = "static/"


@cache
def static_files() -> Mapping[str, str]:
    """The text of each file by its path, as ``static/charts-1f0c….js``."""
    texts = {"charts": "\n".join(drawing_scripts()), "live": package_text(__package__, "live.js")}
    return {f"{FOLDER}{name}-{_digest(text)}.js": text for name, text in texts.items()}


@cache
def static_path(name: str) -> str:
    """Where the file of that name stands: "charts" draws the charts of a page, "live" keeps a page up to date."""
    return next(path for path in static_files() if path.startswith(f"{FOLDER}{name}-"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
