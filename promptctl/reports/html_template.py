"""Templates of HTML pages: all that they put out is escaped and inert, and what may run is named by its digest."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from importlib import resources
from typing import TYPE_CHECKING, Any

from promptctl.core.safe_text import safe_text

if TYPE_CHECKING:
    from jinja2 import Environment


def html_environment(package: str) -> Environment:
    """An environment for the templates among a package's files. Only text marked as HTML stays what it is."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def inert(value: Any) -> Any:
        return value if isinstance(value, Markup) or not isinstance(value, str) else safe_text(value)

    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=inert,
        loader=FunctionLoader(lambda name: package_text(package, name)),
    )


def package_text(package: str, name: str) -> str:
    """A file that is shipped in a package."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def policy_source(text: str) -> str:
    """How a content security policy names a style or a script: ``sha256-…``."""
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()
