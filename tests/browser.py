"""A real Chromium for tests of pages, driven over WebDriver; tests that need it are skipped where there is none."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

DRIVER, CHROMIUM = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(not (DRIVER and CHROMIUM), reason="no chromium and chromedriver are installed")
ENTER, TAB = "\ue007", "\ue004"
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --hide-scrollbars"
).split()


class Browser:
    """One window. Elements are named by CSS selectors."""

    def __init__(self, url: str) -> None:
        self._url = url

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)["value"]

    def open(self, page: Path) -> None:
        self.call("POST", "/url", {"url": page.as_uri()})

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function body returns in the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def click(self, selector: str) -> None:
        self.call("POST", f"/element/{self._find(selector)}/click", {})

    def type(self, selector: str, text: str) -> None:
        self.call("POST", f"/element/{self._find(selector)}/value", {"text": text})

    def press(self, key: str) -> None:
        actions = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def size(self, width: int, height: int) -> None:
        self.call("POST", "/window/rect", {"width": width, "height": height})

    def scheme(self, name: str) -> None:
        """Makes people prefer "light" or "dark"."""
        media = {"media": "", "features": [{"name": "prefers-color-scheme", "value": name}]}
        self.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": media})

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("GET", "/screenshot")))

    def pdf(self) -> bytes:
        return base64.b64decode(self.call("POST", "/print", {"background": True}))

    def complaints(self) -> list[str]:
        """What the browser refused or could not do since this was last asked."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def requests(self) -> list[str]:
        """The addresses that were asked for since this was last asked."""
        events = [json.loads(it["message"])["message"] for it in self.call("POST", "/se/log", {"type": "performance"})]
        return [it["params"]["request"]["url"] for it in events if it["method"] == "Network.requestWillBeSent"]

    def _find(self, selector: str) -> str:
        found: str = self.call("POST", "/element", {"using": "css selector", "value": selector})[_ELEMENT]
        return found


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser with a profile of its own below ``folder``."""
    assert DRIVER
    assert CHROMIUM
    driver = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert driver.stdout
    try:
        line = next(line for line in driver.stdout if "started successfully on port" in line)
        url = f"http://127.0.0.1:{re.findall(r'[0-9]+', line)[-1]}/session"
        options = {"binary": CHROMIUM, "args": [*_QUIET, f"--user-data-dir={folder / 'profile'}"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        window = Browser(url)
        session = window.call("POST", "", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        window = Browser(f"{url}/{session}")
        try:
            yield window
        finally:
            window.call("DELETE", "")
    finally:
        driver.terminate()
        driver.wait(30)
        driver.stdout.close()
