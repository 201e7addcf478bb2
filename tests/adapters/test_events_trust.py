"""A repository says where events go: nobody elsewhere hears anything before this machine's user allowed just that."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.bundle_source import source_of
from promptctl.adapters.events import store_path
from promptctl.adapters.events_trust import require_events_trust
from promptctl.adapters.warehouse.opening import open_warehouse
from promptctl.core.events.settings import event_settings, parse_store
from promptctl.errors import StateError, UsageError
from promptctl.runtime.recording.opening import open_recorder
from promptctl.workflows.events_store import EventsPlace
from promptctl.workflows.trust import trust
from tests.event_samples import event

Table = dict[str, Any]
Homes = tuple[Path, dict[str, str]]


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


@pytest.fixture
def homes(tmp_path: Path) -> Homes:
    """A work tree, the user's data folder, and a link from the one to the other's neighbour."""
    for name in ("work/.git", "work/sub", "data/events", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "work/link").symlink_to(tmp_path / "elsewhere")
    return tmp_path, {"PROMPTCTL_DATA_DIR": str(tmp_path / "data")}


@pytest.mark.parametrize(
    ("store", "fine"),
    [
        ("e.db", True),
        ("../e.db", True),
        ("sub/../e.db", True),
        ("{}/data/events/e.db", True),
        ("{}/work/e.db", True),
        ("{}/work/sub/new/e.db", True),
        ("{}/elsewhere/e.db", False),
        ("{}/work/../elsewhere/e.db", False),
        ("{}/work/link/e.db", False),
        ("{}/work/.git/e.db", False),
        ("{}/workers/e.db", False),
        ("../../elsewhere/e.db", False),
        ("../../../../../../../etc/e.db", False),
        ("~/e.db", False),
        ("/e.db", False),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite", "jsonl"])
def test_a_repository_names_files_of_its_work_tree_and_of_the_data_folder(
    homes: Homes, kind: str, store: str, fine: bool
) -> None:
    folder, environment = homes
    table: Table = {"store": f"{kind}:{store.format(folder)}"}
    settings = event_settings(table, {})

    def required() -> None:
        require_events_trust(settings, environment, folder / "work/sub", folder / "work")

    if fine:
        required()
        return
    with pytest.raises(StateError, match="events would go to") as caught:
        required()
    assert (caught.value.code, str(settings.digest) in (caught.value.hint or "")) == ("PC075", True)
    trust({}, environment, grant=True, events=settings)
    required()


@pytest.mark.parametrize("act", [record, report, export])
def test_nothing_is_made_or_renamed_where_a_repository_may_not_write(
    homes: Homes, act: Callable[[Table, dict[str, str]], None]
) -> None:
    folder, environment = homes
    (folder / "elsewhere/mine.db").write_bytes(b"mine")
    with pytest.raises(StateError) as caught:
        act({"store": f"sqlite:{folder}/elsewhere/mine.db"}, environment)
    assert caught.value.code == "PC075"
    assert [(file.name, file.read_bytes()) for file in (folder / "elsewhere").iterdir()] == [("mine.db", b"mine")]
    settings = event_settings({"store": "none"}, {"PROMPTCTL_EVENTS": f"sqlite:{folder}/elsewhere/own.db"})
    require_events_trust(settings, environment, folder, None)


def test_a_work_tree_is_nobodys_where_settings_came_as_a_bundle(homes: Homes) -> None:
    folder, environment = homes
    settings = event_settings({"store": f"sqlite:{folder}/work/e.db"}, {})
    with pytest.raises(StateError):
        require_events_trust(settings, environment, folder / "work", None)


def test_only_a_repository_as_the_source_has_a_work_tree(homes: Homes) -> None:
    work = homes[0] / "work"
    assert source_of(str(work / "sub"), "prod", signed=False).work_tree == work
    for place in (str(work / "prod.bundle"), "https://bundles.example/prod", str(homes[0] / "elsewhere")):
        assert source_of(place, "prod", signed=False).work_tree is None


def test_the_home_of_nobody_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder ~nobody-here"):
        store_path(parse_store("sqlite:~nobody-here/e.db"), {}, tmp_path)


@pytest.mark.parametrize(
    "path", ["/a.db", "C:\\a.db", "c:a.db", "\\\\host\\a.db", "..\\a.db", "a/../b.db", "a\\..\\b.db", "~a/b.db"]
)
def test_paths_that_leave_are_known_on_every_system(path: str) -> None:
    assert parse_store(f"sqlite:{path}", shared=True).leaves
    assert not parse_store(f"sqlite:{path}").leaves


@pytest.mark.parametrize("path", ["a.db", "a..b.db", "..a/b.db", "a/.../b..db", "a~.db", "ab:c.db"])
def test_other_paths_stay(path: str) -> None:
    assert not parse_store(f"sqlite:{path}", shared=True).leaves


@pytest.mark.parametrize("table", [{}, {"store": "sqlite:e.sqlite3"}, {"store": "jsonl:e"}, {"store": "none"}])
def test_what_stays_here_needs_no_trust(table: Table) -> None:
    assert event_settings(table, {}).digest is None


@pytest.mark.parametrize("said", ["host=evil.example", "hostaddr=192.0.2.1", "service=x", "passfile=/etc/passwd"])
def test_a_repositorys_database_is_where_its_url_shows(said: str) -> None:
    with pytest.raises(UsageError, match="does not belong in a repository's settings"):
        event_settings({"store": f"postgresql://db.example/events?sslmode=require&{said}"}, {})
    event_settings({}, {"PROMPTCTL_EVENTS": f"postgresql://db.example/events?{said}"})
