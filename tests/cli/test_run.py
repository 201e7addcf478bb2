"""``promptctl run`` as people, pipes and programs see it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from tests.golden import golden
from tests.servers import ModelServer, json_answer, model_server, openai_answer
from tests.support import build_files, must_fail, succeed

FILES = {
    "prompts/one/prompt.yaml": "model: relay:gpt-4.1\ninputs: {x: string}\ntemplate: 'one {{ x }}'\n",
    "prompts/two/prompt.yaml": "model: echo:echo\ninputs: {x: string}\ntemplate: 'two {{ x }}'\n",
    "prompts/chain/prompt.yaml": "inputs: {x: string}\nsteps:\n  - {name: a, prompt: one, inputs: {x: '{{ x }}'}}\n"
    "  - {name: b, prompt: two, inputs: {x: '{{ a }}'}}\n",
}


@pytest.fixture
def server(folder: Path) -> Iterator[ModelServer]:
    with model_server() as running:
        settings = f'[providers.relay]\nkind = "openai"\nbase_url = "{running.url}"\nkey = "RELAY_KEY"\n'
        build_files(folder, FILES | {"promptctl.toml": settings})
        yield running


def environment(server: ModelServer) -> dict[str, str]:
    table = {"relay": {"kind": "openai", "base_url": server.url, "key": "RELAY_KEY"}}
    return {"RELAY_KEY": "relay-key-0123456789", "PROMPTCTL_TRUST": str(trust_digest(parse_providers(table)))}


def steady(text: str, server: ModelServer) -> str:
    """Output without what differs between runs."""
    text = re.sub(r'"latency_ms": [0-9.]+', '"latency_ms": 0', re.sub(r"\b\d+ ms\b", "0 ms", text))
    return text.replace(server.url.removeprefix("http://"), "HOST")


def test_screens(folder: Path, server: ModelServer) -> None:
    for name in ("one", "chain"):
        shown = succeed("run", name, "-i", "x=hi", cwd=folder, environment=environment(server))
        golden(f"run/{name}.txt", steady(f"{shown.out}\n{shown.err}", server))
        shown = succeed("run", name, "-i", "x=hi", "--json", cwd=folder, environment=environment(server))
        golden(f"run/{name}.json", steady(shown.out, server))


def test_the_answer_alone_is_on_standard_output(folder: Path, server: ModelServer) -> None:
    server.then(json_answer(openai_answer("a\x1b[31m\nb")))
    assert succeed("run", "one", "-i", "x=hi", cwd=folder, environment=environment(server)).out == "a\x1b[31m\nb"
    assert succeed("run", "two", "-i", "x=hi", "-q", cwd=folder).err == ""


def test_tool_calls_are_part_of_the_answer(folder: Path, server: ModelServer) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": '{"id": 7}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    server.then(json_answer(openai_answer(choices=[{"index": 0, "finish_reason": "tool_calls", "message": message}])))
    shown = succeed("run", "one", "-i", "x=hi", cwd=folder, environment=environment(server))
    assert json.loads(shown.out) == {"id": "c1", "name": "look_up", "arguments": {"id": 7}}


def test_an_answer_that_was_cut_says_so(folder: Path, server: ModelServer) -> None:
    message = {"role": "assistant", "content": "half"}
    server.then(json_answer(openai_answer(choices=[{"index": 0, "finish_reason": "length", "message": message}])))
    assert "cut off" in succeed("run", "one", "-i", "x=hi", cwd=folder, environment=environment(server)).err


def test_refusals(folder: Path, server: ModelServer) -> None:
    no_key = {name: value for name, value in environment(server).items() if name != "RELAY_KEY"}
    refused = must_fail("run", "one", "-i", "x=hi", cwd=folder, code=3, environment=no_key)
    assert "RELAY_KEY" in refused.err
    untrusted = {"RELAY_KEY": "relay-key-0123456789"}
    assert "promptctl trust" in must_fail("run", "one", "-i", "x=hi", cwd=folder, code=3, environment=untrusted).err
    nothing = must_fail("run", "one", "-i", "x=hi", "--replies", "recorded", "--json", cwd=folder, code=3)
    assert nothing.json["error"]["code"] == "PC076"
    assert must_fail("run", "one", cwd=folder, code=2).out == ""
    unknown = must_fail("run", "one", "-i", "x=hi", "--provider", "rely", cwd=folder, code=2)
    assert "did you mean `relay`?" in unknown.err
    assert server.received == []


def test_the_provider_may_come_from_the_environment(folder: Path, server: ModelServer) -> None:
    shown = succeed("run", "one", "-i", "x=hi", cwd=folder, environment={"PROMPTCTL_PROVIDER": "echo"})
    assert shown.out == "one hi"
