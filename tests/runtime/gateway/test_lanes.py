"""What the ways to one provider have in common."""

from __future__ import annotations

import asyncio
import json
import threading
import time

from promptctl.core.models.embedding import embedding_request
from promptctl.runtime.gateway.gateway import Gateway
from tests.gateways import gateway_over, request, run
from tests.servers import Handler, model_server, openai_answer


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
