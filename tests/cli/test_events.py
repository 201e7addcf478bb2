"""``events import``, ``events export`` and ``events prune`` as people use them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from promptctl.adapters.events.jsonl import JsonlEvents
from promptctl.adapters.events.sqlite import SqliteEvents
from promptctl.adapters.writing import PREFIX
from promptctl.cli.shell import main
from promptctl.core.events.event import EVENTS, Batch, Event, row
from tests.event_samples import NOON, event, score
from tests.runtime.recording.recorders import counted
from tests.support import Ran, build_files, promptctl

SECRET = "canary-7f3a9b2c4d5e6f708192"
CALLS = [event(number, endpoint=f"=cmd|{number}" if number % 2 else "'plain") for number in range(20)]


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in the folder of the test, and insists on its exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROMPTCTL_DATA_DIR", str(tmp_path / "data"))

    def ran(*arguments: str, code: int = 0, environment: dict[str, str] | None = None) -> Ran:
        for name, value in (environment or {}).items():
            monkeypatch.setenv(name, value)
        found = main(arguments)
        shown = capfd.readouterr()
        assert found == code, (arguments, shown)
        return Ran(found, shown.out, shown.err)

    return ran


def lines(*events: Event) -> str:
    return "".join(json.dumps(dict(zip(EVENTS.names, row(each), strict=True))) + "\n" for each in events)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with twenty calls and a score."""
    path = tmp_path / "calls.sqlite3"
    found = SqliteEvents(path)
    found.write(Batch(events=[row(call) for call in CALLS], scores=[row(score(3, comment="slow\rso slow"))]))
    found.close()
    return path


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_what_is_exported_is_imported_once_and_as_it_was(run: Run, tmp_path: Path, store: Path, form: str) -> None:
    for table in ("events", "scores"):
        done = run(
            "events",
            "export",
            "--store",
            "sqlite:calls.sqlite3",
            "--table",
            table,
            "-o",
            f"{table}.{form}",
        )
        assert done.out == (f"20 rows in events.{form}\n" if table == "events" else f"1 row in scores.{form}\n")
    for turn in range(2):
        new = run("events", "import", f"events.{form}", "--store", "sqlite:new.sqlite3", "--json").data
        assert (new["rows"], new["added"]) == (20, 0 if turn else 20)
    run("events", "import", f"scores.{form}", "--table", "scores", "--store", "sqlite:new.sqlite3")
    for table in ("events", "scores"):
        old, new = (
            run("events", "export", "--store", f"sqlite:{name}.sqlite3", "--table", table).out
            for name in ("calls", "new")
        )
        assert new == old


def test_a_files_ending_may_be_in_capitals(run: Run, tmp_path: Path, store: Path) -> None:
    run("events", "export", "--store", "sqlite:calls.sqlite3", "-o", "CALLS.CSV")
    assert run("events", "import", "CALLS.CSV", "--store", "sqlite:new.sqlite3", "--json").data["added"] == 20


def test_a_time_beyond_the_calendar_is_refused(run: Run, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    at = pa.array([253_402_300_800_000_000], pa.timestamp("us", "UTC"))
    pyarrow.parquet.write_table(pa.table({"at": at, "prompt": ["p"], "status": ["ok"]}), tmp_path / "far.parquet")
    ran = run("events", "import", "far.parquet", "--store", "sqlite:new.sqlite3", "--json", code=2)
    assert ran.json["error"]["code"] == "PC220"


def test_a_time_and_a_prompt_are_chosen(run: Run, tmp_path: Path, store: Path) -> None:
    def ids(*options: str) -> list[str]:
        ran = run("events", "export", "--store", "sqlite:calls.sqlite3", *options)
        return [json.loads(line)["id"] for line in ran.out.splitlines()]

    assert ids() == [call.id for call in CALLS]
    assert ids("--since", "2025-11-21T12:00:05Z", "--until", "2025-11-21T12:00:07Z") == [CALLS[5].id, CALLS[6].id]
    assert ids("--prompt", "support/other") == []


def test_csv_holds_no_formula(run: Run, tmp_path: Path, store: Path) -> None:
    ran = run("events", "export", "--store", "sqlite:calls.sqlite3", "--format", "csv")
    cells = {cell for cells in csv.reader(ran.out.splitlines()) for cell in cells}
    assert "'=cmd|1" in cells
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@")]


def test_faults_are_told_with_their_lines_and_nothing_is_kept(run: Run, tmp_path: Path) -> None:
    good = lines(CALLS[0])
    bad = good.replace('"at": ', '"at": "x",  "a": ').replace('"status": "ok"', '"status": "meh"')
    build_files(tmp_path, {"a.jsonl": good + "\n" + bad + "{\n", "b.csv": "id,at,prompt,status\n1,x,p,ok\n2,3\n"})
    ran = run("events", "import", "a.jsonl", "b.csv", "--store", "sqlite:new.sqlite3", "--json", code=2)
    error = ran.json["error"]
    found = [
        (each["where"]["file"].rpartition("/")[2], each["where"]["line"], each["code"])
        for each in [error, *error["more"]]
    ]
    assert found == [("a.jsonl", 3, "PC220"), ("a.jsonl", 4, "PC220"), ("b.csv", 2, "PC220"), ("b.csv", 3, "PC220")]
    assert not (tmp_path / "new.sqlite3").exists()


HOSTILE = {
    "a.jsonl": [b"\xff\xfe", b"[" * 100_000, b"[1]\n", b'{"at":1e999}', b'{"id":1}' * 2, b'{"id":"\\ud800"}'],
    "a.csv": [b"id,id\n1,2\n", b"id,at\n1\n", b'id,at\n"1,2\n', b"id,at\n\xff,2\n", b"id,at\n\0,2\n", b"x\ny\n"],
    "a.parquet": [b"", b"PAR1" * 100, b"PAR1" + b"\xff" * 1000 + b"PAR1"],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_whole(run: Run, tmp_path: Path, name: str) -> None:
    for data in HOSTILE[name]:
        build_files(tmp_path, {name: data})
        ran = run("events", "import", name, "--store", "sqlite:new.db", code=2)
        assert "PC220" in ran.err or "PC010" in ran.err, data
    assert not (tmp_path / "new.db").exists()


def test_another_tools_table_is_mapped(run: Run, tmp_path: Path) -> None:
    build_files(
        tmp_path,
        {"log.csv": "when,app,usd,junk\n2026-01-31T12:00:00Z,a,0.00012,1\n2026-01-31T12:00:01Z,a,0.00013,2\n"},
    )
    options = ["--map", "when=at", "--map", "app=prompt", "--map", "usd=cost_usd", "--set", "status=ok"]
    for _ in range(2):
        run("events", "import", "log.csv", *options, "--store", "sqlite:new.db")
    out = run("events", "export", "--store", "sqlite:new.db").out
    assert [json.loads(line)["cost"] for line in out.splitlines()] == [120_000_000, 130_000_000]
    run("events", "import", "log.csv", "--map", "when", "--store", "sqlite:new.db", code=2)
    run("events", "import", "log.csv", "--store", "sqlite:new.db", code=2)


def test_an_import_keeps_no_secret_no_name_and_no_content(run: Run, tmp_path: Path) -> None:
    build_files(tmp_path, {"a.jsonl": lines(event(1, unit="ada", model=SECRET, inputs={"a": 1}, output=SECRET))})
    run("events", "import", "a.jsonl", "--store", "sqlite:new.db", environment={"SHOP_TOKEN": SECRET})
    out = json.loads(run("events", "export", "--store", "sqlite:new.db").out)
    assert out["unit"].startswith("sha256:")
    assert out["model"] == "[masked]"
    assert not {"inputs", "output"} & set(out)
    assert not any(SECRET.encode() in path.read_bytes() for path in tmp_path.glob("new.db*"))


def test_old_events_go_with_their_scores_and_their_space(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite3"
    store = SqliteEvents(path)
    old = [event(number, inputs="x" * 2000) for number in range(3000)]
    new = event(5000, at=NOON * 2)
    store.write(
        Batch(
            events=[row(call) for call in [*old, new]],
            scores=[row(score(1, at=NOON * 2)), row(score(5000, at=NOON * 2))],
        )
    )
    store.close()
    size = path.stat().st_size
    pruned = run("events", "prune", "--store", "sqlite:calls.sqlite3", "--json").data
    assert pruned["rows"] == 3001
    assert path.stat().st_size < size / 10
    assert pruned["freed"] > size / 2
    assert counted(path) == (1, 0)
    again = run("events", "prune", "--keep", "1d", "--store", "sqlite:calls.sqlite3")
    assert again.out.startswith("deleted 0 rows")


def test_a_folder_of_lines_is_exported_and_pruned(run: Run, tmp_path: Path) -> None:
    JsonlEvents(tmp_path / "calls").write(Batch(events=[row(call) for call in CALLS], scores=[row(score())]))
    out = run("events", "export", "--store", "jsonl:calls", "--since", "2025-11-21T12:00:18Z").out
    assert [json.loads(line)["id"] for line in out.splitlines()] == [call.id for call in CALLS[18:]]
    assert run("events", "prune", "--store", "jsonl:calls").out.startswith("deleted 0 files")
    build_files(tmp_path, {"a.jsonl": lines(CALLS[0])})
    run("events", "import", "a.jsonl", "--store", "jsonl:calls", code=2)


def test_lines_that_are_malformed_are_told_with_their_place(run: Run, tmp_path: Path) -> None:
    build_files(tmp_path, {"calls/events-2025-11-21.jsonl": lines(CALLS[0]) + '{"at":"x"}\n'})
    ran = run("events", "export", "--store", "jsonl:calls", "--since", "2025-01-01", code=2)
    assert "[PC220]" in ran.err
    assert "events-2025-11-21.jsonl:2" in ran.err


@pytest.mark.parametrize("place", ["sqlite:calls.sqlite3", "jsonl:calls"])
def test_an_age_longer_than_any_calendar_leaves_all_there_is(run: Run, tmp_path: Path, store: Path, place: str) -> None:
    JsonlEvents(tmp_path / "calls").write(Batch(events=[row(call) for call in CALLS]))
    run("events", "prune", "--keep", "999999999999w", "--store", place)
    out = run("events", "export", "--since", "999999999999w", "--store", place).out
    assert len(out.splitlines()) == len(CALLS)


def test_settings_and_environment_name_the_store(run: Run, tmp_path: Path) -> None:
    build_files(
        tmp_path,
        {
            "promptctl.toml": '[events]\nstore = "sqlite:shop.sqlite3"\nunits = "plain"\nkeep = "none"\n',
            "a.jsonl": lines(event(1, unit="ada")),
        },
    )
    run("events", "import", "a.jsonl")
    assert counted(tmp_path / "data" / "events" / "shop.sqlite3") == (1, 0)
    assert run("events", "prune", "--json").data["rows"] == 0
    assert '"unit":"ada"' in run("events", "export").out
    other = {"PROMPTCTL_EVENTS": "sqlite:other.db"}
    assert "[PC231]" in run("events", "export", environment=other, code=3).err


REFUSED: list[tuple[list[str], str, int]] = [
    (["events", "import", "calls.xlsx"], "PC228", 2),
    (["events", "import", "absent.jsonl"], "PC010", 2),
    (["events", "export", "--format", "xml"], "PC228", 2),
    (["events", "export", "--format", "parquet"], "PC229", 2),
    (["events", "export", "--table", "drops"], "PC228", 2),
    (["events", "export", "--table", "scores", "--prompt", "p"], "PC229", 2),
    (["events", "export", "--since", "soon"], "PC227", 2),
    (["events", "export", "--json"], "PC229", 2),
    (["events", "export", "--store", "csv:x"], "PC221", 2),
    (["events", "export", "--store", "none"], "PC223", 2),
    (["events", "export", "--store", "sqlite:broken.db"], "PC224", 3),
    (["events", "prune", "--keep", "long"], "PC182", 2),
]


@pytest.mark.parametrize(("arguments", "code", "exit_code"), REFUSED, ids=lambda value: str(value))
def test_refused(run: Run, tmp_path: Path, arguments: list[str], code: str, exit_code: int) -> None:
    build_files(tmp_path, {"broken.db": "no database" * 500})
    ran = run(*arguments, code=exit_code)
    assert code in ran.err + ran.out


def test_the_whole_way_in_processes(tmp_path: Path) -> None:
    build_files(tmp_path, {"a.jsonl": lines(*CALLS)})
    assert promptctl("events", "import", "a.jsonl", "--store", "sqlite:a.db", cwd=tmp_path).out == (
        "20 rows, 20 new, in sqlite:a.db\n"
    )
    out = promptctl("events", "export", "--store", "sqlite:a.db", cwd=tmp_path).out
    assert len(out.splitlines()) == 20


def test_what_a_killed_export_left_goes_with_the_next(run: Run, tmp_path: Path, store: Path) -> None:
    (tmp_path / f"{PREFIX}{2**22 + 1}-ab").write_bytes(b"half of the calls")
    run("events", "export", "--store", "sqlite:calls.sqlite3", "-o", "events.jsonl")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".", "events"))] == ["events.jsonl"]
