from __future__ import annotations

import json
from typing import Any

import pytest

from promptctl.adapters.providers import embeddings, wire_format
from promptctl.adapters.providers.answer import MalformedAnswer, parse_json
from promptctl.core.models.embedding import embedding_request, read_embedding
from promptctl.errors import UsageError


def answer(*vectors: Any, **extra: Any) -> dict[str, Any]:
    data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    return {
        "object": "list",
        "data": data,
        "model": "small-1",
        "usage": {"prompt_tokens": 3, "total_tokens": 3},
    } | extra


def test_a_text_goes_out_and_its_embedding_comes_back() -> None:
    wire = wire_format("openai", embedding_request("small", "hi"))
    assert wire.path == "/embeddings"
    assert wire.body(embedding_request("small", "hi"), "small") == {
        "model": "small",
        "input": "hi",
        "encoding_format": "float",
    }
    reply = wire.parse(answer([0.5, -1, 2]))
    assert read_embedding(reply.text) == (0.5, -1.0, 2.0)
    assert (reply.model, reply.usage.input, reply.usage.output) == ("small-1", 3, 0)


def test_other_formats_have_none() -> None:
    with pytest.raises(UsageError) as caught:
        wire_format("anthropic", embedding_request("small", "hi"))
    assert caught.value.code == "PC073"


@pytest.mark.parametrize(
    "body",
    [
        {},
        answer(),
        answer([1.0], [2.0]),
        answer([]),
        answer("AAAA"),
        answer(None),
        answer([True]),
        answer([None]),
        answer(["1"]),
        answer([[1.0]]),
        answer([10**400]),
        answer([1e39]),
        answer([0.5] * 70_000),
        answer([1.0], usage=[]),
        answer([1.0], usage={"prompt_tokens": -1}),
        answer([1.0], model=5),
        {"data": [5]},
        {"error": {"message": "no"}},
    ],
)
def test_what_the_format_does_not_know_is_never_an_embedding(body: Any) -> None:
    with pytest.raises(MalformedAnswer):
        embeddings.parse(body)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "-1e999"])
def test_numbers_that_are_none(number: str) -> None:
    with pytest.raises(MalformedAnswer):
        embeddings.parse(parse_json(json.dumps(answer([7])).replace("7", number).encode()))
