"""What a model refuses is told before anything is sent, whatever the key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from promptctl.core.models.provider_table import parse_providers
from promptctl.errors import UsageError
from promptctl.runtime.gateway.gateway import Gateway
from tests.gateways import gateway_over, request, run, streamed
from tests.servers import model_server


def test_nothing_is_sent_that_the_model_refuses_and_nothing_dropped() -> None:
    with model_server() as server:
        for asked in (request(model="gpt-5", temperature=0), request(model="openai:o1-mini", max_tokens=1, top_p=0.5)):
            with pytest.raises(UsageError) as caught:
                run(gateway_over({"relay": server}), lambda it, asked=asked: it.complete(asked))  # type: ignore[misc]
            assert caught.value.code == "PC201"
            with pytest.raises(UsageError):
                run(gateway_over({"relay": server}), lambda it, asked=asked: streamed(it, asked))  # type: ignore[misc]
        assert server.received == []
        run(gateway_over({"relay": server}), lambda it: it.complete(request(model="gpt-5", temperature=1)))
        assert server.received[0].body.items() >= {"temperature": 1, "max_completion_tokens": 5}.items()


def test_settings_know_better() -> None:
    providers = parse_providers({}, models={"gpt-5*": {"only": {}}, "tiers": {"premium": ["gpt-5"]}})
    gateway = Gateway(providers, environment={})
    with pytest.raises(Exception, match="OPENAI_API_KEY"):
        run(gateway, lambda it: it.complete(request(model="gpt-5", temperature=0)))
    lacking = parse_providers({}, models={"gpt-4.1": {"streaming": False}})
    with pytest.raises(UsageError, match="knows no streams"):
        run(Gateway(lacking, environment={}), lambda it: streamed(it, replace(request(), parameters={})))
