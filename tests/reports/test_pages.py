"""What pages share: how they name what stands beside them, and charts as data that no text can leave."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from promptctl.reports.drawing import chart_text
from promptctl.reports.pages.page import Links
from promptctl.reports.pages.spelling import gates_said
from promptctl.reports.pages.static import static_files, static_path
from tests.hostile_texts import HOSTILE


@pytest.mark.parametrize(
    ("links", "address"),
    [
        (Links(here="costs/"), "/{}"),
        (Links(here="costs/", live=False), "../{}"),
        (Links(here="prompts/support/triage/", live=False), "../../../{}"),
        (Links(live=False), "{}"),
    ],
)
def test_scripts_stand_beside_pages(links: Links, address: str) -> None:
    path = static_path("charts")
    assert str(links.script("charts")) == f'<script src="{address.format(path)}" defer></script>'
    assert path in static_files()


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (None, []),
        ({"outcome": "pass", "file": "a.json"}, ["Gate: pass"]),
        ({"1.1.0": {"outcome": "pass"}, "1.2.0": {"outcome": "fail"}}, ["Gate of 1.1.0: pass", "Gate of 1.2.0: fail"]),
    ],
)
def test_gates_are_told_of_one_version_or_of_several(evidence: Any, said: list[str]) -> None:
    assert gates_said(evidence) == said


def test_what_is_asked_as_empty_stays_so() -> None:
    asked = {"since": "", "prompt": "a/b", "env": None}
    assert Links().to("calls/", page_token="x=", **asked) == "/calls/?page_token=x%3D&since=&prompt=a%2Fb"


def test_names_of_files_follow_their_contents() -> None:
    assert len(static_files()) == 2
    assert all(re.fullmatch(r"static/(charts|live)-[0-9a-f]{16}\.js", path) for path in static_files())


class _Scripts(HTMLParser):
    """The texts of the script elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.found.append(data)


@pytest.mark.parametrize("text", HOSTILE[:-3])
def test_no_text_leaves_a_chart(text: str) -> None:
    parsed = _Scripts(f"<script>{chart_text({'data': [text]})}</script>")
    assert parsed.tags == ["script"]
    assert json.loads("".join(parsed.found)) == {"data": [text]}


@pytest.mark.parametrize(
    ("interval", "said"),
    [([0.01, 0.05], "(+3.0 points)"), ([-0.01, 0.07], "(+3.0 points, may be chance)"), (None, "may be chance")],
)
def test_a_change_that_may_be_none_says_so(interval: list[float] | None, said: str) -> None:
    from jinja2 import Environment

    from promptctl.reports.html_template import package_text

    parts = Environment(autoescape=True).from_string(package_text("promptctl.reports.pages", "parts.html")).module
    assert said in parts.difference({"estimate": 0.03, "interval": interval, "visible": 0.02})  # type: ignore[attr-defined]
