"""Secrets that come, or change, while an application runs are masked from then on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from promptctl import PromptctlError
from tests.runtime.calling import application, calling_bundle
from tests.runtime.prompting import written
from tests.servers import Handler


def test_a_key_that_only_newer_settings_name_is_a_secret_of_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORG_LLM", "swordfish")
    with application(tmp_path, monkeypatch, settings={"events": {"content": True}}) as app:
        app.prompts.call(app.prompts.get("echo"), name="swordfish").complete()
        assert len(app.rows()) == 1
        newer = calling_bundle(app.server.url, serial=2, settings={"events": {"content": True}})
        newer.settings["providers"]["other"] = {"kind": "openai", "base_url": app.server.url, "key": "ORG_LLM"}
        written(tmp_path, newer)
        assert app.prompts.refresh().ok
        app.prompts.call(app.prompts.get("echo"), name="swordfish").complete()
        assert [row["inputs"] for row in app.rows()] == ['{"name":"swordfish"}', '{"name":"[masked]"}']


def test_a_secret_that_is_learnt_later_is_one_of_the_next_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with application(tmp_path, monkeypatch, settings={"events": {"content": True}}) as app:
        for _ in range(2):
            app.prompts.call(app.prompts.get("echo"), name="swordfish-0").complete()
            found = [row["inputs"] for row in app.rows()]
            monkeypatch.setenv("CRM_TOKEN", "swordfish-0")
        assert found == ['{"name":"swordfish-0"}', '{"name":"[masked]"}']


def test_a_key_that_was_turned_over_is_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def quote(handler: Handler) -> None:
        key = handler.headers["Authorization"].removeprefix("Bearer ")
        handler.reply(401, json.dumps({"error": {"message": f"no such key: {key}"}}).encode())

    with application(tmp_path, monkeypatch) as app:
        app.server.always = quote
        for key in ("sk-relay-0123456789", "turned-over-and-again"):
            monkeypatch.setenv("RELAY_KEY", key)
            with pytest.raises(PromptctlError, match=r"no such key: \[masked\]"):
                app.prompts.call(app.prompts.get("answer"), text="x").complete()
