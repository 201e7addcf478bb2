"""What the script of pages adds: a theme that is remembered, and lists that narrow at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.pages.test_pages import needs_browser
from tests.pages.window import chromium
from tests.serving import serving
from tests.shipping import NAME, OTHER, line

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, needs_browser]
SHOWN = "() => [...document.querySelectorAll('#matrix tbody tr:not([hidden])')].map((it) => it.dataset.name)"
THEME = "() => [document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor]"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    repository = line(tmp_path_factory.mktemp("script"), staged=("1.0.0",))
    with serving(repository.folder, store="none") as server:
        yield server.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    found = browser.new_page()
    yield found
    found.close()


def test_a_theme_is_remembered(page: Page, root: str) -> None:
    page.goto(root)
    assert page.evaluate(THEME) == [None, "rgb(255, 255, 255)"]
    page.click("#theme")
    page.goto(f"{root}/prompts/{NAME}/")
    assert page.evaluate(THEME) == ["dark", "rgb(21, 27, 35)"]
    assert page.get_attribute("#theme", "aria-pressed") == "true"


def test_a_list_narrows_while_one_types_and_the_address_says_how(page: Page, root: str) -> None:
    page.goto(root)
    assert page.evaluate(SHOWN) == [NAME, OTHER]
    page.fill("[name=q]", "SUPP")
    assert page.evaluate(SHOWN) == [NAME]
    assert page.text_content("output") == "1 of 2 shown"
    assert page.url.endswith("/?q=SUPP")
    page.goto(f"{root}/?show=unserved")
    assert page.evaluate(SHOWN) == [OTHER]
    page.select_option("[name=show]", "all")
    assert page.evaluate(SHOWN) == [NAME, OTHER]


def test_without_script_the_server_narrows(browser: Browser, root: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(root)
    page.fill("[name=q]", "text")
    page.click("form button")
    assert page.locator("#matrix tbody tr:visible").count() == 1
    assert page.locator("#theme:visible").count() == 0
    context.close()


def test_on_paper_there_is_nothing_to_press(page: Page, root: str) -> None:
    page.goto(root)
    page.emulate_media(media="print")
    assert page.locator("button:visible, form:visible, nav:visible").count() == 0
    assert page.pdf().startswith(b"%PDF")
