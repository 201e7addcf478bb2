"""The action's comment: one of its own on a pull request, whatever others wrote, and never the outcome of the check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from action import comment
from promptctl.reports.ci_markdown import MARKER
from tests.github_api import BOT, Api, github_api
from tests.listening import listening
from tests.support import build_files

BODY = f"{MARKER}\n### ✅ promptctl: pass\n"
OLD = f"{MARKER}\nold\n"


@pytest.fixture
def api() -> Iterator[Api]:
    with github_api() as found:
        yield found


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class Step:
    """The step in an environment of its own."""

    def __init__(self, folder: Path, api: Api, body: str = BODY) -> None:
        event = json.dumps({"pull_request": {"number": 7}})
        build_files(folder, {"comment.md": body, "event.json": event, "summary.md": ""})
        self.summary = folder / "summary.md"
        self.environment = {
            **api.variables,
            "ACTION_COMMENT_FILE": str(folder / "comment.md"),
            "ACTION_TOKEN": "job-token",
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }

    def run(self, capsys: pytest.CaptureFixture[str], **changed: str) -> str:
        comment.main(self.environment | changed, pause=0)
        return capsys.readouterr().out


def bodies(api: Api) -> list[tuple[str, str]]:
    return [(it["user"]["login"], it["body"]) for it in api.comments]


def test_it_is_made_then_left_as_it_is_then_changed(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.add("first!", "ada")
    assert Step(tmp_path, api).run(capsys) == "comment: created\n"
    assert Step(tmp_path, api).run(capsys) == "comment: unchanged\n"
    api.comments[1]["body"] = BODY.replace("\n", "\r\n")
    assert Step(tmp_path, api).run(capsys) == "comment: unchanged\n"
    assert Step(tmp_path, api, OLD).run(capsys) == "comment: updated\n"
    assert bodies(api) == [("ada", "first!"), (BOT, OLD)]
    assert {token for _, _, token in api.heard} == {"Bearer job-token"}


def test_comments_of_others_are_never_touched_whatever_they_say(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.add(f"{MARKER}\nmine, says somebody else", "mallory")
    api.add(f"> {MARKER}\nquoted", BOT)
    api.add(f"see below\n{MARKER}\n", BOT)
    api.comments.append({"id": 4, "user": None, "body": f"{MARKER}\nby nobody"})
    api.comments.append({"id": 5, "user": {"login": BOT}, "body": None})
    before = bodies_of_all(api)
    assert Step(tmp_path, api).run(capsys) == "comment: created\n"
    assert bodies_of_all(api) == [*before, BODY]


def bodies_of_all(api: Api) -> list[str]:
    return [it["body"] for it in api.comments]


@pytest.mark.parametrize("before", [99, 100, 250])
def test_it_is_found_behind_many(api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str], before: int) -> None:
    for _ in range(before):
        api.add("words", "ada")
    api.add(OLD)
    assert Step(tmp_path, api).run(capsys) == "comment: updated\n"
    assert len(api.comments) == before + 1
    assert api.count("GET") == (before + 1) // 100 + 1


def test_of_several_one_remains(api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        api.add(OLD)
    assert Step(tmp_path, api).run(capsys) == "comment: updated\n"
    assert [it["id"] for it in api.comments] == [1]
    assert bodies_of_all(api) == [BODY]


@pytest.mark.parametrize("afterwards", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_an_answer_that_fails_once_leaves_one_comment(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str], method: str, afterwards: bool
) -> None:
    if method == "PATCH":
        api.add(OLD)
    api.faults, api.afterwards = {method: [502]}, afterwards
    said = Step(tmp_path, api).run(capsys)
    assert said.startswith("comment: ")
    assert "not posted" not in said
    assert bodies_of_all(api) == [BODY]


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        ({"POST": [403]}, "GitHub answered 403"),
        ({"GET": [404]}, "GitHub answered 404"),
        ({"POST": [503, 503]}, "GitHub answered 503"),
        ({"GET": [301]}, "GitHub answered 301"),
        ({"POST": [307]}, "GitHub answered 307"),
    ],
)
def test_what_cannot_be_posted_is_told(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str], faults: dict[str, list[int]], why: str
) -> None:
    with listening() as elsewhere:
        api.faults, api.elsewhere = faults, elsewhere.url
        step = Step(tmp_path, api)
        assert step.run(capsys) == f"comment: not posted: {why}\n"
        assert elsewhere.heard == []
    assert f"The comment was not posted: {why}." in step.summary.read_text()
    assert "pull-requests: write" in step.summary.read_text()
    assert api.comments == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"ACTION_TOKEN": ""}, "there is no token"),
        ({"GITHUB_API_URL": "http://github.example"}, "GitHub's address is not one of https"),
        ({"GITHUB_API_URL": ""}, "GitHub's address is not one of https"),
        ({"GITHUB_API_URL": "http://127.0.0.1:9"}, "GitHub did not answer"),
        ({"GITHUB_GRAPHQL_URL": "file:///etc/passwd"}, "GitHub's address is not one of https"),
    ],
)
def test_where_there_is_nobody_to_ask_nothing_is_sent(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, str], why: str
) -> None:
    assert Step(tmp_path, api).run(capsys, **changed) == f"comment: not posted: {why}\n"
    assert [it[1] for it in api.heard if it[1] != "/graphql"] == []


def test_a_push_has_no_comment(api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step = Step(tmp_path, api)
    (tmp_path / "event.json").write_text("{}")
    assert step.run(capsys) == "comment: not wanted: this is no pull request\n"
    assert (api.heard, step.summary.read_text()) == ([], "")


def test_a_text_that_could_not_be_found_again_is_not_posted(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "not posted" in Step(tmp_path, api, "hello\n").run(capsys)
    assert api.heard == []
