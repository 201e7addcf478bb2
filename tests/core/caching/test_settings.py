from __future__ import annotations

from typing import Any

import pytest

from promptctl.adapters.settings import parse_toml
from promptctl.core.caching.settings import CachePolicy, Semantic, cache_settings, parse_store
from promptctl.core.settings import parse_settings
from promptctl.errors import DocumentError, UsageError

BAD = [
    "",
    "mysql://host/db",
    "redis:",
    "redis://",
    "redis://host/0?ssl_cert_reqs=none",
    "rediss://host#x",
    "redis://host:0",
    "redis://host:99999",
    "redis://ho st/0",
    "redis://a@b@c/0",
    "redis://host/zero",
    "redis://[1.2.3]/0",
    "redis://[::1/0",
    "redis://host/0\n",
    "unix:///run/redis.sock",
    "sqlite:elsewhere.sqlite3",
]


@pytest.mark.parametrize("written", BAD)
def test_what_is_no_store_is_refused(written: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_store(written)
    assert caught.value.code == "PC240"


@pytest.mark.parametrize("written", ["redis://:secret@h/0", "redis://ada:secret@h", "rediss://ada@h/0"])
def test_passwords_stay_out_of_repositories_and_messages(written: str) -> None:
    assert parse_store(written).url == written
    with pytest.raises(UsageError) as caught:
        parse_store(written, shared=True)
    assert "secret" not in f"{caught.value} {caught.value.hint}"
    with pytest.raises(UsageError) as caught:
        parse_store(f"{written}?x=1")
    assert "secret" not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    "written", ["redis://h", "redis://h:6379/", "rediss://cache.example:6380/15", "redis://[::1]:6379/0"]
)
def test_stores_of_redis(written: str) -> None:
    assert parse_store(written, shared=True).host in written


POLICIES: list[tuple[str, str, dict[str, Any]]] = [
    ("other", "dev", {}),
    ("support/triage", "dev", {"mode": "force", "ttl": 60.0}),
    ("shop/search", "dev", {"mode": "off"}),
    ("other", "prod", {"mode": "exact", "ttl": 600.0}),
    ("support/triage", "prod", {"mode": "force", "ttl": 60.0}),
    ("shop/search", "prod", {"mode": "off", "ttl": 600.0}),
]


@pytest.mark.parametrize(("prompt", "environment", "policy"), POLICIES)
def test_a_prompts_rule_comes_before_the_environments(prompt: str, environment: str, policy: dict[str, Any]) -> None:
    settings = cache_settings(
        {
            "semantic": {"model": "m", "min": 0.9},
            "environments": {"prod": {"mode": "exact", "ttl": "10m"}},
            "prompts": {"support/*": {"mode": "force", "ttl": "1m"}, "shop/*": {"mode": "off", "semantic": False}},
        },
        {},
    )
    semantic = None if prompt.startswith("shop") else Semantic(model="m", least=0.9)
    assert settings.policy(prompt, environment) == CachePolicy(**policy, semantic=semantic)


BAD_TABLES = [
    ('store = "mysql://x"', 2),
    ('mode = "always"', 2),
    ('ttl = "soon"', 2),
    ("semantic = true", 2),
    ("semantic = {min = 0.9}", 2),
    ('semantic = {model = "m", min = 1.5}', 2),
    ('prompts = {"a/*" = {ttl = "never"}}', 2),
    ("environments = {prod = {mode = 1}}", 2),
]


@pytest.mark.parametrize(("line", "place"), BAD_TABLES)
def test_mistakes_in_settings_have_a_place(line: str, place: int) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_settings(parse_toml(f"[cache]\n{line}\n".encode(), "promptctl.toml"))
    assert [problem.place.line for problem in caught.value.problems if problem.place] == [place]
