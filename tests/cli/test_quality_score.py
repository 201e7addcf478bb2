"""``quality score``: live answers judged by what every case expects, once, and the same sample everywhere."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from promptctl.core.reporting.sampling import sample_bound
from tests.cli.reporting import SINCE, as_json, ran
from tests.event_samples import event
from tests.event_stores import write_sqlite
from tests.support import STARTER, build_files

SUITE = """\
cases:
  - name: one
    inputs: {ticket: refund}
    expect: [{is_json: true}, {not_contains: [sorry], name: polite}, {contains: billing}]
  - name: two
    inputs: {ticket: parcel}
    expect: [{is_json: true}, {not_contains: [sorry], name: polite}, {latency: 5000}]
"""


def test_answers_are_scored_once_by_what_all_cases_share(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"prompts/support/triage/eval.yaml": SUITE, ".git/HEAD": ""}
    build_files(folder, STARTER | files)
    calls = [
        event(1, output='{"queue": "billing"}'),
        event(2, output="sorry, no"),
        event(3, output=None),
        event(4, output="x", status="timeout"),
        event(5, output="{}", prompt="gone"),
    ]
    store = write_sqlite(folder / "e.sqlite3", calls)
    line = ("quality", "score", "--sample", "1", *SINCE, "--store", store, "-C", str(folder))
    gone, triage = as_json(capsys, *line)["prompts"]
    assert (gone["prompt"], gone["fault"]) == ("gone", "there is no such prompt here")
    assert (triage["calls"], triage["scores"]) == (2, ["is_json", "polite"])
    assert triage["left_out"] == {"contains": "is not the same for all cases", "latency": "is in every report"}
    again = ran(capsys, *line)
    assert "support/triage: 0 calls scored by is_json, polite" in again
    assert "left out: contains: is not the same for all cases" in again
    lines = as_json(capsys, "quality", "--by", "prompt", *SINCE, "--store", store, "-C", str(folder))["lines"]
    scores = lines[1]["scores"]
    assert [(name, scores[name]["count"], scores[name]["mean"]) for name in scores] == [
        ("is_json", 2, 0.5),
        ("polite", 2, 0.5),
    ]


JUDGE = """\
model: echo:echo
inputs: {answer: string}
template: '{"score": {{ 0.1 if "Disregard" in answer or "sorry" in answer else 0.9 }}}'
output: {type: object, properties: {score: {type: number}}, required: [score]}
"""
JUDGED = """\
cases:
  - name: one
    inputs: {ticket: refund}
    expect: [{judge: judges/polite, name: polite}]
"""


def test_judges_are_asked_where_that_is_wanted_and_leave_events(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"prompts/support/triage/eval.yaml": JUDGED, "prompts/judges/polite/prompt.yaml": JUDGE, ".git/HEAD": ""}
    build_files(folder, STARTER | files)
    store = write_sqlite(folder / "e.sqlite3", [event(1, output="gladly"), event(2, output="sorry, no")])
    line = ("quality", "score", "--sample", "1", *SINCE, "--store", store, "-C", str(folder))
    (unasked,) = as_json(capsys, *line)["prompts"]
    assert (unasked["scores"], unasked["left_out"]) == ([], {"polite": "asks a model"})
    (asked,) = as_json(capsys, *line, "--judges")["prompts"]
    assert (asked["calls"], asked["scores"], asked["faults"]) == (2, ["polite"], [])
    with closing(sqlite3.connect(folder / "e.sqlite3")) as database:
        scores = database.execute("SELECT value, source FROM scores ORDER BY event").fetchall()
        judged = database.execute("SELECT prompt, reason, cost FROM events WHERE prompt LIKE 'judges/%'").fetchall()
    assert scores == [(1.0, "online"), (0.0, "online")]
    assert judged == [("judges/polite", "judge", 0)] * 3, "one trial, and an opinion of each answer"


def test_without_a_share_nothing_is_scored(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build_files(folder, STARTER | {".git/HEAD": ""})
    store = write_sqlite(folder / "e.sqlite3", [event(1)])
    at = ("--store", store, "-C", str(folder))
    for wish in ([], ["--sample", "2"], ["--sample", "some"]):
        assert "error[PC230]" in ran(capsys, "quality", "score", *wish, *at, code=2)
    assert "content = true" in ran(capsys, "quality", "score", "--sample", "0.5", *SINCE, *at)


def test_a_larger_sample_holds_every_smaller_one() -> None:
    assert [sample_bound(share) for share in (0.0, 1 / 32, 0.5, 1.0)] == ["000000", "100000", "G00000", None]
