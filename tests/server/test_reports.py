"""Reports over HTTP say what the commands say, and many who ask at once make one question."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from promptctl.workflows import costs as workflow
from tests.cli.reporting import shop_calls, shop_scores
from tests.event_stores import write_sqlite
from tests.serving import Served, serving
from tests.shipping import done, line
from tests.support import GitRepository


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    return line(tmp_path_factory.mktemp("served"), staged=("1.0.0",))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_sqlite(tmp_path_factory.mktemp("shop") / "shop.sqlite3", shop_calls(), shop_scores())


@pytest.fixture(scope="module")
def server(repository: GitRepository, shop: str) -> Iterator[Served]:
    with serving(repository.folder, store=shop) as found:
        yield found


@pytest.mark.parametrize(
    "line",
    [
        "costs --by model",
        "costs --by day,version --prompt support/triage",
        "costs --by attribute·region --attribute region=eu --top 1",
        "quality",
        "quality --by model --name resolved",
        "costs --prompt none",
    ],
)
def test_the_same_as_the_command(server: Served, repository: GitRepository, shop: str, line: str) -> None:
    words = [word.replace("·", " ") for word in line.split()]
    said = done(repository, *words, "--since", "2025-11-01", "--store", shop, "--json").data
    asked = "&".join(f"{name[2:]}={quote(value)}" for name, value in zip(words[1::2], words[2::2], strict=True))
    assert server.ask(f"/api/v1/{words[0]}?since=2025-11-01&{asked}").json == said


def test_the_last_days_have_an_address_of_their_own(server: Served) -> None:
    assert server.ask("/admin/costs?days=3000&by=model").json == server.ask("/api/v1/costs?since=3000d&by=model").json


@pytest.mark.parametrize("query", ["since=nonsense", "by=nonsense", "attribute=x", "top=0", "since=1d&until=2d"])
def test_what_means_nothing_is_refused(server: Served, query: str) -> None:
    found = server.ask(f"/api/v1/costs?{query}")
    assert (found.status, found.headers["content-type"]) == (400, "application/problem+json")


def test_a_store_that_is_not_there_is_said(repository: GitRepository) -> None:
    with serving(repository.folder) as server:
        found = server.ask("/api/v1/costs")
        assert (found.status, found.json["code"]) == (409, "PC231")


def test_many_at_once_make_one_question(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    costs = workflow.costs
    monkeypatch.setattr(workflow, "costs", lambda *given: asked.append(given) or costs(*given))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: server.ask("/api/v1/costs?since=2025-11-02&by=user").body, range(24)))
    assert len(set(found)) == len(asked) == 1
