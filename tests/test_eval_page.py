"""The page of an eval in a real Chromium: nothing is asked for or refused, no text acts, and what is clicked works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.core.evals.case import Case
from promptctl.reports.eval_html import eval_html
from tests.browser import TAB, Browser, browser, needs_browser
from tests.eval_reports import MODEL, many, report, sample
from tests.hostile_texts import HOSTILE

pytestmark = [pytest.mark.browser, needs_browser]


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture
def page(window: Browser, tmp_path: Path) -> Browser:
    """The report of 200 cases, opened."""
    file = tmp_path / "evals.html"
    file.write_text(eval_html([many(200)]), encoding="utf-8")
    window.call("POST", "/url", {"url": "about:blank"})
    window.complaints()
    window.requests()
    window.open(file)
    assert window.requests() == [file.as_uri()]
    assert window.complaints() == []
    window.size(1280, 900)
    return window


def shown(page: Browser) -> int:
    """How many cases can be seen, as the page itself lays them out."""
    found: int = page.run("return [...document.querySelectorAll('details.case')].filter(it => it.offsetHeight).length")
    return found


def choose(page: Browser, name: str, value: str) -> int:
    options: list[str] = page.run(f"return [...document.querySelectorAll('#{name} option')].map(it => it.textContent)")
    page.click(f"#{name} option:nth-child({options.index(value) + 1})")
    return shown(page)


def test_the_filter_by_outcome_tag_and_text(page: Browser) -> None:
    found = many(200)
    assert shown(page) == 200
    for outcome in ("fail", "error", "pass"):
        assert choose(page, "outcome", outcome) == found.counts[outcome]
    assert choose(page, "outcome", "changed") == len(found.changed)
    assert choose(page, "outcome", "lost") == sum(row.change == "lost" for row in found.rows)
    lost_in_german = sum(row.change == "lost" and row.tags["language"] == "de" for row in found.rows)
    assert choose(page, "tag", "language=de") == lost_in_german > 0
    page.type("#text", "no such words\ue007")
    assert shown(page) == 0
    assert page.run("return document.getElementById('nothing').offsetHeight > 0")
    assert page.run("return document.getElementById('shown').textContent") == "0 of 200 cases"


def test_the_text_is_looked_for_in_answers_too(page: Browser) -> None:
    page.type("#text", "A DIFFERENT phrase\ue007")
    assert shown(page) == 200
    page.type("#text", " ticket 0042\ue007")
    assert shown(page) == 0


def test_answers_stand_side_by_side_or_below_each_other(page: Browser) -> None:
    page.click("details.case summary")
    tops = "return [...document.querySelectorAll('details.case[open] .pane .text')].slice(0, 2).map(it => it.offsetTop)"
    left, right = page.run(tops)
    assert left == right
    page.click("#beside")
    left, right = page.run(tops)
    assert left < right
    assert page.run("return document.querySelector('details[open] del').textContent") == "a different phrase"
    assert page.run("return getComputedStyle(document.querySelector('details[open] ins')).backgroundColor") != (
        page.run("return getComputedStyle(document.querySelector('details[open] .text')).backgroundColor")
    )


def test_the_keyboard_reaches_everything(page: Browser) -> None:
    page.press(TAB)
    reached = []
    for _ in range(12):
        reached.append(page.run("return document.activeElement.id || document.activeElement.tagName"))
        page.press(TAB)
    assert reached[:7] == ["A", "text", "outcome", "tag", "beside", "open", "close"]
    assert "SUMMARY" in reached
    page.run("document.querySelector('summary').focus()")
    page.press("\ue007")
    assert page.run("return document.querySelector('details.case').open")
    page.press("/")
    assert page.run("return document.activeElement.id") == "text"


def test_dark_and_light(page: Browser) -> None:
    colours = []
    for scheme in ("light", "dark"):
        page.scheme(scheme)
        colours.append(page.run("const it = getComputedStyle(document.body); return it.color + it.backgroundColor"))
    page.scheme("light")
    assert colours[0] != colours[1]


def test_a_phone_needs_no_scrolling_sideways(page: Browser) -> None:
    page.size(500, 800)
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")


def test_print_opens_what_does_not_pass(page: Browser) -> None:
    assert page.pdf().startswith(b"%PDF")
    assert (
        page.run("dispatchEvent(new Event('beforeprint')); return document.querySelectorAll('details[open]').length")
        > 5
    )
    assert (
        page.run("dispatchEvent(new Event('afterprint')); return document.querySelectorAll('details[open]').length")
        == 0
    )


def test_no_text_acts(window: Browser, tmp_path: Path) -> None:
    names = [text or " " for text in HOSTILE]
    now = [sample(name, "fail") for name in names]
    texts = {it.replies[0].key: name for it, name in zip(now, names, strict=True)}
    suite = [Case(name=name, expect=(), tags={"t": name}, inputs={"ticket": name}) for name in names]
    reasons = {(name, MODEL, 0): (name,) for name in names}
    file = tmp_path / "hostile.html"
    file.write_text(eval_html([report(now, texts=texts, cases=suite, reasons=reasons)]), encoding="utf-8")
    window.requests()
    window.open(file)
    window.click("#open")
    window.type("#text", "x\ue007")
    assert window.requests() == [file.as_uri()]
    assert window.complaints() == []
    assert window.run("return document.title") == "Evals: support/triage"
    assert window.run("return document.querySelectorAll('details.case').length") == len(names)
    assert window.run("return document.querySelectorAll('img, iframe, script:not(body > script)').length") == 0


def test_a_thousand_cases_are_filtered_at_once(window: Browser, tmp_path: Path) -> None:
    file = tmp_path / "many.html"
    file.write_text(eval_html([many(1_000)]), encoding="utf-8")
    window.open(file)
    assert shown(window) == 1_000
    assert choose(window, "outcome", "error") == many(1_000).counts["error"]
