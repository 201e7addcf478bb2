"""A repository says where events go: nobody elsewhere hears anything before this machine's user allowed just that."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.warehouse.opening import open_warehouse
from promptctl.core.event_settings import event_settings
from promptctl.errors import StateError, UsageError
from promptctl.runtime.recording.opening import open_recorder
from promptctl.workflows.events_store import EventsPlace
from promptctl.workflows.trust import trust
from tests.event_samples import event

Table = dict[str, Any]


@contextmanager
def deaf_server() -> Iterator[str]:
    """Where something would arrive; insists that nothing did."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def record(table: Table, environment: dict[str, str]) -> None:
    recorder = open_recorder(table, environment, Path("/"))
    recorder.record(event(1))
    recorder.close(1.0)


def report(table: Table, environment: dict[str, str]) -> None:
    with open_warehouse(None, table, environment, Path("/")):
        pass


def export(table: Table, environment: dict[str, str]) -> None:
    settings = event_settings(table, environment)
    place = EventsPlace(address=settings.store, settings=settings, environment=environment, folder=Path("/"))
    place.open().close()


@pytest.mark.parametrize("act", [record, report, export])
@pytest.mark.parametrize("store", ["otlp:http://{}", "postgresql://{}/events"])
def test_nobody_hears_of_calls_until_the_store_is_trusted(
    tmp_path: Path, store: str, act: Callable[[Table, dict[str, str]], None]
) -> None:
    environment = {"PROMPTCTL_DATA_DIR": str(tmp_path)}
    with deaf_server() as host:
        table = {"store": store.format(host)}
        with pytest.raises(StateError) as caught:
            act(table, environment)
    assert caught.value.code == "PC075"
    assert host in str(caught.value)
    assert caught.value.hint == f"promptctl trust (in CI: PROMPTCTL_TRUST={event_settings(table, {}).digest})"


def test_what_is_trusted_is_a_store_and_how_much_it_gets(tmp_path: Path) -> None:
    environment = {"PROMPTCTL_DATA_DIR": str(tmp_path)}
    table: Table = {"store": "otlp:http://127.0.0.1:9"}
    shown = trust({}, environment, grant=True, events=event_settings(table, {}))
    assert (shown.before, shown.trusted, shown.digests) == (False, True, (event_settings(table, {}).digest,))
    open_recorder(table, environment, tmp_path)
    for change in ({"content": True}, {"units": "plain"}, {"store": "otlp:http://127.0.0.1:10"}):
        with pytest.raises(StateError):
            open_recorder(table | change, environment, tmp_path)
    named = {"PROMPTCTL_DATA_DIR": str(tmp_path / "other"), "PROMPTCTL_EVENTS": "otlp:http://127.0.0.1:9"}
    open_recorder(table | {"content": True}, named, tmp_path)


@pytest.mark.parametrize("table", [{}, {"store": "sqlite:e.sqlite3"}, {"store": "jsonl:e"}, {"store": "none"}])
def test_what_stays_here_needs_no_trust(table: Table) -> None:
    assert event_settings(table, {}).digest is None


@pytest.mark.parametrize("said", ["host=evil.example", "hostaddr=192.0.2.1", "service=x", "passfile=/etc/passwd"])
def test_a_repositorys_database_is_where_its_url_shows(said: str) -> None:
    with pytest.raises(UsageError, match="does not belong in a repository's settings"):
        event_settings({"store": f"postgresql://db.example/events?sslmode=require&{said}"}, {})
    event_settings({}, {"PROMPTCTL_EVENTS": f"postgresql://db.example/events?{said}"})
