"""Pages of experiments and rollouts: how each stands, what it rests on, and what they say when nothing is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.panels import Scene, quick
from tests.serving import Served, serving
from tests.shipping import NAME, done, line
from tests.support import build_files

PROD, STAGING = f"/rollouts/prod/{NAME}/-/2/", f"/rollouts/staging/{NAME}/-/3/"
PAGES = ["/splits/", "/experiments/tone/", PROD, STAGING, "/costs/"]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return quick(tmp_path_factory.mktemp("panels"))


@pytest.fixture(scope="module")
def server(story: Scene) -> Iterator[Served]:
    with serving(story.repository.folder, store=story.store) as found:
        yield found


def said(server: Served, path: str) -> str:
    """A page as text, tags away."""
    found = server.ask(path)
    assert found.status == 200, found.body
    main = found.body.decode().partition("<main")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/splits/", "1 under way, 2 in all."),
        ("/splits/", "1.1.0 → 1.2.0"),
        ("/splits/", "aborted"),
        ("/splits/", "control 1.1.0 50 %, friendly 1.2.0 50 %"),
        ("/experiments/tone/", "keep running: 40 of 1,000 units; control has 20"),
        ("/experiments/tone/", "Arms have the units that they should have"),
        ("/experiments/tone/", "What changed from 1.1.0 to 1.2.0"),
        (PROD, "10 % of 1.1.0 stays: 6 of 50 requests"),
        (PROD, "6 calls of 1.1.0 (6 users) and 54 of 1.0.0 (54)"),
        (STAGING, "aborted enough"),
    ],
)
def test_what_a_page_says(server: Served, path: str, words: str) -> None:
    assert words in said(server, path)


@pytest.mark.parametrize("path", PAGES)
def test_links_lead_somewhere_and_headings_are_in_order(server: Served, path: str) -> None:
    page = server.ask(path).body.decode()
    for target in set(re.findall(r'(?:href|src)="(/[^"]*)"', page)):
        assert server.ask(target).status == 200, target
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.count("<table") == page.count("<caption")
    assert page.count('class="drawing"') == page.count("<figcaption")


@pytest.mark.parametrize("path", [f"/rollouts/prod/{NAME}/-/1/", "/rollouts/nowhere/x/-/1/", "/experiments/nobody/"])
def test_what_there_is_not(server: Served, path: str) -> None:
    assert server.ask(path).status in (400, 404)


def test_without_events_a_page_says_how_to_have_some(story: Scene) -> None:
    with serving(story.repository.folder) as server:
        for path in ("/experiments/tone/", PROD):
            assert "promptctl events import FILE" in said(server, path)
        assert "error_rate +0.01" in said(server, PROD)


def test_a_registry_that_splits_nothing_says_how_to_begin(tmp_path: Path) -> None:
    with serving(line(tmp_path).folder) as server:
        text = said(server, "/splits/")
        assert "promptctl rollout start" in text
        assert "promptctl experiment new" in text


def test_what_cannot_be_read_is_said_where_it_stands(tmp_path: Path) -> None:
    repository = line(tmp_path)
    build_files(repository.folder, {"prompts/experiments/odd.yaml": "experiment: other\n"})
    repository.git("add", "-A")
    repository.git("commit", "-qm", "odd")
    repository.git("push", "-q")
    with serving(repository.folder) as server:
        assert "unreadable" in said(server, "/splits/")
        assert "It cannot be read:" in said(server, "/experiments/odd/")


def test_as_files_too(story: Scene) -> None:
    done(story.repository, "report", "--html", "../pages", "--store", story.store)
    folder = story.repository.folder.parent / "pages"
    for path in PAGES:
        page = (folder / path.strip("/") / "index.html").read_text(encoding="utf-8")
        assert "data-refresh" not in page
        for target in re.findall(r'(?:href|src)="([^"#?]+)"', page):
            assert (folder / path.strip("/") / target).is_file(), target


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2025-11-01", "Calls of unknown price 17, not in the cost"),
        ("since=2025-11-01", "llama-own 20 unknown - 17"),
        ("since=2025-11-01", "Saved by answers kept $0.0240 in 6 calls"),
        ("since=2025-11-01&user=nobody", "No calls in this window."),
        ("since=nonsense", "No costs can be shown: `nonsense` is not a time"),
        ("since=2025-11-01&until=2025-11-30&other_model=gpt-4.1", "no kept evidence of these texts covers that model"),
        ("since=2025-11-01&cache=soon", "That cannot be said:"),
        (f"since=2025-11-01&other_version={NAME}@1.0.0", f"{NAME}@1.0.0 would have cost cannot be known"),
        ("since=2025-11-01&cache=1h&other_model=gpt-4.1", "ask one thing at a time"),
    ],
)
def test_what_the_page_of_costs_says(server: Served, query: str, words: str) -> None:
    assert words in said(server, f"/costs/?{query}")


def test_costs_without_events_say_how_to_have_some(story: Scene) -> None:
    with serving(story.repository.folder) as server:
        assert "promptctl serve --store" in said(server, "/costs/")


def test_what_was_asked_stays_in_the_forms_as_text(server: Served) -> None:
    odd = '"><script>alert(1)</script>'
    page = server.ask(f"/costs/?since=2025-11-01&prompt={quote(odd)}&other_model={quote(odd)}").body.decode()
    assert "<script>alert" not in page
    assert f'name="prompt" value="{escape(odd).replace("&quot;", "&#34;")}"' in page
