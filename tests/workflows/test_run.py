from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.replies import Replies
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.models.request import Request
from promptctl.errors import OutsideError, StateError
from promptctl.runtime.gateway.retries import Patience
from promptctl.workflows.run import run_prompt
from tests.servers import echo_authorization, json_answer, model_server, openai_answer

KEY = "relay-key-0123456789-abcdefghij"
REQUEST = Request(model="relay:gpt-4.1", messages=({"role": "user", "content": "hi"},))


def test_a_prompt_is_sent_once_and_then_had_from_the_cache(tmp_path: Path) -> None:
    with model_server() as server, ReplyCache(tmp_path) as cache:
        server.then(json_answer(openai_answer(f"the key {KEY}")))
        providers = parse_providers({"relay": {"kind": "openai", "base_url": server.url, "key": "RELAY_KEY"}})
        environment = {"RELAY_KEY": KEY, "PROMPTCTL_TRUST": str(trust_digest(providers))}
        replies = Replies("auto", cache=cache, known=(KEY,))
        first, second = (
            run_prompt(REQUEST, providers=providers, environment=environment, replies=replies) for _ in range(2)
        )
        assert len(server.received) == 1
        server.then(echo_authorization)
        with pytest.raises(OutsideError) as caught:
            run_prompt(REQUEST, providers=providers, environment=environment, replies=Replies("live"))
        assert KEY not in str(caught.value)
    assert (first.text, first.source, first.provider, first.model) == (
        "the key [masked]",
        "live",
        "relay",
        "gpt-4.1-2025-04-14",
    )
    assert (first.usage.input, first.usage.output, first.cost, first.finish) == (100, 20, None, "stop")
    assert (second.text, second.source, second.latency_ms) == (first.text, "cache", first.latency_ms)
    assert not any(KEY.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_echo_runs_without_a_key() -> None:
    result = run_prompt(
        REQUEST, providers=parse_providers({}), environment={}, replies=Replies(), override="echo", patience=Patience()
    )
    assert (result.text, result.cost, result.host, result.source) == ("hi", 0.0, "", "live")


def test_a_missing_key_is_exit_3() -> None:
    request = Request(model="gpt-4.1", messages=({"role": "user", "content": "hi"},))
    with pytest.raises(StateError) as caught:
        run_prompt(request, providers=parse_providers({}), environment={}, replies=Replies())
    assert (caught.value.code, caught.value.exit_code) == ("PC074", 3)
