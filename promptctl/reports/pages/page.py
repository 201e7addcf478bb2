"""What every page shares: layout, links, style and script, and that no text in it is more than text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from promptctl.reports.drawing import chart_text
from promptctl.reports.html_template import html_environment, package_text, policy_source
from promptctl.reports.pages.made import Made, Moment
from promptctl.reports.pages.spelling import FILTERS
from promptctl.reports.pages.static import static_path
from promptctl.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """An entry of the navigation: it leads to ``path``, and pages below one of ``folders`` are its own.

    ``live``: it takes a server; files have no such page.
    """

    name: str
    path: str
    folders: tuple[str, ...]
    live: bool = False

    def has(self, path: str) -> bool:
        """Whether a page is one of the section's."""
        return path == self.path or path.startswith(self.folders)


NAVIGATION = (
    Section(name="Prompts", path="", folders=("prompts/",)),
    Section(name="Splits", path="splits/", folders=("experiments/", "rollouts/")),
    Section(name="Costs", path="costs/", folders=("costs/",)),
    Section(name="Calls", path="calls/", folders=("calls/",), live=True),
)
"""What every page leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """How pages name each other. ``here`` is the page's own path, as ``prompts/support/triage/``; empty for the first.

    ``live`` pages are served from the root of a host; others are files, whose links are relative.
    """

    here: str = ""
    live: bool = True

    def to(self, path: str, **query: Any) -> str:
        """The address of a page, or of a file when the path does not end with a slash. What is asked as empty stays so:
        without it the page would ask for what is usual."""
        asked = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in query.items() if value is not None)
        end = f"?{asked}" if asked else ""
        if self.live:
            return f"/{quote(path)}{end}"
        return "../" * self.here.count("/") + quote(file_of(path)) + end

    def script(self, name: str) -> Markup:
        """The element that loads a script of ``static_path``, once the page is there."""
        from markupsafe import Markup

        return Markup('<script src="{}" defer></script>').format(self.to(static_path(name)))


def file_of(path: str) -> str:
    """The file that a page is written to."""
    return f"{path}index.html" if path == "" or path.endswith("/") else path


def page(made: Made, moment: Moment, *, live: bool = True) -> str:
    """One page, for a server or as a file."""
    text: str = (
        _environment()
        .get_template(f"{made.template}.html")
        .render(
            title=made.title,
            crumbs=made.crumbs,
            links=Links(here=made.path, live=live),
            navigation=[it for it in NAVIGATION if live or not it.live],
            moment=moment,
            version=__version__,
            policy=policy(),
            **made.data,
        )
    )
    return text


@cache
def policy() -> str:
    """The content security policy of every page: its own style and script, by their digests, the scripts that stand
    beside pages, and nothing else.

    Forms ask the page's own host, as links do.
    """
    return (
        f"default-src 'none'; style-src '{policy_source(_file('page.css'))}'; "
        f"script-src '{policy_source(_file('page.js'))}' 'self'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'"
    )


@cache
def _environment() -> Environment:
    from markupsafe import Markup

    environment = html_environment(__package__)
    environment.globals |= {name: Markup(_file(f"page.{end}")) for name, end in (("style", "css"), ("script", "js"))}  # noqa: S704
    environment.filters |= FILTERS
    environment.filters["chart_text"] = lambda chart: Markup(chart_text(chart))  # noqa: S704
    return environment


def _file(name: str) -> str:
    return package_text(__package__, name)
