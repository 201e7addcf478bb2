from __future__ import annotations

import asyncio
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from promptctl.adapters.providers.exchange import Bounds
from promptctl.adapters.providers.fault import ProviderError
from promptctl.core.models.provider import ProviderSettings, trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.models.request import Reply, Request, Usage
from promptctl.errors import PromptctlError, StateError, UsageError
from promptctl.runtime.gateway.gateway import Gateway
from promptctl.runtime.gateway.retries import Patience
from tests.servers import (
    ModelServer,
    cut,
    drip,
    echo_authorization,
    hang_up,
    json_answer,
    meeting,
    model_server,
    openai_answer,
    raw,
    redirect,
    silence,
    status,
    zipped,
)

KEY = "relay-key-0123456789-abcdefghij"
REQUEST = Request(
    model="gpt-4.1", messages=({"role": "user", "content": "hi"},), parameters={"temperature": 0, "max_tokens": 5}
)
QUICK = Patience(attempts=4, shortest=0.0, bounds=Bounds(connect=5, read=5, max_bytes=100_000))


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as model:
        yield model


def settings_for(url: str, kind: str = "openai", **more: Any) -> dict[str, ProviderSettings]:
    entry = {"kind": kind, "base_url": url, "key": "RELAY_KEY", "models": ["gpt-*"], "weight": 100, **more}
    return dict(parse_providers({"relay": entry}))


def gateway_for(server: ModelServer, kind: str = "openai", patience: Patience = QUICK, **more: Any) -> Gateway:
    providers = settings_for(server.url, kind, **more)
    environment = {"RELAY_KEY": KEY, "PROMPTCTL_TRUST": str(trust_digest(providers))}
    return Gateway(providers, environment=environment, patience=patience, random=lambda: 0.5)


def ask(gateway: Gateway, request: Request = REQUEST, times: int = 1) -> list[Reply]:
    async def run() -> list[Reply]:
        async with gateway:
            return await asyncio.gather(*(gateway.complete(request, sample) for sample in range(times)))

    return asyncio.run(run())


def fails(gateway: Gateway, request: Request = REQUEST) -> PromptctlError:
    with pytest.raises(PromptctlError) as caught:
        ask(gateway, request)
    whole = "".join(traceback.format_exception(caught.value))
    assert KEY not in whole
    assert KEY[:15] not in whole
    return caught.value


@pytest.mark.parametrize(
    ("kind", "path", "header", "model"),
    [
        ("openai", "/chat/completions", ("authorization", f"Bearer {KEY}"), "gpt-4.1-2025-04-14"),
        ("anthropic", "/v1/messages", ("x-api-key", KEY), "claude-sonnet-4-5-20250929"),
    ],
)
def test_a_call_in_each_wire_format(
    server: ModelServer, kind: str, path: str, header: tuple[str, str], model: str
) -> None:
    (reply,) = ask(gateway_for(server, kind))
    assert (reply.text, reply.model, reply.provider) == ("HI", model, "relay")
    assert reply.host == server.url.removeprefix("http://")
    assert reply.usage.input == 100
    assert reply.latency_ms > 0
    assert reply.cost is None
    (received,) = server.received
    assert (received.path, received.headers[header[0]]) == (path, header[1])
    assert (received.body["model"], received.body["temperature"]) == ("gpt-4.1", 0)


def test_a_server_that_takes_no_key_gets_none(server: ModelServer) -> None:
    providers = settings_for(server.url)
    providers["relay"] = replace(providers["relay"], key=None)
    gateway = Gateway(providers, environment={"PROMPTCTL_TRUST": str(trust_digest(providers))}, patience=QUICK)
    assert ask(gateway)[0].text == "HI"
    assert "authorization" not in server.received[0].headers


@pytest.mark.parametrize(
    "fault",
    [
        status(429),
        status(429, headers={"Retry-After": "0"}),
        status(500),
        status(503),
        status(529),
        status(408),
        hang_up,
    ],
)
def test_passing_faults_are_tried_again(server: ModelServer, fault: Any) -> None:
    server.then(fault, fault)
    assert ask(gateway_for(server))[0].text == "HI"
    assert len(server.received) == 3


@pytest.mark.parametrize(
    ("reaction", "code", "attempts"),
    [
        (status(429), "PC079", 4),
        (status(429, code="insufficient_quota"), "PC079", 1),
        (status(500), "PC080", 4),
        (status(400, "bad temperature"), "PC081", 1),
        (status(404), "PC081", 1),
        (status(401), "PC082", 1),
        (echo_authorization, "PC082", 1),
        (hang_up, "PC077", 4),
        (cut, "PC083", 1),
        (redirect("http://127.0.0.1:1/"), "PC083", 1),
        (raw(b""), "PC083", 1),
        (raw(b"<html>welcome</html>", {"Content-Type": "text/html"}), "PC083", 1),
        (raw(b'{"choices": [{"message": {"content": "hel'), "PC083", 1),
        (raw(b'\xff\xfe{"choices": []}'), "PC083", 1),
        (raw(b"[" * 90_000), "PC083", 1),
        (raw(b'{"a": NaN}'), "PC083", 1),
        (raw(b'{"a": ' + b"9" * 6000 + b"}"), "PC083", 1),
        (json_answer([]), "PC083", 1),
        (json_answer({"choices": "x"}), "PC083", 1),
        (json_answer(openai_answer(usage={"prompt_tokens": "many"})), "PC083", 1),
        (json_answer({"error": {"message": "an error sent as a success"}}), "PC083", 1),
        (raw(b" " * 200_000), "PC084", 1),
        (zipped(b" " * 50_000_000), "PC084", 1),
    ],
)
def test_every_fault_of_a_provider_is_its_own_outcome_and_never_an_answer(
    server: ModelServer, reaction: Any, code: str, attempts: int
) -> None:
    server.always = reaction
    fault = fails(gateway_for(server))
    assert (fault.code, fault.exit_code) == (code, 4)
    assert isinstance(fault, ProviderError)
    assert len(server.received) == attempts


def test_half_characters_in_an_answer_are_replaced(server: ModelServer) -> None:
    server.then(raw(b'{"choices": [{"message": {"content": "a\\ud800b \\ud83d\\ude00"}}]}'))
    assert ask(gateway_for(server))[0].text == "a\ufffdb \U0001f600"


def test_silence_is_a_timeout_and_is_not_paid_twice(server: ModelServer) -> None:
    server.then(silence)
    fault = fails(gateway_for(server, patience=Patience(bounds=Bounds(read=0.1))))
    assert (fault.code, len(server.received)) == ("PC078", 1)


def test_a_drip_ends_at_the_deadline(server: ModelServer) -> None:
    server.then(drip)
    fault = fails(gateway_for(server, patience=Patience(total=0.3, bounds=Bounds(read=5))))
    assert (fault.code, len(server.received)) == ("PC078", 1)


def test_a_wait_longer_than_the_deadline_is_told_at_once(server: ModelServer) -> None:
    server.always = status(429, headers={"Retry-After": "50"})
    fault = fails(gateway_for(server, patience=Patience(total=40)))
    assert (fault.code, len(server.received)) == ("PC079", 1)


def test_calls_at_once_keep_to_the_providers_limit(server: ModelServer) -> None:
    server.always = meeting(3)
    replies = ask(gateway_for(server, concurrency=3), times=12)
    assert [reply.text for reply in replies] == ["HI"] * 12
    assert server.busiest == 3
    assert len({received.connection for received in server.received}) == 3


def test_too_many_requests_make_it_fewer_at_once(server: ModelServer) -> None:
    server.then(*[meeting(16, status(429))] * 16)
    server.always = meeting(8)
    replies = ask(gateway_for(server, concurrency=16), times=40)
    assert [reply.text for reply in replies] == ["HI"] * 40
    assert len(server.received) == 56
    # Half of 16, and one more after as many answers as there are places; each call under way has its own connection.
    assert 8 <= len({received.connection for received in server.received[16:]}) <= 12


@pytest.mark.parametrize("limits", [{"requests_per_minute": 1}, {"tokens_per_minute": 1}])
def test_no_more_is_sent_in_a_minute_than_the_settings_say(server: ModelServer, limits: dict[str, Any]) -> None:
    async def run() -> None:
        async with gateway_for(server, **limits) as gateway:
            await gateway.complete(REQUEST)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await gateway.complete(REQUEST)

    asyncio.run(run())
    assert len(server.received) == 1


def test_a_missing_or_impossible_key_is_told_before_anything_is_sent(server: ModelServer) -> None:
    providers = settings_for(server.url)
    for value in ("", "  ", "two words", "line\nbreak", "schlüssel"):
        environment = {"RELAY_KEY": value, "PROMPTCTL_TRUST": str(trust_digest(providers))}
        fault = fails(Gateway(providers, environment=environment, patience=QUICK))
        assert (fault.code, fault.exit_code) == ("PC074", 3)
        assert "RELAY_KEY" in (fault.hint or "")
        assert not value.strip() or value not in f"{fault} {fault.hint}"
    assert server.received == []


def test_an_untrusted_provider_gets_neither_prompt_nor_key(server: ModelServer) -> None:
    for trusted in ("", "sha256:" + "0" * 64):
        environment = {"RELAY_KEY": KEY, "PROMPTCTL_TRUST": trusted}
        fault = fails(Gateway(settings_for(server.url), environment=environment, patience=QUICK))
        assert (fault.code, fault.exit_code) == ("PC075", 3)
    assert server.received == []


def test_a_changed_built_in_gets_no_key_without_trust(server: ModelServer) -> None:
    providers = parse_providers({"openai": {"base_url": server.url}})
    fault = fails(Gateway(providers, environment={"OPENAI_API_KEY": KEY}, patience=QUICK))
    assert fault.code == "PC075"
    assert server.received == []


def test_a_request_that_has_no_spelling_is_not_sent(server: ModelServer) -> None:
    gateway = gateway_for(server, "anthropic")
    assert fails(gateway, replace(REQUEST, parameters={})).code == "PC073"
    broken = replace(REQUEST, messages=({"role": "user", "content": "\ud800"},))
    assert fails(gateway_for(server), broken).code == "PC088"
    assert server.received == []


def test_echo_needs_neither_key_nor_time() -> None:
    gateway = Gateway(parse_providers({}), environment={})
    request = replace(REQUEST, model="echo:echo")
    (reply,) = ask(gateway, request)
    assert reply == Reply(text="hi", model="echo", provider="echo", cost=0.0, usage=Usage())


def test_replay_answers_nothing_by_itself() -> None:
    fault = fails(Gateway(parse_providers({}), environment={}, override="replay"))
    assert isinstance(fault, StateError)
    assert fault.code == "PC076"


def test_an_override_names_the_provider(server: ModelServer) -> None:
    gateway = Gateway(parse_providers({}), environment={}, override="echo")
    assert ask(gateway)[0].provider == "echo"
    with pytest.raises(UsageError):
        ask(Gateway(parse_providers({}), environment={}, override="nobody"))


def test_samples_of_one_request_are_split_by_weight_and_stay_where_they_were(server: ModelServer) -> None:
    providers = settings_for(server.url, weight=50)
    gateway = Gateway(providers, environment={})
    routes = [gateway.route(REQUEST, sample)[0].name for sample in range(200)]
    assert 60 < routes.count("relay") < 140
    assert routes == [gateway.route(REQUEST, sample)[0].name for sample in range(200)]


def test_echo_loads_no_http_library() -> None:
    program = (
        "import asyncio, sys\n"
        "from promptctl.core.models.provider import BUILT_IN\n"
        "from promptctl.core.models.request import Request\n"
        "from promptctl.runtime.gateway.gateway import Gateway\n"
        "async def run():\n"
        "    async with Gateway(BUILT_IN, environment={}) as gateway:\n"
        "        await gateway.complete(Request(model='echo:x', messages=({'role': 'user', 'content': 'hi'},)))\n"
        "asyncio.run(run())\n"
        "print(sorted({'httpcore2', 'genai_prices', 'sqlite3', 'platformdirs'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
