"""Pages of prompts, of states compared and of calls: what they show of a registry that has lived."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.errors import OutsideError
from promptctl.server.shapes.timeline import Timeline
from promptctl.server.store import Store
from tests.evals import NAME
from tests.event_samples import NOON, event
from tests.event_stores import write_sqlite
from tests.server.registry import CALL, OTHER_CALL, Lived, lived
from tests.serving import Served, serving
from tests.shipping import done

COMPARED = f"/prompts/{NAME}/-/diff/"
TOKEN = f"pctl_{'0123456789ab'}_{'x' * 43}"
BROWSER = "text/html,application/xhtml+xml"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with lived(tmp_path_factory.mktemp("lived")) as found:
        done(found.it.repository, "rollback", NAME, "staging", "--reason", "it was too polite")
        yield found


@pytest.fixture(scope="module")
def server(registry: Lived) -> Iterator[Served]:
    with serving(registry.folder, store=registry.store) as found:
        yield found


def text(server: Served, path: str) -> str:
    """What a page says, tags taken away."""
    found = server.ask(path, accept=BROWSER)
    assert found.status == 200, found.body
    main = found.body.decode().partition("<main")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def test_the_past_of_a_prompt_is_one_line_of_time(server: Served) -> None:
    said = text(server, f"/prompts/{NAME}/").partition("Who moved what, and why")[2]
    places = [
        said.index(it)
        for it in ("rollback 1.1.0 → 1.0.0", "it was too polite", "promote 1.0.0 → 1.1.0", "released 1.1.0")
    ]
    assert places == sorted(places)
    past = server.ask(f"/api/v1/prompts/{NAME}/-/timeline").json
    assert Timeline.model_validate(past)
    assert said.count("promote") == sum(it["kind"] == "promote" for it in past["past"])


def test_evals_and_calls_are_told_over_versions(server: Served) -> None:
    said = text(server, f"/prompts/{NAME}/?days=366")
    evals, _, calls = said.partition("Calls Days")
    assert evals.count("2 of 3 66.7 % 20.8 to 93.9 %") == 2
    assert "By version" in calls
    assert "There were no calls of it in these 7 days" in text(server, f"/prompts/{NAME}/?days=7")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("old=1.0.0&new=1.1.0", "{+please +}"),
        ("old=1.0.0&new=1.1.0&show=rendered", "0 of 3 cases send the same."),
        ("old=1.0.0&new=1.1.0&show=answers", "As recorded."),
        ("old=1.0.0&new=work&show=rendered", "cases send the same."),
        ("old=staging&new=1.0.0", "have the same digest"),
        ("old=1.0.0&new=1.1.0&show=nothing-known", "{+please +}"),
    ],
)
def test_two_states_are_compared(server: Served, asked: str, said: str) -> None:
    assert said in text(server, f"{COMPARED}?{asked}")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (f"{COMPARED}?old=1.0.0&new=9.9.9", 404, "PC0"),
        (f"{COMPARED}?old=1.0.0", 400, "query.new"),
        ("/calls/01M00000000000000000000000/", 404, "PC235"),
        ("/prompts/no/such/", 404, "PC0"),
        ("/nowhere/", 404, "PC001"),
    ],
)
def test_browsers_are_shown_errors_as_pages(server: Served, path: str, status: int, said: str) -> None:
    page = server.ask(path, accept=BROWSER)
    assert page.status == status
    assert page.headers["content-type"].startswith("text/html")
    assert said in page.body.decode()
    assert server.ask(path).headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", [f"{COMPARED}?old={TOKEN}&new=1.0.0", f"/prompts/{TOKEN}/", f"/{TOKEN}/", f"/calls/?since={TOKEN}"]
)
def test_what_a_page_says_of_an_error_holds_no_secret(server: Served, path: str) -> None:
    page = server.ask(path, accept=BROWSER).body.decode()
    said = re.findall(r'<p class="(?:note|quiet)[^>]*>.*?</p>', page, re.DOTALL)
    assert "[masked]" in str(said)
    assert TOKEN not in str(said)


def test_calls_are_found_by_what_they_were(server: Served) -> None:
    assert CALL in text(server, f"/calls/?since=2025-11-01&prompt={NAME}")
    assert "No call is like that" in text(server, "/calls/?since=2025-11-01&user=nobody")
    assert "is not a time" in text(server, "/calls/?since=yesterday")


@pytest.mark.parametrize("since", ["2025-11-01", ""])
def test_older_calls_follow(server: Served, since: str) -> None:
    page = server.ask(f"/calls/?since={since}").body.decode()
    found = re.search(r'href="([^"]*page_token[^"]*)" rel="next"', page)
    assert found
    older = server.ask(found[1].replace("&amp;", "&")).body.decode()
    ids = [set(re.findall("01K[0-9]{23}", each)) for each in (page, older)]
    assert ids[0]
    assert ids[1]
    assert not ids[0] & ids[1]


def test_one_call_shows_exactly_what_was_sent_and_why(server: Served) -> None:
    said = text(server, f"/calls/{CALL}/")
    assert "This is exactly what was sent" in said
    assert "Charged twice" in said
    assert "OK: billing" in said
    assert "wrong queue" in said
    assert f"Release prompts/{NAME}@v1.0.0" in said
    assert "It cannot be shown: the call was kept without its inputs" in text(server, f"/calls/{OTHER_CALL}/")


@pytest.mark.parametrize("call", ["job-7", NAME, "sha256:00"])
def test_why_is_of_the_call_whatever_its_id_is_like(registry: Lived, tmp_path: Path, call: str) -> None:
    own = event(0, id=call, at=NOON, prompt=NAME, version="1.0.0", digest=None)
    with serving(registry.folder, store=write_sqlite(tmp_path / "own.sqlite3", [own], [])) as server:
        why = text(server, f"/calls/{call}/").partition("Why it was served this")[2]
    assert why.startswith(f" no move had put 1.0.0 into prod by 2025-11-21T12:00:00Z Release prompts/{NAME}@v1.0.0")


def test_an_id_leads_to_its_call(server: Served) -> None:
    assert "Answer" in text(server, f"/calls/?id={CALL}")
    assert server.ask(f"/calls/?id={quote('../../admin?x#y')}").status == 404
    sent = server.ask(f"/api/v1/calls/{CALL}").json["call"]["rendered"]
    found = text(server, f"/calls/?id={sent}")
    assert CALL in found
    assert OTHER_CALL in found


def test_a_store_that_takes_long_to_open_keeps_nobody_from_the_repository(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, over = threading.Event(), threading.Event()

    def away(_: Store) -> Warehouse:
        waiting.set()
        over.wait(5)
        raise OutsideError("PC222", "the store is away")

    monkeypatch.setattr(Store, "open", away)
    with ThreadPoolExecutor(1) as pool:
        page = pool.submit(server.ask, "/calls/nobody-asked-before/")
        assert waiting.wait(20)
        assert server.ask(f"/api/v1/prompts/{NAME}/-/history?env=prod").status == 200
        assert not page.done()
        over.set()
    assert page.result().status == 503


def test_without_a_store_pages_say_how_to_give_one(registry: Lived) -> None:
    with serving(registry.folder, store="none") as server:
        for path in ("/", "/calls/", f"/prompts/{NAME}/"):
            assert "promptctl serve --store" in text(server, path)
        assert server.ask("/calls/").headers["etag"]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("", True), (f"q={NAME[:4]}", True), ("q=zzz", False), ("show=differs", False), ("show=split", False)],
)
def test_the_first_page_is_narrowed_by_its_address(server: Served, asked: str, shown: bool) -> None:
    page = server.ask(f"/?{asked}").body.decode()
    row = re.search(f'<tr data-name="{NAME}"[^>]*>', page)
    assert row
    assert ("hidden" not in row[0]) == shown
