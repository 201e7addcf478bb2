from __future__ import annotations

from typing import Any

import pytest

from promptctl.adapters.models import known_models
from promptctl.core.models.capability import (
    ANYTHING,
    Capability,
    capabilities_from,
    capability,
    check_request,
    parameter_faults,
    with_limit,
)
from promptctl.core.models.request import Request
from promptctl.errors import UsageError

SAMPLING = {"temperature": 0.5, "top_p": 0.9, "top_k": 5}


def request(**fields: Any) -> Request:
    return Request(**{"model": "m", "messages": ({"role": "user", "content": "hi"},)} | fields)


def refused(model_id: str, parameters: dict[str, Any]) -> list[str]:
    return [name for name, _ in parameter_faults(capability(model_id, known_models()), parameters)]


@pytest.mark.parametrize(
    ("model_id", "parameters", "names"),
    [
        ("claude-opus-4-7", SAMPLING, ["temperature", "top_p", "top_k"]),
        ("claude-opus-5-5", {"top_k": 1}, ["top_k"]),
        ("claude-sonnet-5-20260630", {"temperature": 1}, ["temperature"]),
        ("us.anthropic.claude-haiku-5-5-v1:0", {"temperature": 1}, ["temperature"]),
        ("claude-haiku-4-5-20251001", {"temperature": 0}, []),
        ("claude-haiku-4-5", {"temperature": 0, "top_p": 1}, ["top_p"]),
        ("claude-opus-4-20250514", SAMPLING, []),
        ("claude-sonnet-4-5", {"top_p": 1, "top_k": 5}, []),
        ("gpt-5", {"temperature": 0}, ["temperature"]),
        ("gpt-5", {"temperature": 1, "presence_penalty": 0}, []),
        ("openai/gpt-5-mini", {"logprobs": True, "seed": 1}, ["logprobs"]),
        ("ft:gpt-5:acme", {"top_p": 0.5}, ["top_p"]),
        ("gpt-5-chat-latest", {"temperature": 0}, []),
        ("gpt-5.4", {"temperature": 0}, []),
        ("gpt-5.4", {"temperature": 0, "reasoning_effort": "high"}, ["temperature"]),
        ("gpt-6-sol", {"temperature": 0}, ["temperature"]),
        ("gpt-6-sol", {"temperature": 0, "reasoning_effort": "none"}, []),
        ("gpt-6.2-sol", {"temperature": 0, "reasoning_effort": "none"}, ["temperature"]),
        ("o3-mini", {"temperature": 0.2}, ["temperature"]),
        ("gpt-4.1", SAMPLING, []),
        ("llama3", SAMPLING | {"mirostat": 2}, []),
    ],
)
def test_what_models_are_known_to_refuse(model_id: str, parameters: dict[str, Any], names: list[str]) -> None:
    assert refused(model_id, parameters) == names


@pytest.mark.parametrize(
    ("model_id", "tokens"),
    [
        ("claude-opus-5", 512),
        ("claude-opus-4-8", 1024),
        ("claude-opus-4-7", 2048),
        ("claude-haiku-4-5", 4096),
        ("claude-opus-5-5", None),
        ("gpt-4.1-mini", None),
        ("llama3", None),
    ],
)
def test_the_shortest_cached_prefix(model_id: str, tokens: int | None) -> None:
    assert capability(model_id, known_models()).prefix == tokens


@pytest.mark.parametrize(
    ("model_id", "name"),
    [
        ("gpt-4.1", "max_tokens"),
        ("gpt-4o-mini", "max_tokens"),
        ("llama3", "max_tokens"),
        ("o3-mini", "max_completion_tokens"),
        ("o1", "max_completion_tokens"),
        ("gpt-5", "max_completion_tokens"),
        ("gpt-5.6-mini", "max_completion_tokens"),
        ("gpt-10", "max_completion_tokens"),
        ("openai/gpt-5", "max_completion_tokens"),
        ("ft:gpt-5:acme", "max_completion_tokens"),
        ("chatgpt-4o-latest", "max_completion_tokens"),
    ],
)
def test_newer_models_get_the_newer_name_of_the_limit(model_id: str, name: str) -> None:
    known = capability(model_id, known_models())
    assert with_limit(known, request(parameters={"seed": 1, "max_tokens": 7})).parameters == {"seed": 1, name: 7}
    both = request(parameters={"max_tokens": 7, "max_completion_tokens": 9})
    assert with_limit(known, both) is both


def test_settings_come_first_field_by_field() -> None:
    own = capabilities_from({"gpt-5": {"only": {}, "refuses": []}, "gpt-*": {"refuses": ["seed"], "tools": False}})
    known = capability("gpt-5", (*own, *known_models()))
    assert (known.refuses, known.only, known.tools, known.limit) == ((), {}, False, "max_completion_tokens")


LACKING = Capability(models="m", output=False, tools=False, streaming=False, cache=False, refuses=("seed",))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"output": {"type": "object"}}, "JSON Schema"),
        ({"tools": ({"name": "f"},)}, "tools"),
        ({"messages": ({"role": "user", "content": "x", "cache": True},)}, "cached prefixes"),
        ({"parameters": {"seed": None}}, "`seed`"),
    ],
)
def test_what_a_model_lacks_is_told_before_anything_is_sent(fields: dict[str, Any], said: str) -> None:
    check_request(ANYTHING, request(**fields), streamed=True)
    with pytest.raises(UsageError, match=said) as caught:
        check_request(LACKING, request(**fields))
    assert caught.value.code == "PC201"


def test_streams_too() -> None:
    check_request(LACKING, request())
    with pytest.raises(UsageError, match="streams"):
        check_request(LACKING, request(), streamed=True)
