from __future__ import annotations

from pathlib import Path

from promptctl.core.provider_table import parse_providers
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
