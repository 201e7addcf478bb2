"""``run`` against a model server on loopback: prompts, chains, kept replies, what is never kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.reply_cache import ReplyCache
from promptctl.adapters.repository import Repository
from promptctl.core.evals.recording import spell_replies
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.models.request import Reply
from promptctl.core.prompts.canonical import digest, short
from promptctl.core.prompts.render import Rendering
from promptctl.errors import StateError, UsageError
from promptctl.workflows.run_steps import Run, RunWish, run_reference
from tests.servers import ModelServer, json_answer, model_server, openai_answer
from tests.support import build_files

FILES = {
    "prompts/one/prompt.yaml": "model: relay:m-1\ninputs: {x: string}\ntemplate: 'one {{ x }}'\n",
    "prompts/two/prompt.yaml": "model: echo:echo\ninputs: {x: string}\ntemplate: 'two {{ x }}'\n",
    "prompts/chain/prompt.yaml": "inputs: {x: string}\nsteps:\n  - {name: a, prompt: one, inputs: {x: '{{ x }}'}}\n"
    "  - {name: b, prompt: two, inputs: {x: '{{ a }}'}}\n",
    "prompts/tier/prompt.yaml": "model: {tier: balanced}\ntemplate: hello\n",
}


def run(folder: Path, server: ModelServer, name: str, **wish: str) -> Run:
    table = {"relay": {"kind": "openai", "base_url": server.url, "key": "RELAY_KEY"}}
    settings = f'[providers.relay]\nkind = "openai"\nbase_url = "{server.url}"\nkey = "RELAY_KEY"\n'
    build_files(folder, FILES | {"promptctl.toml": settings})
    environment = {"RELAY_KEY": "relay-key-0123456789", "PROMPTCTL_TRUST": str(trust_digest(parse_providers(table)))}
    given = {} if name == "tier" else {"x": "hi"}
    with ReplyCache(folder / "cache") as cache:
        return run_reference(Repository(folder), name, given, RunWish(**wish), environment=environment, cache=cache)


def test_a_prompt_is_sent_once(folder: Path) -> None:
    with model_server() as server:
        first, second = run(folder, server, "one"), run(folder, server, "one")
        third = run(folder, server, "one", mode="live")
        assert [received.body["model"] for received in server.received] == ["m-1", "m-1"]
    assert (first.answer.text, first.answer.source, first.steps[0].path) == ("ONE HI", "live", "")
    assert (second.answer.text, second.answer.source) == ("ONE HI", "cache")
    assert third.answer.source == "live"


def test_a_chain_passes_answers_on(folder: Path) -> None:
    with model_server() as server:
        done = run(folder, server, "chain")
    assert [(step.path, step.prompt, step.result.text) for step in done.steps] == [
        ("a", "one", "ONE HI"),
        ("b", "two", "two ONE HI"),
    ]
    assert done.answer.text == "two ONE HI"
    assert done.cost is None


def test_another_model_or_provider(folder: Path) -> None:
    with model_server() as server:
        assert run(folder, server, "one", model="echo:echo").answer.text == "one hi"
        assert run(folder, server, "one", model="relay:m-2").steps[0].model == "relay:m-2"
        assert run(folder, server, "tier", model="echo:x").answer.text == "hello"
        assert [received.body["model"] for received in server.received] == ["m-2"]
        with pytest.raises(UsageError, match="names a tier"):
            run(folder, server, "tier")


def test_what_another_provider_says_is_never_taken_for_the_models_own_answer(folder: Path) -> None:
    with model_server() as server:
        assert run(folder, server, "one", provider="echo").answer.text == "one hi"
        own = run(folder, server, "one")
    assert (own.answer.text, own.answer.source) == ("ONE HI", "live")


def test_recorded_replies_need_no_key(folder: Path) -> None:
    closure = Repository(build_files(folder, FILES)).work.closure("one")
    request = Rendering(closure).request({"x": "hi"})
    path = folder / "prompts/one/replies" / f"{short(digest(closure))}.jsonl"
    path.parent.mkdir()
    path.write_text(spell_replies({request.key(0): Reply(text="kept", provider="relay", model="m-1")}) or "")
    done = run_reference(Repository(folder), "one", {"x": "hi"}, RunWish(mode="recorded"), environment={}, cache=None)
    assert (done.answer.text, done.answer.source) == ("kept", "recorded")
    with pytest.raises(StateError) as caught:
        run_reference(Repository(folder), "one", {"x": "ho"}, RunWish(mode="recorded"), environment={}, cache=None)
    assert caught.value.code == "PC076"


def test_a_key_in_an_answer_is_masked(folder: Path) -> None:
    with model_server() as server:
        server.then(json_answer(openai_answer("the key relay-key-0123456789")))
        assert run(folder, server, "one").answer.text == "the key [masked]"


def test_what_another_host_of_the_same_name_said_is_not_taken_for_an_answer(folder: Path) -> None:
    with model_server() as before, model_server() as now:
        before.then(json_answer(openai_answer("another model")))
        assert run(folder, before, "one").answer.text == "another model"
        asked = run(folder, now, "one")
        assert (asked.answer.text, asked.answer.source) == ("ONE HI", "live")
        assert run(folder, now, "one").answer.source == "cache"
