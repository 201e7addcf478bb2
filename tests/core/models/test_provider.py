from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.files.document import Document, Mark
from promptctl.core.models.provider import BUILT_IN, choose, repository_defined, trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.errors import UsageError

RELAY: dict[str, Any] = {
    "kind": "openai",
    "base_url": "https://relay.example/v1",
    "key": "RELAY_KEY",
    "models": ["gpt-*", "claude-*"],
    "weight": 25,
    "fallback": ["openai"],
}


@pytest.mark.parametrize(
    ("model", "provider", "model_id"),
    [
        ("gpt-4.1", "openai", "gpt-4.1"),
        ("o3-mini", "openai", "o3-mini"),
        ("chatgpt-4o-latest", "openai", "chatgpt-4o-latest"),
        ("claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5"),
        ("echo:echo", "echo", "echo"),
        ("openai:ft:gpt-4o:acme::x", "openai", "ft:gpt-4o:acme::x"),
        ("replay:gpt-4.1", "replay", "gpt-4.1"),
    ],
)
def test_the_built_in_providers_serve_their_models(model: str, provider: str, model_id: str) -> None:
    chosen, sent = choose(model, BUILT_IN)
    assert (chosen.name, sent) == (provider, model_id)


@pytest.mark.parametrize("model", ["llama3:8b", "openai:", ":gpt-4.1", "", "GPT-4.1", "xgpt-4"])
def test_a_model_that_nobody_serves_is_an_error_naming_the_providers(model: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose(model, BUILT_IN)
    assert caught.value.code == "PC070"
    assert f"`{model}`" in str(caught.value)
    assert "anthropic" in (caught.value.hint or "") or "did you mean" in (caught.value.hint or "")


def test_a_misspelt_provider_gets_a_suggestion() -> None:
    with pytest.raises(UsageError) as caught:
        choose("opnai:gpt-4.1", BUILT_IN)
    assert "did you mean `openai`?" in (caught.value.hint or "")


def test_an_override_wins_over_prefix_and_globs() -> None:
    assert choose("openai:gpt-4.1", BUILT_IN, "echo") == (BUILT_IN["echo"], "gpt-4.1")
    assert choose("gpt-4.1", BUILT_IN, "anthropic") == (BUILT_IN["anthropic"], "gpt-4.1")
    with pytest.raises(UsageError) as caught:
        choose("gpt-4.1", BUILT_IN, "antropic")
    assert (caught.value.code, caught.value.hint) == ("PC070", "did you mean `anthropic`?")


def test_several_providers_share_by_weight_and_one_takes_the_rest() -> None:
    providers = parse_providers({"relay": RELAY})
    chosen = Counter(choose("gpt-4.1", providers, split_key=f"sha256:{n}")[0].name for n in range(4000))
    assert chosen.keys() == {"relay", "openai"}
    assert 0.22 < chosen["relay"] / 4000 < 0.28


@given(st.text(), st.integers(0, 100))
def test_the_same_key_always_goes_the_same_way(key: str, weight: int) -> None:
    providers = parse_providers({"relay": RELAY | {"weight": weight}})
    chosen = choose("gpt-4.1", providers, split_key=key)
    assert chosen == choose("gpt-4.1", providers, split_key=key)
    assert weight != 0 or chosen[0].name == "openai"
    assert weight != 100 or chosen[0].name == "relay"


@given(st.text(max_size=20), st.integers(0, 99))
def test_a_grown_weight_only_moves_calls_into_it(key: str, weight: int) -> None:
    def chosen(share: int) -> str:
        entry = RELAY | {"weight": share, "models": ["gpt-*"]}
        return choose("gpt-4.1", parse_providers({"a-relay": entry}), split_key=key)[0].name

    assert chosen(weight) != "a-relay" or chosen(weight + 1) == "a-relay"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"relay": {k: v for k, v in RELAY.items() if k != "weight"}}, "openai, relay"),
        ({"relay": RELAY | {"weight": 60}, "second": RELAY | {"weight": 41}}, "sum to 101, not to 100"),
        ({"relay": RELAY | {"weight": 60}, "openai": {"weight": 30}}, "sum to 90, not to 100"),
    ],
)
def test_providers_that_cannot_be_told_apart_are_named(table: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose("gpt-4.1", parse_providers(table))
    assert caught.value.code == "PC071"
    assert said in str(caught.value)


def test_one_matching_provider_needs_no_weights() -> None:
    providers = parse_providers({"relay": RELAY | {"models": ["mistral-*"]}})
    assert choose("mistral-large", providers)[0].name == "relay"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"base_url": "http://relay.example/v1"}, "$RELAY_KEY would travel unencrypted to relay.example"),
        ({"base_url": "https://user:pass@relay.example"}, "`base_url` must be"),
        ({"base_url": "https://relay.example\\@evil.example"}, "`base_url` must be"),
        ({"base_url": "https://relay.example#@evil.example"}, "`base_url` must be"),
        ({"base_url": "https://relay.example/v1?x=1"}, "`base_url` must be"),
        ({"base_url": "https://relay.example:99999"}, "`base_url` must be"),
        ({"base_url": "https://rel\tay.example"}, "`base_url` must be"),
        ({"base_url": "https://relay.exаmple"}, "`base_url` must be"),
        ({"base_url": "file:///etc/passwd"}, "`base_url` must be"),
        ({"base_url": ""}, "`base_url` must be"),
        ({"base_url": "https://999.1.1.1"}, "no address"),
        ({"base_url": "https://[1.2.3.4]"}, "no address"),
        ({"key": "sk-abc123"}, "name of an environment variable"),
        ({"key": ""}, "name of an environment variable"),
        ({"weight": 101}, "no percentage"),
        ({"concurrency": 0}, "1 or more"),
        ({"requests_per_minute": 0}, "1 or more"),
        ({"tokens_per_minute": -5}, "1 or more"),
        ({"fallback": ["opnai"]}, "`opnai` is not a provider"),
        ({"fallback": ["relay"]}, "own fallback"),
        ({"kind": None}, "`kind` is missing"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_providers({"relay": RELAY | change})
    assert caught.value.code == "PC072"
    assert said in str(caught.value)
    assert caught.value.problem.place is not None


def test_a_fault_points_into_the_settings_file() -> None:
    document = Document("promptctl.toml", {}, {("providers", "relay"): Mark(7, 1, 7)}, "\n" * 6 + "[providers.relay]\n")
    with pytest.raises(UsageError) as caught:
        parse_providers({"relay": RELAY | {"weight": -1}}, document)
    assert str(caught.value.problem.place) == "promptctl.toml:7:1"


@pytest.mark.parametrize("url", ["http://localhost:1234/v1", "http://127.0.0.1:8/v1", "http://[::1]:8/v1"])
def test_a_key_may_go_unencrypted_to_this_machine(url: str) -> None:
    assert parse_providers({"relay": RELAY | {"base_url": url + "/"}})["relay"].base_url == url


def test_a_host_without_a_key_may_be_plain_http() -> None:
    entry = {"kind": "openai", "base_url": "http://ollama.internal:11434/v1", "models": ["llama*"]}
    provider = parse_providers({"ollama": entry})["ollama"]
    assert (provider.key, provider.host) == (None, "ollama.internal:11434")


@pytest.mark.parametrize(
    ("change", "built_in"),
    [
        ({"weight": 75}, True),
        ({"models": ["gpt-*", "ft:gpt-*"], "concurrency": 4, "fallback": ["anthropic"]}, True),
        ({"base_url": "https://api.openai.com/v1/"}, True),
        ({"base_url": "https://evil.example/v1"}, False),
        ({"key": "AWS_SECRET_ACCESS_KEY"}, False),
        ({"kind": "anthropic"}, False),
    ],
)
def test_a_built_in_whose_host_or_key_changed_is_the_repositorys(change: dict[str, Any], built_in: bool) -> None:
    providers = parse_providers({"openai": change})
    assert providers["openai"].built_in is built_in
    assert (trust_digest(providers) is None) is built_in


def test_trust_is_bound_to_host_key_and_models_but_not_to_tuning() -> None:
    digest = trust_digest(parse_providers({"relay": RELAY}))
    tunings: tuple[dict[str, object], ...] = (
        {"weight": 10},
        {"fallback": []},
        {"concurrency": 3},
        {"requests_per_minute": 5},
    )
    for tuned in tunings:
        assert trust_digest(parse_providers({"relay": RELAY | tuned})) == digest
    changed = ({"base_url": "https://relay.example/v2"}, {"key": "OTHER"}, {"models": ["*"]}, {"kind": "anthropic"})
    others = {trust_digest(parse_providers({"relay": RELAY | change})) for change in changed}
    assert len(others | {digest}) == 5
    assert trust_digest(parse_providers({"relay": RELAY, "echo": {"concurrency": 1}})) == digest


def test_local_kinds_need_no_trust() -> None:
    assert repository_defined(parse_providers({"parrot": {"kind": "echo"}, "tape": {"kind": "replay"}})) == ()
