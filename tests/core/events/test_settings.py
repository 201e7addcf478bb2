"""Where events go, by settings and environment."""

from __future__ import annotations

from typing import Any

import pytest

from promptctl.core.events.settings import EventSettings, StoreAddress, event_settings, parse_store
from promptctl.errors import UsageError

READ: list[tuple[dict[str, Any], dict[str, str], EventSettings]] = [
    ({}, {}, EventSettings(store=StoreAddress(), content=False, hashed=True, keep=90 * 86_400)),
    (
        {"store": "jsonl:calls", "content": True, "units": "plain", "keep": "none"},
        {},
        EventSettings(store=StoreAddress(kind="jsonl", target="calls"), content=True, hashed=False, keep=None),
    ),
    (
        {"store": "jsonl:calls", "keep": "30d"},
        {"PROMPTCTL_EVENTS": "sqlite:/var/app/e.db"},
        EventSettings(store=StoreAddress(kind="sqlite", target="/var/app/e.db", shared=False), keep=30 * 86_400),
    ),
    ({}, {"PROMPTCTL_EVENTS": "none"}, EventSettings(store=StoreAddress(kind="none", target="", shared=False))),
]


@pytest.mark.parametrize(("table", "environment", "settings"), READ)
def test_settings(table: dict[str, Any], environment: dict[str, str], settings: EventSettings) -> None:
    assert event_settings(table, environment) == settings


@pytest.mark.parametrize(
    "written", ["otlp:https://collector:4318", "postgresql://u@db/events", "sqlite:e.sqlite3", "none"]
)
def test_a_store_is_spelled_as_it_was_written(written: str) -> None:
    assert str(parse_store(written)) == written


@pytest.mark.parametrize(
    "written",
    [
        "",
        "sqlite",
        "sqlite:",
        "sqlite:.bashrc",
        "mysql://db",
        "otlp:ftp://x",
        "otlp:https://",
        "otlp:http://[x",
        "csv:x",
    ],
)
def test_what_is_no_store(written: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_store(written)
    assert caught.value.code == "PC221"


@pytest.mark.parametrize(
    "written", ["postgresql://u:hunter2@db/events", "postgres://:hunter2@db", "postgres://db/e?p%61ssword=hunter2"]
)
def test_a_repository_names_no_password(written: str) -> None:
    assert "hunter2" not in str(parse_store(written))
    with pytest.raises(UsageError) as caught:
        parse_store(written, shared=True)
    assert "hunter2" not in str(caught.value.problem)


def test_a_user_behind_a_slash_too_many_is_named_and_not_shown() -> None:
    with pytest.raises(UsageError) as caught:
        parse_store("postgresql:///ada:hunter2@db/events")
    assert caught.value.code == "PC221"
    assert "hunter2" not in str(caught.value.problem)
