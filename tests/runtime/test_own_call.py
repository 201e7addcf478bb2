"""Calls that applications make with clients of their own: one event each, none for a prompt that is only looked at."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from promptctl import Usage, UsageError
from promptctl.core.models.price import picodollars
from promptctl.core.prompts.rendered import rendered_digest
from tests.runtime.calling import Application, application, calling_bundle
from tests.runtime.forking import in_child
from tests.runtime.prompting import written


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    with application(tmp_path, monkeypatch, splits={"answer": {"1.0.0": 100}}) as found:
        yield found


class ClientError(Exception):
    """An error as clients of models raise it."""

    def __init__(self, status_code: int) -> None:
        super().__init__("no")
        self.status_code = status_code


class ResponseError(Exception):
    """The same as clients of HTTP do."""

    def __init__(self, status_code: int) -> None:
        super().__init__("no")
        self.response = ClientError(status_code)


def test_a_prompt_that_is_only_looked_at_is_no_event(app: Application) -> None:
    prompt = app.prompts.get("answer", unit="u")
    assert prompt.request(text="x")
    assert prompt.render(text="x")
    app.prompts.call(prompt, text="x")
    app.prompts.own_call(prompt)
    assert app.prompts.call(prompt, text="x").complete()
    assert len(app.rows()) == 1


def test_an_own_call_is_one_event_with_all_that_is_said_of_it(app: Application) -> None:
    prompt = app.prompts.get("answer", unit="u", attributes={"plan": "pro"})
    with app.prompts.own_call(
        prompt, {"text": "x"}, messages=prompt.messages(text="x"), user="ada", endpoint="/ask", trace="t1"
    ) as call:
        call.answered("not yet")
        call.answered("SAY X", usage=Usage(input=10, output=2, cache_read=4), model="m", provider="p", cost=0.25)
    app.prompts.feedback(call.id, resolved=1)
    (row,) = app.rows()
    assert (row["id"], row["trace"], call.trace, row["parent"]) == (call.id, "t1", "t1", None)
    assert (row["arm"], row["split"], row["reason"], row["digest"]) == ("a", "answer-split", "split", prompt.digest)
    assert (row["status"], row["model"], row["provider"], row["endpoint"]) == ("ok", "m", "p", "/ask")
    assert (row["input_tokens"], row["output_tokens"], row["cache_read_tokens"]) == (10, 2, 4)
    assert (row["cost"], row["attempts"], row["cache"]) == (picodollars(0.25), None, None)
    assert (row["inputs"], row["output"], row["attributes"]) == (None, None, '{"plan":"pro"}')
    assert row["latency_ms"] > 0
    assert row["rendered"] == rendered_digest([{"role": "user", "content": "say x"}])
    assert [score["event"] for score in app.rows("scores")] == [call.id]
    assert app.server.received == []


def test_no_digest_of_what_was_sent_where_the_settings_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with application(tmp_path, monkeypatch, settings={"events": {"rendered": False}}) as app:
        prompt = app.prompts.get("answer")
        app.prompts.call(prompt, text="x").complete()
        with app.prompts.own_call(prompt, messages=prompt.messages(text="x")):
            pass
        assert [row["rendered"] for row in app.rows()] == [None, None]


def test_what_is_not_said_is_unknown(app: Application) -> None:
    with app.prompts.own_call(app.prompts.get("answer", unit="u")):
        pass
    (row,) = app.rows()
    unknown = ("cost", "input_tokens", "output_tokens", "model", "provider", "attempts", "output")
    assert (row["status"], [row[name] for name in unknown]) == ("ok", [None] * len(unknown))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ClientError(429), "rate-limited"),
        (ClientError(400), "refused"),
        (ClientError(503), "failing"),
        (ResponseError(401), "unauthorized"),
        (ResponseError(200), "app"),
        (ConnectionResetError("gone"), "unreachable"),
        (TimeoutError("late"), "timeout"),
        (asyncio.CancelledError(), "cancelled"),
        (KeyError("answer"), "app"),
    ],
)
def test_an_error_goes_on_and_says_how_the_call_ended(app: Application, error: BaseException, status: str) -> None:
    with pytest.raises(type(error)), app.prompts.own_call(app.prompts.get("answer")):
        raise error
    assert [row["status"] for row in app.rows()] == [status]


def test_the_twin_in_an_event_loop(app: Application) -> None:
    async def act() -> str:
        async with app.prompts.own_call(app.prompts.get("answer", unit="u")) as call:
            await asyncio.sleep(0)
        return call.id

    assert asyncio.run(act()) == app.rows()[0]["id"]


def test_a_call_is_made_once(app: Application) -> None:
    call = app.prompts.own_call(app.prompts.get("answer"))
    with pytest.raises(UsageError, match="has not begun"):
        call.answered("x")
    with call:
        pass
    with pytest.raises(UsageError, match="was made already"), call:
        pass
    assert len(app.rows()) == 1


@pytest.mark.parametrize("cost", [-1.0, math.nan, math.inf])
def test_a_cost_that_is_none(app: Application, cost: float) -> None:
    with app.prompts.own_call(app.prompts.get("answer")) as call, pytest.raises(UsageError, match="a cost is"):
        call.answered(cost=cost)
    assert [row["cost"] for row in app.rows()] == [None]


def test_a_forced_call_says_so_beside_arm_and_split(app: Application) -> None:
    with app.prompts.forced({"answer": "a"}):
        prompt = app.prompts.get("answer")
        with app.prompts.own_call(prompt):
            pass
        app.prompts.call(prompt, text="x").complete()
    assert [(row["reason"], row["arm"], row["split"]) for row in app.rows()] == [("forced", "a", "answer-split")] * 2


def test_settings_that_change_meanwhile_stay_changed(app: Application, tmp_path: Path) -> None:
    """Else limits, breakers and connections would be made anew, twice."""
    with app.prompts.own_call(app.prompts.get("answer")) as own:
        own.answered("x")
        newer = calling_bundle(app.server.url, serial=9, settings={"quality": {"sample": 0.5}})
        written(tmp_path, newer)
        assert app.prompts.refresh().ok
        app.prompts.call(app.prompts.get("echo")).complete()
        assert app.prompts._calls
        means = app.prompts._calls._means
    assert app.prompts._calls._means is means
    assert [row["prompt"] for row in app.rows()] == ["echo", "answer"]


def test_a_forked_worker_records_its_own(app: Application) -> None:
    call = app.prompts.own_call(app.prompts.get("answer", unit="u"))

    def work() -> list[Any]:
        with call:
            pass
        app.prompts.close()
        counts = app.prompts.status().events
        assert counts
        return [counts.recorded, counts.written]

    assert in_child(work) == [1, 1]
