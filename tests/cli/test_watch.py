"""``watch``, ``drift --live``, ``status --traffic`` and ``why`` over a released repository and the calls of an app."""

from __future__ import annotations

import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.git.journal import Entry, Journal
from promptctl.adapters.state import read_state
from promptctl.core.events.event import Event, Score
from promptctl.core.ulid import ulid
from tests.event_stores import write_sqlite
from tests.servers import json_answer, model_server, status
from tests.shipping import NAME, done, line, refused, run, served
from tests.support import GitRepository
from tests.versioning import opened

SECOND, HOUR = 1_000_000, 3_600_000_000
RULE = ("--rule", "error_rate=0.01")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """Staging served 1.1.0, and serves 1.2.0 since a moment ago."""
    return line(tmp_path, staged=("1.1.0", "1.2.0"))


def calls(repository: GitRepository, version: str, number: int, failed: int, *, before: int = 0) -> list[Event]:
    """Calls of a version in staging, spread over a time that ends ``before`` the last move, or over the time since."""
    moves = read_state(opened(repository)).moves("staging", NAME).entries
    (move,) = {it.served for it in moves if it.served and str(it.served.version) == version}
    moved = int(datetime.fromisoformat(moves[-1].at).timestamp()) * SECOND
    now = int(datetime.now(UTC).timestamp() * SECOND)
    at = [moved - before - it * SECOND for it in range(1, number + 1)] if before else [now] * number
    return [
        Event(
            id=ulid(when // 1000, hash((version, before, place)) & (1 << 80) - 1),
            at=when,
            prompt=NAME,
            version=version,
            digest=move.digest if move else None,
            environment="staging",
            reason="pointer",
            status="failing" if place < failed else "ok",
            latency_ms=500.0,
            cost=10**9,
        )
        for place, when in enumerate(at)
    ]


def store(folder: Path, events: list[Event], scores: list[Score] | None = None) -> str:
    return write_sqlite(folder / "calls.sqlite3", events, scores or [])


def data(ran: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.out)["data"]
    return found


def test_a_version_that_fails_more_is_worse_and_rolled_back(repository: GitRepository, tmp_path: Path) -> None:
    events = calls(repository, "1.2.0", 300, 60) + calls(repository, "1.1.0", 500, 5, before=SECOND)
    kept, note = store(tmp_path, events), tmp_path / "told.json"
    tell = shlex.join(
        [sys.executable, "-c", f"import os; open({str(note)!r}, 'w').write(os.environ['PROMPTCTL_WATCH'])"]
    )
    line = ("watch", NAME, "staging", *RULE, "--store", kept, "--command", tell, "--rollback")
    with model_server() as server:
        server.always = json_answer({})
        ran = refused(repository, *line, "--webhook", f"{server.url}/alarm", code=1)
    (told,) = server.received
    assert (told.path, told.body["outcome"], told.body["now"]) == (
        "/alarm",
        "worse",
        {"version": "1.2.0", "calls": 300},
    )
    assert "staging: worse; 300 calls of 1.2.0" in ran.out
    assert "rolled back to 1.1.0" in ran.out
    assert json.loads(note.read_text())["findings"][0]["outcome"] == "worse"
    assert served(repository) == "1.1.0"
    move = read_state(opened(repository)).moves("staging", NAME).entries[-1]
    assert (move.kind, move.reason) == ("rollback", "watch: 1.2.0 is worse than 1.1.0 in error_rate")


def test_what_a_killed_rollback_left_is_settled_though_nothing_is_worse(
    repository: GitRepository, tmp_path: Path
) -> None:
    kept, journal = store(tmp_path, calls(repository, "1.2.0", 300, 1)), Journal(opened(repository).git)
    head = repository.git("rev-parse", "HEAD")
    journal.note(Entry(operation="rollback x", refs=("refs/heads/main",), base=f"{head}^", new=head))
    ran = run(repository, "watch", NAME, "staging", *RULE, "--store", kept)
    assert (ran.code, journal.path.exists()) == (0, True), ran
    ran = run(repository, "watch", NAME, "staging", *RULE, "--store", kept, "--rollback")
    assert (ran.code, journal.path.exists()) == (0, False), ran
    assert "an interrupted `rollback x` was found: it is done" in ran.err


def test_a_webhook_that_takes_nothing_stops_nothing(repository: GitRepository, tmp_path: Path) -> None:
    events = calls(repository, "1.2.0", 300, 60) + calls(repository, "1.1.0", 500, 5, before=SECOND)
    line = ("watch", NAME, "staging", *RULE, "--store", store(tmp_path, events), "--rollback")
    with model_server() as server:
        server.always = status(404)
        ran = refused(repository, *line, "--webhook", server.url, code=1)
    assert "took nothing" in ran.err
    assert served(repository) == "1.1.0"
    assert "[PC232]" in run(repository, *line, "--webhook", "nonsense").err


@pytest.mark.parametrize("command", ["/no/such/program --now", "sh -c 'exit 3'", "sh -c 'kill -9 $$'"])
def test_a_command_that_fails_stops_nothing(repository: GitRepository, tmp_path: Path, command: str) -> None:
    events = calls(repository, "1.2.0", 300, 60) + calls(repository, "1.1.0", 500, 5, before=SECOND)
    line = ("watch", NAME, "staging", *RULE, "--store", store(tmp_path, events), "--rollback")
    ran = refused(repository, *line, "--command", command, code=1)
    assert ran.err.startswith("warning: ")
    assert served(repository) == "1.1.0"


@pytest.mark.parametrize("command", ["sh -c 'open", " "])
def test_a_command_that_is_none_is_refused_before_anything_happens(repository: GitRepository, command: str) -> None:
    refused(repository, "watch", NAME, "staging", "--rollback", "--command", command, code=2, error="PC001")


def test_what_a_rollback_brought_is_not_rolled_back_by_itself(repository: GitRepository, tmp_path: Path) -> None:
    done(repository, "rollback", NAME, "staging", "--reason", "bad")
    events = calls(repository, "1.1.0", 300, 200) + calls(repository, "1.2.0", 500, 0, before=SECOND)
    ran = refused(
        repository, "watch", NAME, "staging", *RULE, "--store", store(tmp_path, events), "--rollback", error="PC239"
    )
    assert "--reason" in ran.err
    assert served(repository) == "1.1.0"


def test_equal_versions_pass_and_few_calls_show_nothing(repository: GitRepository, tmp_path: Path) -> None:
    events = calls(repository, "1.2.0", 4000, 40) + calls(repository, "1.1.0", 4000, 40, before=SECOND)
    ran = done(repository, "watch", NAME, "staging", *RULE, "--store", store(tmp_path, events), "--json")
    assert (data(ran)["outcome"], data(ran)["now"]["calls"], data(ran)["before"]["calls"]) == ("fine", 4000, 4000)
    few = done(repository, "watch", NAME, "staging", "--store", store(tmp_path / "few", events[:3]), "--json")
    assert {found["outcome"] for found in data(few)["findings"]} == {"open"}


def test_the_baseline_is_chosen(repository: GitRepository, tmp_path: Path) -> None:
    kept = store(tmp_path, calls(repository, "1.2.0", 50, 0))
    itself = done(repository, "watch", NAME, "staging", "--against", "itself", "--store", kept, "--json")
    assert data(itself)["before"] == {"version": "1.2.0 earlier", "calls": 0}
    named = done(repository, "watch", NAME, "staging", "--against", "1.1.0", "--store", kept, "--json")
    assert data(named)["before"]["version"] == "1.1.0"
    refused(repository, "watch", NAME, "staging", "--against", "1.0.0", "--store", kept, code=2, error="PC238")
    refused(repository, "watch", NAME, "prod", "--store", kept, error="PC098")
    refused(repository, "watch", NAME, "staging", "--rule", "speed=1", "--store", kept, code=2, error="PC237")


def test_calls_of_what_is_not_served_are_drift(repository: GitRepository, tmp_path: Path) -> None:
    stale = calls(repository, "1.1.0", 7, 0)
    late = [*stale[:6], *(Event(**fields(it) | {"at": it.at + HOUR}) for it in stale[6:])]
    fine = store(tmp_path, calls(repository, "1.2.0", 5, 0) + stale[:6])
    assert "live-differs" not in run(repository, "drift", "--live", "--store", fine).out
    ran = refused(repository, "drift", "--live", "--store", store(tmp_path / "late", late), "--json", code=1)
    (found,) = [it for it in data(ran)["findings"] if it["kind"] == "live-differs"]
    assert (found["level"], found["prompt"], found["version"], found["environment"]) == (
        "error",
        NAME,
        "1.1.0",
        "staging",
    )
    assert found["message"].startswith("7 calls until ")
    assert found["actual"] == stale[0].digest != found["expected"]


def test_what_nobody_calls_is_told(repository: GitRepository, tmp_path: Path) -> None:
    ran = run(repository, "drift", "--live", "--store", store(tmp_path, []), "--json")
    (idle,) = [it for it in data(ran)["findings"] if it["environment"] == "staging" and it["kind"] == "unused"]
    assert "no call of it since" in idle["message"]


def test_the_traffic_of_each_environment(repository: GitRepository, tmp_path: Path) -> None:
    kept = store(tmp_path, calls(repository, "1.2.0", 1200, 3) + calls(repository, "1.1.0", 2, 0, before=SECOND))
    ran = done(repository, "status", "--traffic", "--store", kept)
    assert "1.2.0 (2 of 1.1.0; 1,200, 3 failed)" in ran.out
    rows = data(done(repository, "status", "--traffic", "--store", kept, "--json"))["traffic"]
    assert [(row["version"], row["calls"], row["errors"]) for row in rows] == [("1.1.0", 2, 0), ("1.2.0", 1200, 3)]
    assert "traffic" not in data(done(repository, "status", "--json"))
    assert "1.2.0 (no calls)" in done(repository, "status", "--traffic", "--store", store(tmp_path / "n", [])).out


def test_a_call_leads_back_to_who_promoted_it(repository: GitRepository, tmp_path: Path) -> None:
    (call,) = calls(repository, "1.2.0", 1, 0)
    kept = store(tmp_path, [call])
    ran = done(repository, "why", call.id, "--store", kept)
    assert f"call     {call.id}" in ran.out
    assert "promote 1.1.0 -> 1.2.0" in ran.out
    found = data(done(repository, "why", call.id, "--store", kept, "--json"))
    assert (found["version"], found["after"], found["call"]["cost"]) == ("1.2.0", "1.1.0", 10**9)
    assert "inputs" not in found["call"]
    refused(repository, "why", "01JD3ZQ7M4K2W8T5V9X0Y1Z2A3", "--store", kept, error="PC235")


def fields(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__slots__}
