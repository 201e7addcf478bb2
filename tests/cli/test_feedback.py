"""Feedback from a call to a case: kept, told at once where it is negative, listed, and made a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.reporting import SINCE, as_json, ran
from tests.event_samples import event
from tests.event_stores import write_sqlite
from tests.servers import json_answer, model_server
from tests.support import STARTER, build_files

SUITE = "cases:\n  - name: first\n    inputs: {ticket: hello}\n    expect:\n      - contains: hello\n"
GOOD, BAD, BARE = (f"01K{number:023d}" for number in range(3))


@pytest.fixture
def store(folder: Path) -> str:
    calls = [event(0), event(1, inputs={"ticket": "I was charged twice"}, output="technical"), event(2, version=None)]
    build_files(folder, STARTER | {"prompts/support/triage/eval.yaml": SUITE, ".git/HEAD": ""})
    return write_sqlite(folder / "e.sqlite3", calls)


def test_negative_feedback_is_told_and_becomes_a_case(
    folder: Path, store: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = ("--store", store, "-C", str(folder))
    with model_server() as server:
        server.always = json_answer({})
        monkeypatch.setenv("HOOK", f"{server.url}/hook")
        build_files(folder, {"promptctl.toml": STARTER["promptctl.toml"] + '[quality]\nwebhook = "HOOK"\n'})
        assert ran(capsys, "feedback", "add", GOOD, "resolved=1", *at).startswith(
            "resolved of support/triage@1.2.0 kept"
        )
        assert server.received == []
        said = ("resolved=0", "--comment", "wrong queue, says sk-canary0123456789abcdef", "--correction", "billing")
        assert "told 127.0.0.1" in ran(capsys, "feedback", "add", BAD, *said, *at)
        (told,) = server.received
    assert (told.body["kind"], told.body["call"], told.body["correction"]) == ("feedback", BAD, "billing")
    assert "canary" not in str(told.body)

    every = as_json(capsys, "feedback", "list", *SINCE, *at)["feedback"]
    assert [(it["call"], it["value"], it["negative"]) for it in every] == [(BAD, 0.0, True), (GOOD, 1.0, False)]
    assert every[0]["comment"] == "wrong queue, says [masked]"
    (negative,) = as_json(capsys, "feedback", "list", "--negative", *SINCE, *at)["feedback"]
    assert negative["call"] == BAD
    assert as_json(capsys, "feedback", "list", "--prompt", "none", *SINCE, *at)["feedback"] == []
    assert BAD in ran(capsys, "feedback", "list", *SINCE, *at)

    added = as_json(capsys, "eval", "add", "support/triage", "--from", BAD, *at)
    assert added["case"] == {
        "name": f"call {BAD}",
        "inputs": {"ticket": "I was charged twice"},
        "expect": [{"equals": "billing"}],
    }
    assert added["cases"] == 2


def test_words_alone_are_feedback(folder: Path, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    at = ("--store", store, "-C", str(folder))
    added = as_json(capsys, "feedback", "add", BARE, "--comment", "well", *at)
    assert (added["scores"], added["negative"]) == (["feedback"], False)
    assert as_json(capsys, "feedback", "add", BARE, "--correction", "better", *at)["negative"] is True


@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        (["feedback", "add", "01K99999999999999999999999", "good=1"], 3, "PC235"),
        (["feedback", "add", GOOD], 2, "PC219"),
        (["feedback", "add", GOOD, "good"], 2, "PC230"),
        (["feedback", "add", GOOD, "good=nan"], 2, "PC230"),
        (["eval", "add", "support/triage", "--from", GOOD], 3, "PC235"),
        (["eval", "add", "support/triage"], 2, "PC001"),
    ],
)
def test_what_is_refused(
    folder: Path, store: str, capsys: pytest.CaptureFixture[str], line: list[str], code: int, error: str
) -> None:
    assert f"error[{error}]" in ran(capsys, *line, "--store", store, "-C", str(folder), code=code)
