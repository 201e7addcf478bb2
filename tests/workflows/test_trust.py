from __future__ import annotations

from pathlib import Path

from promptctl.core.caching.settings import parse_store
from promptctl.core.models.provider_table import parse_providers
from promptctl.workflows.trust import TrustedProvider, trust

RELAY = {"kind": "openai", "base_url": "https://relay.example/v1", "key": "RELAY_KEY", "models": ["gpt-*"]}


def test_what_would_be_trusted_is_shown_then_allowed_then_known(tmp_path: Path) -> None:
    environment = {"PROMPTCTL_DATA_DIR": str(tmp_path)}
    providers = parse_providers({"relay": RELAY, "openai": {"weight": 75}, "parrot": {"kind": "echo"}})
    shown = trust(providers, environment, grant=False)
    assert shown.providers == (
        TrustedProvider(
            name="relay",
            kind="openai",
            host="relay.example",
            base_url="https://relay.example/v1",
            key="RELAY_KEY",
            models=("gpt-*",),
        ),
    )
    assert (shown.before, shown.trusted) == (False, False)
    assert list(tmp_path.iterdir()) == []
    granted = trust(providers, environment, grant=True)
    assert (granted.before, granted.trusted, granted.digest) == (False, True, shown.digest)
    again = trust(providers, environment, grant=False)
    assert (again.before, again.trusted) == (True, True)


def test_nothing_of_a_repositorys_own_needs_nothing(tmp_path: Path) -> None:
    result = trust(parse_providers({}), {"PROMPTCTL_DATA_DIR": str(tmp_path)}, grant=True)
    assert (result.digest, result.providers, result.before, result.trusted) == (None, (), True, True)
    assert list(tmp_path.iterdir()) == []


def test_the_redis_of_a_repository_is_trusted_beside_its_providers(tmp_path: Path) -> None:
    environment = {"PROMPTCTL_DATA_DIR": str(tmp_path)}
    cache = parse_store("rediss://cache.example:6380/2", shared=True)
    shown = trust(parse_providers({}), environment, grant=False, cache=cache)
    assert (shown.cache, shown.digest, shown.digests, shown.trusted) == (
        "cache.example:6380",
        None,
        (cache.digest,),
        False,
    )
    assert trust(parse_providers({"relay": RELAY}), environment, grant=True, cache=cache).trusted
    assert trust(parse_providers({"relay": RELAY}), environment, grant=False, cache=cache).before
    elsewhere = parse_store("rediss://cache.example:6380/3", shared=True)
    assert not trust(parse_providers({"relay": RELAY}), environment, grant=False, cache=elsewhere).before
    named = {"PROMPTCTL_DATA_DIR": str(tmp_path / "ci"), "PROMPTCTL_TRUST": f"sha256:0, {elsewhere.digest}"}
    assert trust(parse_providers({}), named, grant=False, cache=elsewhere).before


def test_what_the_machine_names_itself_needs_no_trust(tmp_path: Path) -> None:
    own = parse_store("redis://ada:secret@cache.example/0")
    assert own.digest is None
    assert own.host == "cache.example"
    assert "secret" not in repr(own)
    assert trust(parse_providers({}), {"PROMPTCTL_DATA_DIR": str(tmp_path)}, grant=False, cache=own).trusted
