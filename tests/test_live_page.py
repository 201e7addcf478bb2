"""Pages that keep themselves up to date, in a real Chromium: what changed is exchanged, nobody loses their place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser, browser, needs_browser
from tests.panels import Scene, quick
from tests.serving import Served, serving
from tests.shipping import NAME, done

pytestmark = [pytest.mark.browser, needs_browser]
PROD = f"/rollouts/prod/{NAME}/-/2/"
_LOOK = """return new Promise((done) => {
  const [said, when] = document.querySelectorAll('.live [role=status], .live time');
  const seen = new MutationObserver(() => { seen.disconnect(); done(said.textContent); });
  seen.observe(when, {childList: true});
  document.dispatchEvent(new Event('visibilitychange'));
})"""


@pytest.fixture
def story(tmp_path: Path) -> Scene:
    return quick(tmp_path)


@pytest.fixture
def server(story: Scene) -> Iterator[Served]:
    with serving(story.repository.folder, store=story.store) as found:
        yield found


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path) as found:
        yield found


def _until(window: Browser, state: str) -> None:
    """Looks again until the page says that the rollout is in that state."""
    for _ in range(200):
        window.run(_LOOK)
        if window.run("return document.querySelector('.badge').textContent") == state:
            return
    raise AssertionError(window.run("return document.querySelector('.badge').textContent"))


def test_what_changed_is_exchanged_and_nobody_loses_their_place(story: Scene, server: Served, window: Browser) -> None:
    window.size(360, 640)
    window.call("POST", "/url", {"url": server.url + "/splits/"})
    window.run("window.same = 1; document.querySelector('#content td a, #content th a').focus()")
    window.run("document.querySelector('.wide').scrollLeft = 40; scrollTo(0, 90)")
    place = "return [scrollY, document.querySelector('.wide').scrollLeft, document.activeElement.textContent]"
    before = window.run(place)
    assert before == [90, 40, f"{NAME} 1.1.0"]
    assert window.run(_LOOK) == "Refreshed every 10 s."
    done(story.repository, "rollout", "pause", NAME, "prod", "--reason", "wait <b>here</b>")
    _until(window, "paused")
    assert window.run(place) == before
    assert window.run("return window.same") == 1
    assert "wait <b>here</b>" in window.run("return document.querySelector('#content').textContent")


def test_charts_are_drawn_again(story: Scene, server: Served, window: Browser) -> None:
    window.call("POST", "/url", {"url": server.url + PROD})
    drawn = "return [...document.querySelectorAll('.drawing')].map((it) => it.querySelectorAll('svg').length)"
    assert window.run(drawn) == [1]
    done(story.repository, "rollout", "pause", NAME, "prod", "--reason", "wait")
    _until(window, "paused")
    assert window.run(drawn) == [1, 1]
    assert window.complaints() == []


def test_a_server_that_is_gone_is_said_and_looking_can_be_stopped(story: Scene, window: Browser) -> None:
    with serving(story.repository.folder, store=story.store) as server:
        window.call("POST", "/url", {"url": server.url + "/splits/"})
        window.run("document.querySelector('.live button').click()")
        assert (
            window.run("return document.querySelector('.live').textContent").strip().endswith("Not refreshed any more.")
        )
        window.run("document.querySelector('.live button').click()")
    assert window.run(_LOOK).startswith("Not refreshed, ")
    assert window.run("return document.querySelectorAll('#content table').length") == 2
