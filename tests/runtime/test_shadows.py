"""Shadow calls: made beside served ones with the last arm's version, never served, never in the way, bounded."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from promptctl import OutsideError
from promptctl.core.moves.bundle import Bundle
from promptctl.core.splits.assignment import position
from promptctl.core.splits.split import Split
from promptctl.runtime.shadows import MOST_AT_ONCE
from tests.runtime.calling import ANSWER, CHAIN, Application, application
from tests.runtime.forking import in_child
from tests.servers import Handler, answer_well, last_text, silence, status

NEXT = ANSWER.replace("say", "next")
SHARES = {"1.0.0": 90, "1.1.0": 10}
PROMPTS = {"answer": {"1.0.0": ANSWER, "1.1.0": NEXT}, "chain": {"1.0.0": CHAIN, "1.1.0": CHAIN.replace("!", "?")}}
UNITS = sorted((f"user-{number}" for number in range(200)), key=lambda unit: position("salt", unit))
BELOW, ABOVE, CANARY = UNITS[0], UNITS[150], UNITS[-1]
"""At 40 %: a unit that casts a shadow, one that does not, and one that has the last arm's version anyway."""


def shadowed(percent: float = 40, **options: Any) -> Callable[[Bundle], Bundle]:
    """The same bundle with a shadow in every split."""

    def split(of: Split) -> Split:
        return replace(of, shadow=percent, **options)

    def change(bundle: Bundle) -> Bundle:
        prompts = {
            name: replace(pointer, split=split(pointer.split)) if pointer.split else pointer
            for name, pointer in bundle.prompts.items()
        }
        return replace(bundle, prompts=prompts)

    return change


@contextmanager
def shadowing(folder: Path, patched: pytest.MonkeyPatch, **options: Any) -> Iterator[Application]:
    """An application whose splits have a shadow of 40 %."""
    asked = {"change": shadowed(), "prompts": PROMPTS, "splits": {"answer": SHARES, "chain": SHARES}, **options}
    with application(folder, patched, **asked) as found:
        yield found


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    with shadowing(tmp_path, monkeypatch) as found:
        yield found


def ended(app: Application) -> list[dict[str, Any]]:
    """All events, once the shadow calls are over."""
    assert app.prompts._calls
    shadows, pause = app.prompts._calls.shadows, threading.Event()
    while shadows and shadows._under_way:
        pause.wait(0.005)
    app.prompts.close()
    return app.rows()


def asked_for(app: Application) -> list[str]:
    return [last_text(received.body) for received in app.server.received]


def test_a_shadow_call_is_made_beside_the_served_one(app: Application) -> None:
    prompt = app.prompts.get("answer", unit=BELOW, attributes={"plan": "pro"})
    assert (prompt.arm, prompt.version, prompt.reason) == ("a", "1.0.0", "split")
    call = app.prompts.call(prompt, text="x", user="ada", endpoint="/ask", trace="t1")
    assert call.complete().text == "SAY X"
    served, shadow = ended(app)
    told = ("arm", "version", "reason", "trace", "status", "cost", "attributes", "endpoint")
    assert [served[name] for name in told] == [
        *("a", "1.0.0", "split", "t1", "ok", 120_000_000, '{"plan":"pro"}', "/ask"),
    ]
    assert [shadow[name] for name in told] == [
        *("b", "1.1.0", "shadow", "t1", "ok", 120_000_000, '{"plan":"pro"}', "/ask"),
    ]
    assert served["id"] == call.id != shadow["id"]
    assert (served["split"], served["unit"]) == (shadow["split"], shadow["unit"])
    assert asked_for(app) == ["say x", "next x"]
    assert (app.prompts.status().shadow_count, app.prompts.status().shadow_drop_count) == (1, 0)


def streamed(app: Application) -> None:
    assert "".join(app.prompts.call(app.prompts.get("answer", unit=BELOW), text="x").stream()) == "SAY X"


def in_a_loop(app: Application) -> None:
    async def act() -> str:
        return (await app.prompts.call(app.prompts.get("answer", unit=BELOW), text="x").acomplete()).text

    assert asyncio.run(act()) == "SAY X"


@pytest.mark.parametrize("act", [streamed, in_a_loop])
def test_however_the_served_call_is_made(app: Application, act: Callable[[Application], None]) -> None:
    act(app)
    assert [row["reason"] for row in ended(app)] == ["split", "shadow"]


def test_a_chain_casts_the_shadow_of_a_chain(app: Application) -> None:
    assert app.prompts.call(app.prompts.get("chain", unit=BELOW), text="x").complete().text == "NEXT NEXT X!"
    rows = ended(app)
    assert [(row["reason"], row["step"]) for row in rows] == [
        *(("split", "first"), ("split", "last"), ("shadow", "first"), ("shadow", "last")),
    ]
    assert len({row["trace"] for row in rows}) == 1
    assert rows[2]["parent"] == rows[3]["id"]


def failing(app: Application) -> None:
    app.server.then(status(400))
    with pytest.raises(OutsideError):
        app.prompts.call(app.prompts.get("answer", unit=BELOW), text="x").complete()


def left(app: Application) -> None:
    app.server.then(silence)
    with pytest.raises(OutsideError):
        list(app.prompts.call(app.prompts.get("answer", unit=BELOW), text="x", deadline=0.05).stream())


def with_a_client_of_its_own(app: Application) -> None:
    with app.prompts.own_call(app.prompts.get("answer", unit=BELOW)):
        pass


def asked(unit: str | None = BELOW, version: str | None = None) -> Callable[[Application], None]:
    def act(app: Application) -> None:
        app.prompts.call(app.prompts.get("answer", unit=unit, version=version), text="x").complete()

    return act


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(asked(ABOVE), id="above"),
        pytest.param(asked(CANARY), id="canary"),
        pytest.param(asked(None), id="no-unit"),
        pytest.param(asked(version="1.0.0"), id="forced"),
        pytest.param(asked(version="a"), id="forced-into-an-arm"),
        failing,
        left,
        with_a_client_of_its_own,
    ],
)
def test_other_calls_cast_none(app: Application, act: Callable[[Application], None]) -> None:
    act(app)
    assert [row["reason"] == "shadow" for row in ended(app)] == [False]
    assert app.prompts.status().shadow_count == 0


def test_an_answer_from_the_cache_casts_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with shadowing(tmp_path, monkeypatch, settings={"cache": {"mode": "force"}}) as app:
        for _ in range(2):
            app.prompts.call(app.prompts.get("answer", unit=BELOW), text="x").complete()
        rows = ended(app)
    assert sorted((row["reason"], row["cache"]) for row in rows) == [
        *(("shadow", None), ("split", "exact"), ("split", "miss")),
    ]


def test_a_paused_rollout_casts_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with shadowing(tmp_path, monkeypatch, change=shadowed(state="paused")) as app:
        asked()(app)
        assert [row["reason"] for row in ended(app)] == ["split"]


def test_what_befalls_a_shadow_call_stays_with_it(app: Application) -> None:
    def react(handler: Handler) -> None:
        (status(400) if last_text(handler.request_body).startswith("next") else answer_well)(handler)

    app.server.always = react
    for _ in range(3):
        asked()(app)
    assert (
        sorted((row["reason"], row["status"]) for row in ended(app))
        == [("shadow", "refused")] * 3 + [("split", "ok")] * 3
    )


def test_a_version_with_other_inputs_fails_in_the_shadow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = {"1.0.0": ANSWER, "1.1.0": NEXT.replace("text", "words")}
    with shadowing(tmp_path, monkeypatch, prompts={"answer": other}, splits={"answer": SHARES}) as app:
        asked()(app)
        assert [(row["reason"], row["status"]) for row in ended(app)] == [("split", "ok"), ("shadow", "app")]


def test_so_many_at_once_and_no_more(app: Application) -> None:
    """Shadow calls that nobody answers hold up neither served ones nor each other."""

    def react(handler: Handler) -> None:
        (silence if last_text(handler.request_body).startswith("next") else answer_well)(handler)

    app.server.always = react
    for _ in range(MOST_AT_ONCE + 2):
        asked()(app)
    assert [row["reason"] for row in app.rows()] == ["split"] * (MOST_AT_ONCE + 2)
    assert (app.prompts.status().shadow_count, app.prompts.status().shadow_drop_count) == (MOST_AT_ONCE, 2)
    app.server.released.set()
    app.server.always = None
    assert len(ended(app)) == 2 * MOST_AT_ONCE + 2
    asked()(app)
    assert app.prompts.status().shadow_count == MOST_AT_ONCE + 1


def test_a_forked_worker_casts_shadows_of_its_own(app: Application) -> None:
    asked()(app)

    def work() -> list[Any]:
        before = app.prompts.status().shadow_count
        asked()(app)
        app.prompts.close()
        return [before, app.prompts.status().shadow_count]

    assert in_child(work) == [0, 1]
    assert [row["reason"] for row in ended(app)].count("shadow") == 2


def test_a_shadow_call_is_made_of_what_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Applications that chat append each answer to the list that they gave."""
    chat = "model: gpt-4.1\ninputs: {history: {type: array}}\nmessages: [{placeholder: history}]\n"
    options: dict[str, Any] = {"prompts": {"chat": {"1.0.0": chat, "1.1.0": chat + "parameters: {max_tokens: 9}\n"}}}
    options |= {"splits": {"chat": SHARES}, "change": shadowed(100), "settings": {"events": {"content": True}}}
    with shadowing(tmp_path, monkeypatch, **options) as app:
        for _ in range(5):
            history, seen = [{"role": "user", "content": "hello"}], {"turn": 1}
            call = app.prompts.call(app.prompts.get("chat", BELOW, seen), history=history)
            history.append({"role": "assistant", "content": call.complete().text})
            seen["turn"] = 2
        app.prompts.close()
        rows = app.rows()
        assert [len(sent.body["messages"]) for sent in app.server.received] == [1] * 10
        assert {(row["inputs"], row["attributes"]) for row in rows} == {
            ('{"history":[{"role":"user","content":"hello"}]}', '{"turn":1}')
        }
