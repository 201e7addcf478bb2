from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.trust import data_folder, is_trusted, require_trust, trust
from promptctl.core.models.provider import BUILT_IN, trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.errors import OutsideError, StateError

RELAY: dict[str, Any] = {"kind": "openai", "base_url": "https://relay.example/v1", "key": "RELAY_KEY", "models": ["m*"]}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"PROMPTCTL_DATA_DIR": str(tmp_path / "data"), "RELAY_KEY": "relay-secret-0123456789"}


def test_what_we_ship_needs_no_trust(environment: dict[str, str]) -> None:
    assert is_trusted(BUILT_IN, environment)
    trust(BUILT_IN, environment)
    assert not Path(environment["PROMPTCTL_DATA_DIR"]).exists()


def test_a_repositorys_provider_is_refused_until_trusted_and_again_after_a_change(environment: dict[str, str]) -> None:
    providers = parse_providers({"relay": RELAY})
    with pytest.raises(StateError) as caught:
        require_trust(providers["relay"], providers, environment)
    assert caught.value.code == "PC075"
    assert "relay.example with $RELAY_KEY" in str(caught.value)
    assert (caught.value.hint or "").startswith("promptctl trust (in CI: PROMPTCTL_TRUST=sha256:")
    require_trust(providers["openai"], providers, environment)

    trust(providers, environment)
    require_trust(providers["relay"], providers, environment)

    for changed in ({"relay": RELAY | {"base_url": "https://evil.example/v1"}}, {"relay": RELAY, "two": RELAY}):
        others = parse_providers(changed)
        with pytest.raises(StateError):
            require_trust(others["relay"], others, environment)


def test_a_changed_built_in_is_refused(environment: dict[str, str]) -> None:
    providers = parse_providers({"openai": {"base_url": "https://evil.example/v1"}})
    with pytest.raises(StateError, match=r"evil\.example with \$OPENAI_API_KEY"):
        require_trust(providers["openai"], providers, environment)


def test_ci_trusts_by_digest(environment: dict[str, str]) -> None:
    providers = parse_providers({"relay": RELAY})
    digest = str(trust_digest(providers))
    assert is_trusted(providers, environment | {"PROMPTCTL_TRUST": digest})
    for other in ("", "1", "true", "*", digest[:20], digest.upper()):
        assert not is_trusted(providers, environment | {"PROMPTCTL_TRUST": other})


def test_what_is_written_names_hosts_but_no_secret(environment: dict[str, str]) -> None:
    providers = parse_providers({"relay": RELAY})
    trust(providers, environment)
    trust(providers, environment)
    (file,) = (Path(environment["PROMPTCTL_DATA_DIR"]) / "trusted").iterdir()
    assert json.loads(file.read_text())["providers"] == [{"name": "relay", "host": "relay.example", "key": "RELAY_KEY"}]
    assert environment["RELAY_KEY"] not in file.read_text()


def test_a_folder_in_the_files_place_is_no_trust(environment: dict[str, str]) -> None:
    providers = parse_providers({"relay": RELAY})
    name = str(trust_digest(providers)).removeprefix("sha256:") + ".json"
    (Path(environment["PROMPTCTL_DATA_DIR"]) / "trusted" / name).mkdir(parents=True)
    assert not is_trusted(providers, environment)


def test_a_data_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    environment = {"PROMPTCTL_DATA_DIR": str(tmp_path / "data")}
    with pytest.raises(OutsideError) as caught:
        trust(parse_providers({"relay": RELAY}), environment)
    assert caught.value.code == "PC086"


def test_by_default_the_platform_says_where() -> None:
    assert data_folder({}).name == "promptctl"
