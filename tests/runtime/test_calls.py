"""Calls: answers whole or in pieces, from threads and event loops, each an event whatever became of it."""

from __future__ import annotations

import asyncio
import json
import math
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from promptctl import OutsideError, StateError, UsageError
from promptctl.core.events.event import EVENTS
from promptctl.core.prompts.rendered import rendered_digest
from tests.runtime.calling import Application, application
from tests.runtime.forking import in_child
from tests.servers import Handler, answer_well, silence, status


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    with application(tmp_path, monkeypatch, splits={"answer": {"1.0.0": 100}}) as found:
        yield found


def test_an_answer_and_its_event(app: Application) -> None:
    prompt = app.prompts.get("answer", unit="user-1", attributes={"region": "eu"})
    with app.prompts.call(prompt, text="yes", user="ada", endpoint="/ask", trace="t1") as call:
        reply = call.complete()
    assert (reply.text, call.reply) == ("SAY YES", reply)
    (row,) = app.rows()
    told = {name: row[name] for name in ("id", "trace", "parent", "prompt", "version", "digest", "environment")}
    assert told == {
        "id": call.id,
        "trace": "t1",
        "parent": None,
        "prompt": "answer",
        "version": "1.0.0",
        "digest": prompt.digest,
        "environment": "prod",
    }
    assert (row["arm"], row["split"], row["reason"], row["endpoint"]) == ("a", "answer-split", "split", "/ask")
    assert (row["status"], row["provider"], row["model"], row["attempts"]) == ("ok", "relay", reply.model, 1)
    assert (row["input_tokens"], row["output_tokens"], row["cache_read_tokens"]) == (100, 20, 40)
    # 60 of 1, 40 of 0.5 and 20 of 2 dollars a million.
    assert row["cost"] == 120_000_000
    assert (row["inputs"], row["output"], row["attributes"]) == (None, None, '{"region":"eu"}')
    assert row["unit"] not in (None, "user-1")
    assert row["user"] not in (None, "ada")
    assert row["latency_ms"] > 0
    assert row["rendered"] == rendered_digest(prompt.messages(text="yes"))
    assert set(row) == set(EVENTS.names)
    assert app.prompts.status().events
    assert app.prompts.status().events.recorded == 1  # type: ignore[union-attr]


def test_an_answer_in_pieces(app: Application) -> None:
    call = app.prompts.call(app.prompts.get("answer"), text="hello world")
    pieces = list(call.stream())
    assert len(pieces) > 1
    assert "".join(pieces) == "SAY HELLO WORLD"
    assert call.reply
    assert call.reply.text == "SAY HELLO WORLD"
    (row,) = app.rows()
    assert 0 < row["first_token_ms"] <= row["latency_ms"]
    assert row["reason"] == "pointer no-unit"


def test_the_twins_in_an_event_loop(app: Application) -> None:
    async def both() -> tuple[str, str]:
        prompt = app.prompts.get("answer")
        async with app.prompts.call(prompt, text="one") as call:
            whole = (await call.acomplete()).text
        return whole, "".join([piece async for piece in app.prompts.call(prompt, text="two").astream()])

    assert asyncio.run(both()) == ("SAY ONE", "SAY TWO")
    assert [row["status"] for row in app.rows()] == ["ok", "ok"]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_chain_is_an_event_a_step_under_one_trace(app: Application, streamed: bool) -> None:
    call = app.prompts.call(app.prompts.get("chain"), text="a")
    answer = "".join(call.stream()) if streamed else call.complete().text
    assert answer == "SAY SAY A!"
    first, last = app.rows()
    assert [(row["step"], row["prompt"], row["trace"]) for row in (first, last)] == [
        ("first", "chain", call.trace),
        ("last", "chain", call.trace),
    ]
    assert (first["parent"], last["id"], last["parent"]) == (call.id, call.id, None)
    assert first["id"] != call.id
    assert last["rendered"] == rendered_digest([{"role": "user", "content": "say SAY A!"}]) != first["rendered"]
    assert first["digest"] == last["digest"] == app.prompts.get("chain").digest


def test_a_chain_that_fails_in_the_middle_says_where(app: Application) -> None:
    app.server.then(lambda handler: handler.reply(200, b"{}"))
    with pytest.raises(OutsideError):
        app.prompts.call(app.prompts.get("chain"), text="a").complete()
    (row,) = app.rows()
    assert (row["step"], row["status"], row["cost"]) == ("first", "malformed", None)


@pytest.mark.parametrize(
    ("react", "said"),
    [(status(401), "unauthorized"), (status(400), "refused"), (lambda it: it.reply(200, b"<html>"), "malformed")],
)
def test_a_fault_is_an_event_too(app: Application, react: Any, said: str) -> None:
    app.server.then(react)
    with pytest.raises(OutsideError):
        app.prompts.call(app.prompts.get("answer"), text="x").complete()
    (row,) = app.rows()
    assert (row["status"], row["attempts"], row["cost"], row["provider"]) == (said, 1, None, "relay")


def test_the_deadline_is_for_the_whole_call(app: Application) -> None:
    app.server.always = silence
    with pytest.raises(OutsideError, match=r"no answer within 0\.05 s"):
        app.prompts.call(app.prompts.get("answer"), text="x", deadline=0.05).complete()
    assert app.rows()[0]["status"] == "timeout"
    with pytest.raises(UsageError, match="a deadline is in seconds"):
        app.prompts.call(app.prompts.get("answer"), text="x", deadline=math.nan)


def left(app: Application) -> None:
    """A stream that is left after its first piece."""
    stream = app.prompts.call(app.prompts.get("answer"), text="a long answer").stream()
    next(stream)
    stream.close()  # type: ignore[attr-defined]


def cancelled(app: Application) -> None:
    """A task that is cancelled while the provider is silent."""
    asked = threading.Event()

    def wait(handler: Any) -> None:
        asked.set()
        silence(handler)

    app.server.always = wait

    async def act() -> None:
        task = asyncio.create_task(app.prompts.call(app.prompts.get("answer"), text="x").acomplete())
        await asyncio.to_thread(asked.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(act())


@pytest.mark.parametrize("leave", [left, cancelled])
def test_a_call_that_is_left_is_an_event(app: Application, leave: Callable[[Application], None]) -> None:
    leave(app)
    pause = threading.Event()
    while not ((counts := app.prompts.status().events) and counts.recorded):
        pause.wait(0.005)
    # What was answered whole before anybody left was an answer.
    assert app.rows()[0]["status"] in (("ok", "cancelled") if leave is left else ("cancelled",))


@pytest.mark.parametrize(("inputs", "error"), [({}, UsageError), ({"text": 7}, UsageError), ({"txt": "x"}, UsageError)])
def test_inputs_that_do_not_fit_are_the_callers_mistake(
    app: Application, inputs: dict[str, Any], error: type[Exception]
) -> None:
    for name in ("answer", "chain"):
        with pytest.raises(error):
            app.prompts.call(app.prompts.get(name), **inputs).complete()
    assert [(row["status"], row["cost"]) for row in app.rows()] == [("app", 0), ("app", 0)]
    assert app.server.received == []


def test_a_call_is_answered_once(app: Application) -> None:
    call = app.prompts.call(app.prompts.get("answer"), {"text": "x"})
    call.complete()
    with pytest.raises(UsageError) as caught:
        call.complete()
    assert caught.value.code == "PC219"
    assert len(app.rows()) == 1


def test_what_nobody_trusts_is_sent_nothing(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """RELIABILITY I9: a bundle cannot choose where a key goes."""
    monkeypatch.delenv("PROMPTCTL_TRUST")
    with pytest.raises(StateError) as caught:
        app.prompts.call(app.prompts.get("answer"), text="x").complete()
    assert caught.value.code == "PC075"
    assert app.server.received == []
    assert app.rows()[0]["status"] == "app"


def test_equal_calls_are_answered_from_the_cache_where_settings_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with application(tmp_path, monkeypatch, settings={"cache": {"mode": "force"}}) as app:
        for _ in range(2):
            assert app.prompts.call(app.prompts.get("answer"), text="x").complete().text == "SAY X"
        assert list(app.prompts.call(app.prompts.get("answer"), text="x").stream()) == ["SAY X"]
        rows = app.rows()
        assert [(row["cache"], row["cost"], row["saved"]) for row in rows] == [
            ("miss", 120_000_000, 0),
            ("exact", 0, 120_000_000),
            ("exact", 0, 120_000_000),
        ]
        assert rows[1]["input_tokens"] is None
        assert len(app.server.received) == 1


def test_feedback_is_scores_beside_the_event(app: Application) -> None:
    call = app.prompts.call(app.prompts.get("echo"), name="Ada")
    assert call.complete().text == "Hi Ada"
    app.prompts.feedback(call.id, resolved=True, stars=4, comment="good")
    app.prompts.feedback(call.id, correction="Hello Ada")
    rows = [(row["event"], row["name"], row["value"], row["comment"], row["correction"]) for row in app.rows("scores")]
    assert rows == [
        (call.id, "resolved", 1.0, "good", None),
        (call.id, "stars", 4.0, "good", None),
        (call.id, "feedback", None, None, "Hello Ada"),
    ]


@pytest.mark.parametrize(
    ("call", "said"),
    [("", {"stars": 1}), ("x", {}), ("x", {"stars": "many"}), ("x", {"stars": math.nan})],
)
def test_feedback_that_says_nothing(app: Application, call: str, said: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        app.prompts.feedback(call, **said)
    assert caught.value.code == "PC219"


def test_settings_that_are_malformed_are_noted_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with application(tmp_path, monkeypatch, settings={"cache": {"ttl": "soon"}}) as app:
        monkeypatch.setenv("PROMPTCTL_EVENTS", "nonsense")
        assert app.prompts.call(app.prompts.get("echo")).complete().text == "Hi you"
        assert len(app.prompts.status().notes) == 2
        assert app.prompts.status().events is None


def test_a_forked_worker_calls_with_means_of_its_own(app: Application) -> None:
    """The parent's event loop and connections have called already; none of them is there in the child."""
    assert app.prompts.call(app.prompts.get("answer"), text="one").complete().text == "SAY ONE"

    call = app.prompts.call(app.prompts.get("answer"), text="two")

    def work() -> list[Any]:
        text = call.complete().text
        app.prompts.close()
        counts = app.prompts.status().events
        assert counts
        return [text, counts.recorded, counts.written, counts.dropped]

    assert in_child(work) == ["SAY TWO", 1, 1, 0]
    assert len(app.rows()) == 2


def test_settings_may_change_while_an_application_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.bundles import bundle_of
    from tests.runtime.prompting import written

    with application(tmp_path, monkeypatch) as app:
        assert app.prompts.call(app.prompts.get("echo")).complete().text == "Hi you"
        written(tmp_path, bundle_of({"echo": {"1.1.0": "Bye {{ name }}"}}, serial=2, settings={"cache": {}}))
        assert app.prompts.refresh().ok
        assert app.prompts.call(app.prompts.get("echo")).complete().text == "Bye you"
        assert [row["version"] for row in app.rows()] == ["1.0.0", "1.1.0"]


def test_a_text_that_means_the_same_is_answered_and_its_embedding_paid_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def react(handler: Handler) -> None:
        if handler.path.endswith("/embeddings"):
            found = {
                "data": [{"index": 0, "embedding": [1.0, 0.5]}],
                "model": "gpt-small",
                "usage": {"prompt_tokens": 3},
            }
            handler.reply(200, json.dumps(found).encode())
        else:
            answer_well(handler)

    semantic = {"model": "relay:gpt-small"}
    with application(tmp_path, monkeypatch, settings={"cache": {"mode": "force", "semantic": semantic}}) as app:
        app.server.always = react
        said = [app.prompts.call(app.prompts.get("answer"), text=text).complete().text for text in ("it", "that", "7")]
        assert said == ["SAY IT", "SAY IT", "SAY 7"]
        assert [(row["cache"], row["cost"], row["saved"]) for row in app.rows()] == [
            ("miss", 123_000_000, 0),
            ("semantic", 3_000_000, 120_000_000),
            ("miss", 123_000_000, 0),
        ]
