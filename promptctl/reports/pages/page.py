"""What every page shares: layout, links, style and script, and that no text in it is more than text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from promptctl.reports.html_template import html_environment, package_text, policy_source

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """How pages name each other. ``here`` is the page's own path, as ``prompts/support/triage/``; empty for the first.

    ``live`` pages are served from the root of a host; others are files, whose links are relative.
    """

    here: str = ""
    live: bool = True

    def to(self, path: str) -> str:
        """The address of a page, or of a file when the path does not end with a slash."""
        if self.live:
            return "/" + quote(path)
        return "../" * self.here.count("/") + quote(file_of(path))


def file_of(path: str) -> str:
    """The file that a page is written to."""
    return f"{path}index.html" if path == "" or path.endswith("/") else path


def page(template: str, title: str, data: Mapping[str, Any], links: Links) -> str:
    """One page from its template and its data."""
    text: str = (
        _environment().get_template(f"{template}.html").render(title=title, links=links, policy=policy(), **data)
    )
    return text


@cache
def policy() -> str:
    """The content security policy of every page: its own style and script, by their digests, and nothing else."""
    return (
        f"default-src 'none'; style-src '{policy_source(_file('page.css'))}'; "
        f"script-src '{policy_source(_file('page.js'))}'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> Environment:
    from markupsafe import Markup

    environment = html_environment(__package__)
    environment.globals |= {name: Markup(_file(f"page.{end}")) for name, end in (("style", "css"), ("script", "js"))}  # noqa: S704
    environment.filters["tojson_text"] = _spelled
    return environment


def _spelled(value: Any, indent: int | None = None) -> str:
    """A value as JSON that people read: as text, never as a part of the page."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _file(name: str) -> str:
    return package_text(__package__, name)
