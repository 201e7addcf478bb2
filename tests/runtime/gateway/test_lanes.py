"""What the ways to one provider have in common."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import suppress
from dataclasses import replace

import pytest

from promptctl.adapters.providers.fault import ProviderError
from promptctl.core.models.embedding import embedding_request
from promptctl.runtime.gateway.gateway import Gateway
from tests.gateways import QUICK, gateway_over, request, run
from tests.servers import Handler, Reaction, hang_up, model_server, openai_answer, status


def test_answers_and_embeddings_keep_to_the_limits_of_their_provider_together() -> None:
    under_way, most = 0, 0
    counting = threading.Lock()

    def count(handler: Handler) -> None:
        nonlocal under_way, most
        with counting:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.05)
        with counting:
            under_way -= 1
        embedding = {"data": [{"embedding": [1.0]}]}
        handler.reply(200, json.dumps(embedding if "embeddings" in handler.path else openai_answer()).encode())

    async def both(gateway: Gateway) -> None:
        asked = (request(), embedding_request("relay:e", "hi"))
        await asyncio.gather(*(gateway.complete(it) for it in asked * 3))

    with model_server() as server:
        server.always = count
        run(gateway_over({"relay": server}, {"relay": {"concurrency": 1}}), both)
    assert most == 1


@pytest.mark.parametrize("fault", [status(503), status(400), hang_up])
def test_a_call_that_failed_leaves_its_tokens_to_the_next(fault: Reaction) -> None:
    async def twice(gateway: Gateway) -> float:
        begun = time.monotonic()
        with suppress(ProviderError):
            await gateway.complete(request(max_tokens=30))
        await gateway.complete(request(max_tokens=30))
        return time.monotonic() - begun

    with model_server() as server:
        server.then(fault)
        patience = replace(QUICK, attempts=1)
        gateway = gateway_over({"relay": server}, {"relay": {"tokens_per_minute": 600}}, patience=patience)
        assert run(gateway, twice) < 2
