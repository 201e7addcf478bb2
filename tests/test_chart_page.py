"""Pages of costs and quality in a real Chromium: drawn offline, nothing asked for or refused, and no text acts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.core.reporting.cost import Amounts, CostPart, cost_report
from promptctl.core.reporting.quality import CallGroup, ScoreGroup, quality_report
from promptctl.core.reporting.window import DAY, Grouping
from promptctl.core.statistics.two_samples import Moments
from promptctl.reports.chart_page import ChartPage, PageTable, chart_page
from promptctl.reports.charts_of_reports import cost_charts, quality_charts
from tests.browser import Browser, browser, needs_browser
from tests.hostile_texts import HOSTILE

NAMES = [*HOSTILE, "</script><script>alert(1)</script>", "<!--", "plain"]


def pages() -> dict[str, ChartPage]:
    by = Grouping(columns=("version",))
    parts = [
        CostPart(keys=(name,), start=(20_000 + day) * DAY, amounts=Amounts(calls=1, cost=(place + day) * 10**11))
        for place, name in enumerate(NAMES)
        for day in range(3)
    ]
    calls = [
        CallGroup(keys=(name,), start=None, calls=9, errors=1, priced=9, cost=9, latencies=(1.0, 2.0, 3.0))
        for name in NAMES
    ]
    scores = [
        ScoreGroup(keys=(name,), start=None, name="resolved", sums=Moments(9, 5.0, 5.0), ones=5, zeros=4)
        for name in NAMES
    ]
    found = {
        "costs": cost_charts(cost_report(parts, by)),
        "quality": quality_charts(quality_report(calls, scores, by)),
        "nothing": [],
    }
    return {
        name: ChartPage(
            title=name,
            sentences=NAMES,
            charts=charts,
            tables=[PageTable(headers=("name", "calls"), rows=[(it, "1") for it in NAMES])],
        )
        for name, charts in found.items()
    }


def test_a_page_names_its_scripts_and_holds_texts_as_texts() -> None:
    for page in pages().values():
        text = chart_page(page)
        assert text.count("<script") == (5 if page.charts else 1)
        assert "<script>alert" not in text
        assert "default-src 'none'" in text


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.mark.browser
@needs_browser
@pytest.mark.parametrize(("name", "charts"), [("costs", 1), ("quality", 2), ("nothing", 0)])
def test_charts_are_drawn_offline(window: Browser, tmp_path: Path, name: str, charts: int) -> None:
    file = tmp_path / f"{name}.html"
    file.write_text(chart_page(pages()[name]), encoding="utf-8")
    window.call("POST", "/url", {"url": "about:blank"})
    window.complaints()
    window.requests()
    window.open(file)
    assert window.requests() == [file.as_uri()]
    assert window.complaints() == []
    assert window.run("return document.querySelectorAll('figure svg').length") == charts
    assert window.run("return document.querySelectorAll('tbody tr').length") == len(NAMES)
    if charts:
        assert window.run("return document.querySelectorAll('figure svg path').length") > len(NAMES)
