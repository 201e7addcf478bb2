"""Pages of costs and quality in a real Chromium: drawn offline, nothing asked for or refused, and no text acts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from promptctl.core.reporting.cost import Amounts, CostPart, cost_report
from promptctl.core.reporting.quality import CallGroup, ScoreGroup, quality_report
from promptctl.core.reporting.window import DAY, Grouping
from promptctl.core.statistics.two_samples import Moments
from promptctl.reports.chart_page import ChartPage, PageTable, chart_page
from promptctl.reports.charts_of_reports import cost_charts, quality_charts
from promptctl.reports.experiment_charts import experiment_page
from tests.browser import Browser, browser, needs_browser
from tests.experiment_reports import running
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
    drawn = {
        name: ChartPage(
            title=name,
            sentences=NAMES,
            charts=charts,
            tables=[PageTable(headers=("name", "calls"), rows=[(it, "1") for it in NAMES])],
        )
        for name, charts in found.items()
    }
    hostile = replace(running(), hypothesis=NAMES[-2], when=NAMES[0], notes=tuple(NAMES))
    segments = [replace(it, value=name) for it in hostile.segments[:1] for name in NAMES]
    return drawn | {"experiment": experiment_page(replace(hostile, segments=tuple(segments)))}


def test_a_page_names_its_scripts_and_holds_texts_as_texts() -> None:
    for page in pages().values():
        text = chart_page(page)
        assert text.count("<script") == (4 + len(page.charts) if page.charts else 0)
        assert "<script>alert" not in text
        assert "default-src 'none'" in text


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.mark.browser
@needs_browser
@pytest.mark.parametrize(("name", "charts"), [("costs", 1), ("quality", 2), ("nothing", 0), ("experiment", 3)])
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
    assert window.run("return document.querySelectorAll('tbody tr').length") >= len(NAMES)
    if charts:
        assert window.run("return document.querySelectorAll('figure svg path').length") > len(NAMES)


@pytest.mark.browser
@needs_browser
def test_pages_are_dark_where_people_prefer_it(window: Browser, tmp_path: Path) -> None:
    file = tmp_path / "experiment.html"
    file.write_text(chart_page(pages()["experiment"]), encoding="utf-8")
    seen = []
    for scheme in ("light", "dark"):
        window.scheme(scheme)
        window.open(file)
        ink = "return getComputedStyle(document.querySelector('figure svg .role-axis-label text')).fill"
        seen.append((window.run("return getComputedStyle(document.body).backgroundColor"), window.run(ink)))
    assert seen == [("rgb(255, 255, 255)", "rgb(27, 31, 36)"), ("rgb(21, 27, 35)", "rgb(209, 215, 224)")]
    window.scheme("light")
    frames = "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
    window.run(frames)
    assert window.run(ink) == "rgb(27, 31, 36)"
