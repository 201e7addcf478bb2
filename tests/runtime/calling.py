"""Applications that call models: a bundle whose provider is the test server, and the events it leaves."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from promptctl import Prompts
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.moves.bundle import Bundle
from tests.bundles import bundle_of
from tests.runtime.prompting import prompts_of, written
from tests.servers import ModelServer, model_server

ANSWER = """\
model: gpt-4.1
inputs: {text: string}
template: "say {{ text }}"
"""
CHAIN = """\
inputs: {text: string}
steps:
  - {name: first, prompt: answer, inputs: {text: "{{ text }}"}}
  - {name: last, prompt: answer, inputs: {text: "{{ first }}!"}}
"""


def calling_bundle(url: str, **options: Any) -> Bundle:
    """``answer``, ``answer`` in two steps as ``chain``, and ``echo``; all models are those of one server."""
    provider = {"kind": "openai", "base_url": f"{url}/v1", "key": "RELAY_KEY", "models": ["gpt-*"], "weight": 100}
    prices = {"prices": {"gpt-*": {"input": 1, "output": 2, "cache_read": 0.5}}}
    table = {"relay": {**provider, **prices}, "openai": {"weight": 0}}
    settings = {"providers": table, **options.pop("settings", {})}
    prompts = {"answer": {"1.0.0": ANSWER}, "chain": {"1.0.0": CHAIN}, "echo": {"1.0.0": "Hi {{ name }}"}}
    return bundle_of({**prompts, **options.pop("prompts", {})}, settings=settings, **options)


def allow(bundle: Bundle, folder: Path, patched: pytest.MonkeyPatch) -> Path:
    """Trusts the bundle's providers, gives them a key, and has events kept; gives the file they are in."""
    digest = trust_digest(parse_providers(bundle.settings["providers"]))
    patched.setenv("PROMPTCTL_TRUST", str(digest))
    patched.setenv("RELAY_KEY", "sk-relay-0123456789")
    patched.setenv("PROMPTCTL_EVENTS", f"sqlite:{folder / 'events.sqlite3'}")
    return folder / "events.sqlite3"


class Application:
    """``Prompts``, the server behind them, and what was recorded."""

    def __init__(self, prompts: Prompts, server: ModelServer, events: Path) -> None:
        self.prompts, self.server, self._events = prompts, server, events

    def rows(self, table: str = "events") -> list[dict[str, Any]]:
        """Everything recorded so far, in the order of the ids."""
        workshop = self.prompts._calls
        assert workshop
        assert workshop._means
        assert workshop._means.recorder
        assert workshop._means.recorder.flush()
        with closing(sqlite3.connect(self._events)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY rowid")]


@contextmanager
def application(
    folder: Path, patched: pytest.MonkeyPatch, change: Callable[[Bundle], Bundle] | None = None, **options: Any
) -> Iterator[Application]:
    """An application at work, with its bundle changed first; its events are written when it ends."""
    with model_server() as server:
        bundle = (change or (lambda it: it))(calling_bundle(server.url, **options))
        events = allow(bundle, folder, patched)
        with prompts_of(written(folder, bundle)) as prompts:
            yield Application(prompts, server, events)
