from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from promptctl.adapters.providers.exchange import Bounds
from promptctl.core.models.attempt import Attempt
from promptctl.core.models.request import Delta, Reply, Usage
from promptctl.errors import PromptctlError
from promptctl.runtime.gateway.gateway import Gateway
from promptctl.runtime.gateway.retries import Patience
from tests.gateways import KEY, QUICK, gateway_over, request, run, streamed
from tests.servers import (
    ModelServer,
    Reaction,
    anthropic_events,
    cut,
    drip,
    echo_authorization,
    hang_up,
    json_answer,
    model_server,
    openai_answer,
    openai_events,
    reset,
    silence,
    status,
    stream,
)

PIECE = openai_events("Hello")[:1]


@pytest.fixture(scope="module")
def running() -> Iterator[ModelServer]:
    with model_server() as model:
        yield model


@pytest.fixture
def server(running: ModelServer) -> ModelServer:
    running.received.clear()
    running.reactions.clear()
    running.always = None
    return running


@pytest.mark.parametrize(
    ("kind", "model"), [("openai", "gpt-4.1-2025-04-14"), ("anthropic", "claude-sonnet-4-5-20250929")]
)
def test_pieces_come_as_they_are_sent_and_the_reply_last(server: ModelServer, kind: str, model: str) -> None:
    seen: list[Attempt] = []
    gateway = gateway_over({"relay": server}, {"relay": {"kind": kind}}, observe=seen.append)
    texts, reply = run(gateway, lambda it: streamed(it, request("hello world")))
    assert texts == ["HELL", "O WO", "RLD"]
    assert reply
    assert (reply.text, reply.model, reply.provider, reply.host) == (
        "HELLO WORLD",
        model,
        "relay",
        server.url.removeprefix("http://"),
    )
    assert reply.usage == Usage(input=100, output=20, cache_read=40, cache_write=10 * (kind == "anthropic"))
    assert server.received[0].body["stream"] is True
    assert server.received[0].headers["accept"] == "text/event-stream"
    (attempt,) = seen
    assert attempt.fault is None
    assert attempt.first_token_ms is not None
    assert 0 < attempt.first_token_ms <= attempt.latency_ms
    assert attempt.prices == ""


def test_usage_is_asked_for_and_a_stream_without_has_no_price(server: ModelServer) -> None:
    server.then(stream([*openai_events("Hello")[:-2], "[DONE]"]))
    prices = {"relay": {"prices": {"*": {"input": 1, "output": 1}}}}
    _, reply = run(gateway_over({"relay": server}, prices), lambda it: streamed(it, request()))
    assert server.received[0].body["stream_options"] == {"include_usage": True}
    assert reply
    assert (reply.text, reply.usage, reply.cost) == ("Hello", Usage(), None)


@pytest.mark.parametrize(
    "fault", [status(429), status(500), hang_up, stream(['{"error": {"type": "overloaded_error"}}'])]
)
def test_passing_faults_before_the_first_piece_are_tried_again(server: ModelServer, fault: Reaction) -> None:
    server.then(fault, fault)
    _, reply = run(gateway_over({"relay": server}), lambda it: streamed(it, request()))
    assert reply
    assert (reply.text, len(server.received)) == ("HI", 3)


@pytest.mark.parametrize("then", [silence, reset, cut])
def test_an_answer_that_said_its_end_is_whole_however_the_connection_ends(server: ModelServer, then: Reaction) -> None:
    server.then(stream(openai_events("Hello"), then))
    seen: list[Attempt] = []
    patience = replace(QUICK, bounds=Bounds(idle=2))
    gateway = gateway_over({"relay": server}, patience=patience, observe=seen.append)
    texts, reply = run(gateway, lambda it: streamed(it, request()))
    assert (reply and reply.text, "".join(texts), len(server.received)) == ("Hello", "Hello", 1)
    assert [attempt.fault for attempt in seen] == [None]
    assert seen[0].latency_ms < 400


def told(gateway: Gateway) -> tuple[PromptctlError, list[str]]:
    texts: list[str] = []

    async def take(it: Gateway) -> None:
        async with aclosing(it.stream(request())) as deltas:
            async for delta in deltas:
                texts.append(delta.text)
                assert delta.reply is None

    with pytest.raises(PromptctlError) as caught:
        run(gateway, take)
    assert KEY[:15] not in "".join(traceback.format_exception(caught.value))
    return caught.value, texts


@pytest.mark.parametrize(
    ("reaction", "code"),
    [
        (stream(PIECE), "PC083"),
        (stream(PIECE, cut), "PC083"),
        (stream(PIECE, reset), "PC083"),
        (stream([*PIECE, "garbage"]), "PC083"),
        (stream([*PIECE, '{"error": {"message": "boom"}}']), "PC080"),
        (stream([*PIECE, '{"error": {"code": 429, "message": "slow"}}']), "PC079"),
        (stream([*PIECE, '{"error": {"type": "invalid_request_error"}}']), "PC081"),
        (stream([*PIECE, '{"error": {"type": "insufficient_quota"}}']), "PC079"),
        (stream(PIECE * 2000), "PC084"),
        (stream(PIECE, silence), "PC078"),
    ],
)
def test_after_the_first_piece_a_fault_is_told_and_nobody_is_asked_again(
    server: ModelServer, reaction: Reaction, code: str
) -> None:
    server.always = reaction
    patience = replace(QUICK, bounds=Bounds(idle=0.1, max_bytes=100_000))
    seen: list[Attempt] = []
    with model_server() as other:
        settings: dict[str, dict[str, Any]] = {"relay": {"fallback": ["other"], "weight": 100}, "other": {"weight": 0}}
        servers = {"relay": server, "other": other}
        gateway = gateway_over(servers, settings, patience=patience, fallback=True, observe=seen.append)
        fault, texts = told(gateway)
        assert other.received == []
    assert (fault.code, texts[0], len(server.received)) == (code, "Hell", 1)
    assert [attempt.fault is None for attempt in seen] == [False]


@pytest.mark.parametrize(
    ("reaction", "code", "attempts"),
    [
        (status(400), "PC081", 1),
        (status(429), "PC079", 4),
        (echo_authorization, "PC082", 1),
        (json_answer(openai_answer()), "PC083", 1),
        (stream([]), "PC083", 1),
        (stream(["[DONE]"]), "PC083", 1),
        (stream(anthropic_events("x")), "PC083", 1),
        (cut, "PC083", 1),
        (drip, "PC078", 1),
    ],
)
def test_faults_without_a_piece_are_those_of_whole_answers(
    server: ModelServer, reaction: Reaction, code: str, attempts: int
) -> None:
    server.always = reaction
    fault, texts = told(gateway_over({"relay": server}, patience=replace(QUICK, total=0.5)))
    assert (fault.code, texts, len(server.received)) == (code, [], attempts)


def test_the_deadline_ends_a_stream_and_the_callers_time_does_not_count(server: ModelServer) -> None:
    server.then(stream(PIECE, silence))
    fault, texts = told(gateway_over({"relay": server}, patience=Patience(total=0.2)))
    assert (fault.code, texts) == ("PC078", ["Hell"])


def test_who_leaves_early_closes_the_connection_and_is_noted(server: ModelServer) -> None:
    server.then(stream(PIECE, silence))
    seen: list[Attempt] = []

    async def leave(gateway: Gateway) -> Delta:
        async with aclosing(gateway.stream(request())) as deltas:
            first = await anext(deltas)
        assert (await gateway.complete(request())).text == "HI"
        return first

    assert run(gateway_over({"relay": server}, observe=seen.append), leave) == Delta(text="Hell")
    assert [attempt.fault for attempt in seen] == ["cancelled", None]
    assert len({received.connection for received in server.received}) == 2
    server.released.set()
    server.released.clear()


def test_echo_streams_too_and_embeddings_do_not() -> None:
    gateway = gateway_over({})
    texts, reply = run(gateway, lambda it: streamed(it, request("hi", model="echo:echo")))
    assert (texts, reply) == (["hi"], Reply(text="hi", model="echo", provider="echo", cost=0.0))


def test_nothing_of_a_request_is_lost_by_streaming(server: ModelServer) -> None:
    run(gateway_over({"relay": server}), lambda it: streamed(it, request(temperature=0)))
    run(gateway_over({"relay": server}), lambda it: it.complete(request(temperature=0)))
    with_stream, whole = (received.body for received in server.received)
    extra: dict[str, Any] = {name: value for name, value in with_stream.items() if name not in whole}
    assert json.dumps({**whole, **extra}) == json.dumps(with_stream)
    assert extra.keys() == {"stream", "stream_options"}
