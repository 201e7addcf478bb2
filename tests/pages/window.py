"""A Chromium driven by Playwright, and what is asked of every page that it shows."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
    " --no-first-run"
).split()
_TALLEST = 3000
"""Of a picture, in pixels."""
WIDTHS = (360, 768, 1280)
THEMES = ("light", "dark")
TAKEN = "[window.taken, document.title.includes('taken'), document.querySelectorAll('h1').length]"
_DRAWN = """() => [...document.querySelectorAll('figure.chart > .drawing')]
  .every((it) => !it.checkVisibility() || it.querySelector('svg'))"""
_FOCUS = """() => {
  const seen = document.activeElement;
  if (!seen || seen === document.body) return null;
  const style = getComputedStyle(seen), box = seen.getBoundingClientRect();
  const shown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  const name = seen.id || seen.getAttribute('href') || seen.getAttribute('aria-label') || seen.textContent;
  seen.dataset.reached = '1';
  return {name: `${seen.tagName} ${name.trim().slice(0, 60)}`, shown, inside: box.width > 0 && box.height > 0};
}"""
_MISSED = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
  .filter((it) => it.checkVisibility() && !it.disabled && !it.dataset.reached)
  .map((it) => it.outerHTML.slice(0, 100))"""
_WIDE = """() => [...document.querySelectorAll('body *')].filter((it) => {
  const box = it.getBoundingClientRect();
  return box.right > innerWidth + 1 && box.width && !it.closest('.wide, pre, .hidden, .skip, svg, figure');
}).slice(0, 3).map((it) => it.outerHTML.slice(0, 160))"""


@dataclass
class Looked:
    """What was found wrong on pages, each as one line; ``pages`` counts looks, ``reached`` stops of the keyboard."""

    faults: list[str] = field(default_factory=list)
    pages: int = 0
    reached: int = 0

    def tell(self, fault: str) -> None:
        """Keeps a fault, and says it at once: a run takes minutes."""
        if fault not in self.faults:
            self.faults.append(fault)
            print(fault[:400], file=sys.stderr, flush=True)


class Window:
    """Pages in one theme. ``root`` is where they come from: nothing else may be asked for."""

    def __init__(self, context: BrowserContext, root: str, looked: Looked, keep: Path | None) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(120_000)
        self._root, self._looked, self._keep = root, looked, keep
        self._place, self._status = "", 200
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda it: self._complain(f"exception: {it}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", lambda it: None if self._own(it.url) else self._complain(f"foreign: {it.url}"))

    def look(self, path: str, width: int, theme: str, *, status: int = 200) -> None:
        """Opens a page and asks everything of it."""
        self._place, self._status = f"{path} {theme} {width}", status
        self._looked.pages += 1
        self.page.set_viewport_size({"width": width, "height": 900})
        answer = self.page.goto(self._root + path)
        self.page.wait_for_function(_DRAWN)
        if answer and answer.status not in (0, status):
            self._complain(f"status {answer.status}")
        self._judge_layout()
        taken, retitled, headings = self.page.evaluate(f"() => {TAKEN}")
        if taken is not None or retitled or headings != 1:
            self._complain(f"hostile text acted: {taken}, {retitled}, {headings} main headings")
        self._judge_by_axe()
        if self._keep:
            name = re.sub(r"[^a-zA-Z0-9]+", "-", path).strip("-")[:90] or "first"
            height = min(self.page.evaluate("() => document.documentElement.scrollHeight"), _TALLEST)
            clip: Any = {"x": 0, "y": 0, "width": width, "height": height}
            self.page.screenshot(path=self._keep / f"{name}-{theme}-{width}.png", full_page=True, clip=clip)

    def walk(self, most: int = 400) -> None:
        """Goes through the page by the keyboard: everything that can be used is reached, and seen to be."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(_FOCUS)
            if at is None:
                break
            self._looked.reached += 1
            if not at["shown"]:
                self._complain(f"focus is not seen: {at['name']}")
        for missed in self.page.evaluate(_MISSED)[:5]:
            self._complain(f"not reached by the keyboard: {missed}")

    def _judge_layout(self) -> None:
        if self.page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
            self._complain(f"scrolls sideways: {self.page.evaluate(_WIDE)}")

    def _judge_by_axe(self) -> None:
        found = self._axe.run(self.page, options={"resultTypes": ["violations"]})
        for it in found.response["violations"]:
            if it["impact"] in ("serious", "critical", "moderate"):
                self._complain(f"axe {it['impact']} {it['id']}: {it['nodes'][0]['html'][:160]}")

    @cached_property
    def _axe(self) -> Any:
        from axe_playwright_python.sync_playwright import Axe

        return Axe()

    def _heard(self, message: ConsoleMessage) -> None:
        # Chromium tells of a page that is an error itself.
        expected = self._status != 200 and f"status of {self._status}" in message.text
        if message.type in ("error", "warning") and not expected:
            self._complain(message.text)

    def _failed(self, request: Request) -> None:
        # A page that keeps itself up to date may be left while it asks.
        if request.failure != "net::ERR_ABORTED":
            self._complain(f"failed: {request.url} {request.failure}")

    def _own(self, url: str) -> bool:
        return url.startswith((self._root, "data:", "about:", "blob:"))

    def _complain(self, fault: str) -> None:
        self._looked.tell(f"{self._place}: {fault}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(browser: Browser, root: str, theme: str, looked: Looked, keep: Path | None = None) -> Iterator[Window]:
    """A window in which people prefer a theme."""
    context = browser.new_context(color_scheme="dark" if theme == "dark" else "light", bypass_csp=False)
    try:
        yield Window(context, root, looked, keep)
    finally:
        context.close()
