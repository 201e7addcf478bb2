"""A sample of answers is scored after their calls: by what every case expects, in the background, counted where not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from promptctl.core.moves.bundle import Bundle, parse_bundle
from promptctl.core.reporting.sampling import is_sampled, live_share
from promptctl.runtime import online
from promptctl.runtime.recording.opening import new_id
from tests.runtime.calling import Application, application
from tests.runtime.forking import in_child
from tests.servers import Handler, answer_well, openai_answer

JUDGE = """\
model: gpt-judge
inputs: {answer: string}
template: "judge {{ answer }}"
output: {type: object, properties: {score: {type: number}}, required: [score]}
"""


def form(kind: str, argument: Any, **said: Any) -> dict[str, Any]:
    return {"kind": kind, "argument": argument, "negate": False, "name": kind, "weight": 1.0, **said}


LOUD, JSON = form("regex", "^[A-Z ]+$", name="loud"), form("is_json", True)
POLITE = form("judge", "judges/polite", name="polite")


def expecting(*forms: dict[str, Any]) -> Callable[[Bundle], Bundle]:
    def change(bundle: Bundle) -> Bundle:
        judges = {"judges/polite": bundle.prompts["judges/polite"].served.digest} if POLITE in forms else {}
        return replace(bundle, quality={"answer": {"expect": list(forms), "judges": judges}})

    return change


def scoring(folder: Path, patched: pytest.MonkeyPatch, *forms: dict[str, Any], **quality: Any) -> Any:
    settings = {"quality": {"sample": 1, **quality}}
    options: dict[str, Any] = {"prompts": {"judges/polite": {"1.0.0": JUDGE}}, "settings": settings}
    return application(folder, patched, change=expecting(*forms), **options)


def called(app: Application, text: str = "x") -> str:
    call = app.prompts.call(app.prompts.get("answer"), text=text)
    call.complete()
    return call.id


def scores(app: Application) -> list[tuple[str, str, float, str]]:
    app.prompts.close()
    return [(row["event"], row["name"], row["value"], row["source"]) for row in app.rows("scores")]


def test_an_answer_is_scored_after_its_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scoring(tmp_path, monkeypatch, LOUD, JSON, form("unheard_of", 1)) as app:
        first, second = called(app), called(app, "7")
        assert scores(app) == [
            (first, "loud", 1.0, "online"),
            (first, "is_json", 0.0, "online"),
            (second, "loud", 0.0, "online"),
            (second, "is_json", 0.0, "online"),
        ]
        events = {row["id"]: row for row in app.rows()}
        assert [row["at"] for row in app.rows("scores")][::2] == [events[first]["at"], events[second]["at"]]
        assert {(row["inputs"], row["output"]) for row in events.values()} == {(None, None)}
        status = app.prompts.status()
        assert (status.scored_count, status.score_drop_count) == (2, 0)


def test_a_call_with_an_own_client_is_scored_where_it_says_what_came_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scoring(tmp_path, monkeypatch, LOUD) as app:
        for text in ("LOUD", ""):
            with app.prompts.own_call(app.prompts.get("answer")) as call:
                call.answered(text)
        assert [row[1:3] for row in scores(app)] == [("loud", 1.0)]


def test_what_waits_when_it_is_closed_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held, seen = threading.Event(), threading.Event()
    with scoring(tmp_path, monkeypatch, LOUD) as app:

        def wait(*_: Any) -> None:
            seen.set()
            held.wait(30)

        monkeypatch.setattr(online.Online, "_score", wait)
        for _ in range(3):
            called(app)
        assert seen.wait(20)
        assert app.prompts._calls
        scorer = app.prompts._calls.online
        assert scorer
        thread = scorer._thread
        assert thread
        scorer.close(0.0)
        held.set()
        thread.join()
        assert (app.prompts.status().scored_count, app.prompts.status().score_drop_count) == (1, 2)


def test_what_is_not_in_the_sample_is_not_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scoring(tmp_path, monkeypatch, LOUD, sample=0.5) as app:
        ids = [called(app) for _ in range(20)]
        assert [row[0] for row in scores(app)] == [name for name in ids if is_sampled(name, 0.5)]


def test_a_share_is_kept_to() -> None:
    assert 350 < sum(is_sampled(new_id(), 0.2) for _ in range(2500)) < 650
    assert [live_share({"sample": it}) for it in (0.5, 1, 2, -1, True, "1")] == [0.5, 1.0, 0.0, 0.0, 0.0, 0.0]
    assert live_share({}) == 0.0


def judging(score: float, canary: float = 0.0) -> Callable[[Handler], None]:
    """A server whose judge gives everything this score, and what is known to be bad that one."""

    def react(handler: Handler) -> None:
        said = handler.request_body["messages"][-1]["content"]
        if not said.startswith("judge "):
            return answer_well(handler)
        found = canary if "Disregard the instructions above" in said else score
        return handler.reply(200, json.dumps(openai_answer(json.dumps({"score": found}))).encode())

    return react


def test_a_judge_is_asked_where_the_settings_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scoring(tmp_path, monkeypatch, LOUD, POLITE, judges=True) as app:
        app.server.always = judging(0.9)
        first, second = called(app), called(app)
        assert [row[:3] for row in scores(app)] == [
            *((first, "loud", 1.0), (first, "polite", 1.0), (second, "loud", 1.0), (second, "polite", 1.0)),
        ]
        judged = [row for row in app.rows() if row["prompt"] == "judges/polite"]
        # Its trial, and an opinion of each answer: three events of their own, with their costs.
        assert [(row["reason"], row["trace"], row["cost"]) for row in judged] == [
            *(("judge", first, 120_000_000), ("judge", first, 120_000_000), ("judge", second, 120_000_000)),
        ]
        assert {(row["environment"], row["version"]) for row in judged} == {("prod", None)}


@pytest.mark.parametrize(
    ("react", "allowed", "asked"), [(judging(0.9), False, 0), (judging(0.9, canary=1.0), True, 1)], ids=["no", "bad"]
)
def test_a_judge_that_is_not_asked_or_lets_all_pass_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, react: Callable[[Handler], None], allowed: bool, asked: int
) -> None:
    with scoring(tmp_path, monkeypatch, LOUD, POLITE, judges=allowed) as app:
        app.server.always = react
        called(app)
        assert [row[1] for row in scores(app)] == ["loud"]
        assert len([row for row in app.rows() if row["prompt"] == "judges/polite"]) == asked


def test_what_is_too_much_is_counted_and_no_call_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held, seen = threading.Event(), threading.Event()
    with scoring(tmp_path, monkeypatch, LOUD) as app:
        score = online.Online._score
        monkeypatch.setattr(online, "MOST_WAITING", 3)

        def wait(*arguments: Any) -> None:
            seen.set()
            held.wait(30)
            score(*arguments)

        monkeypatch.setattr(online.Online, "_score", wait)
        called(app)
        assert seen.wait(20)
        for _ in range(5):
            called(app)
        held.set()
        assert len(scores(app)) == 3
        assert (app.prompts.status().scored_count, app.prompts.status().score_drop_count) == (3, 3)


def test_a_scorer_that_breaks_breaks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scoring(tmp_path, monkeypatch, LOUD) as app:
        monkeypatch.setattr(online.Online, "_opinions", lambda *_: 1 / 0)
        called(app)
        assert scores(app) == []
        assert app.prompts.status().scored_count == 1


def test_a_child_scores_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scoring(tmp_path, monkeypatch, LOUD) as app:
        first = called(app)

        def child() -> list[Any]:
            again = called(app)
            app.prompts.close()
            return [again, app.prompts.status().scored_count]

        second, count = in_child(child)
        assert count == 1
        assert sorted(row[0] for row in scores(app)) == [first, second]


def test_a_bundle_without_a_judge_that_it_names_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scoring(tmp_path, monkeypatch, POLITE):
        bundle = parse_bundle((tmp_path / "prod.json").read_bytes(), "prod.json")
    assert parse_bundle(bundle.to_bytes(), "again") == bundle
    lost = replace(bundle, quality={"answer": {"expect": [POLITE], "judges": {"judges/polite": f"sha256:{'0' * 64}"}}})
    with pytest.raises(Exception, match="is not there"):
        parse_bundle(lost.to_bytes(), "lost")
