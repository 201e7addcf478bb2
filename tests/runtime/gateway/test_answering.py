from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from promptctl.adapters.replies import Replies, SourcedReply
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.models.request import Reply, Request
from promptctl.errors import StateError
from promptctl.runtime.gateway.answering import answer
from promptctl.runtime.gateway.gateway import Gateway
from tests.servers import json_answer, model_server, openai_answer

REQUEST = Request(model="echo:echo", messages=({"role": "user", "content": "hi sk-proj-0123456789abcdef"},))
RECORDED = Reply(text="recorded", provider="echo")


def ask(replies: Replies, request: Request = REQUEST, sample: int = 0, url: str = "http://127.0.0.1:1") -> SourcedReply:
    providers = parse_providers({"relay": {"kind": "openai", "base_url": url}})

    async def run() -> SourcedReply:
        async with Gateway(providers, environment={"PROMPTCTL_TRUST": str(trust_digest(providers))}) as gateway:
            return await answer(request, sample, replies=replies, gateway=gateway)

    return asyncio.run(run())


def test_stores_come_first_then_the_provider_whose_answer_is_kept_masked(tmp_path: Path) -> None:
    request = replace(REQUEST, model="relay:m")
    with model_server() as server, ReplyCache(tmp_path) as cache:
        replies = Replies("auto", recorded={request.key(1): RECORDED}, cache=cache)
        server.always = json_answer(openai_answer("hi sk-proj-0123456789abcdef"))
        live, again, recorded = (ask(replies, request, sample, server.url) for sample in (0, 0, 1))
        assert len(server.received) == 1
    assert (live.source, live.reply.text) == ("live", "hi [masked]")
    assert again == replace(live, source="cache")
    assert (recorded.source, recorded.reply) == ("recorded", RECORDED)


def test_an_echo_is_not_kept_where_it_could_pass_for_a_models_answer(tmp_path: Path) -> None:
    with ReplyCache(tmp_path) as cache:
        replies = Replies("auto", cache=cache)
        assert [ask(replies).source, ask(replies).source] == ["live", "live"]


def test_nothing_recorded_is_a_state_that_names_the_request() -> None:
    with pytest.raises(StateError) as caught:
        ask(Replies("recorded"), sample=3)
    assert (caught.value.code, caught.value.exit_code) == ("PC076", 3)
    assert "echo:echo" in str(caught.value)
    assert "sample 3" in str(caught.value)


def test_nothing_recorded_and_no_key_is_a_state() -> None:
    with pytest.raises(StateError) as caught:
        ask(Replies("auto"), replace(REQUEST, model="gpt-4.1"))
    assert caught.value.code == "PC074"
    assert "OPENAI_API_KEY" in str(caught.value)
