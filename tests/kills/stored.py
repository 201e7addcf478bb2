"""Commands that write what lies outside every repository: stores of events, this machine's data and caches."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from promptctl.adapters.reply_cache import ReplyCache
from promptctl.adapters.token_folder import TokenFolder
from promptctl.core.events.event import EVENTS, row
from promptctl.core.models.request import Reply
from promptctl.core.token import new_token
from tests.event_samples import event
from tests.event_stores import write_sqlite
from tests.kills.scene import Scene
from tests.kills.splits import STORE
from tests.kills.written import has
from tests.shipping import NAME
from tests.support import SETTINGS, GitRepository

SUITE = "cases:\n  - name: one\n    inputs: {ticket: refund}\n    expect: [{not_contains: [sorry], name: polite}]\n"
RELAY = (
    '\n[providers.relay]\nkind = "openai"\nbase_url = "https://relay.example/v1"\nkey = "RELAY_KEY"\nmodels = ["m-*"]\n'
)
CALL = f"01K{0:023d}"
MANY = 40


def kept(repository: GitRepository) -> None:
    """A store of old calls; their answers are kept."""
    calls = [event(number, output="gladly") for number in range(MANY)]
    write_sqlite(repository.folder.parent / "calls.sqlite3", calls)
    repository.commit({f"prompts/{NAME}/eval.yaml": SUITE}, "suite")


def _sent(repository: GitRepository) -> None:
    """A file of calls for a store that has half of them."""
    lines = [json.dumps(dict(zip(EVENTS.names, row(event(number)), strict=True))) for number in range(MANY)]
    (repository.folder.parent / "more.jsonl").write_text("".join(f"{line}\n" for line in lines))
    write_sqlite(repository.folder.parent / "calls.sqlite3", [event(number) for number in range(MANY // 2)])


def holds(question: str, answer: int) -> Callable[[GitRepository], bool]:
    """Whether a store answers a question in SQL with this number, once it opens at all."""

    def is_done(repository: GitRepository) -> bool:
        path = repository.folder.parent / "calls.sqlite3"
        with closing(sqlite3.connect(path)) as store:
            found = store.execute(question).fetchone()
        return bool(found == (answer,))

    return is_done


def told(repository: GitRepository) -> bool:
    """Whether somebody said of a call how it went."""
    return holds("SELECT min(count(*), 1) FROM scores WHERE name = 'resolved'", 1)(repository)


def _cached(repository: GitRepository) -> None:
    with ReplyCache(repository.folder.parent / "cache") as cache:
        for number in range(MANY):
            cache.put(f"{number:064x}", Reply(text="gladly " * 200, model="m-1", provider="relay"))


def _empty(repository: GitRepository) -> bool:
    with ReplyCache(repository.folder.parent / "cache") as cache:
        return cache.groups() == []


def _tokens(repository: GitRepository) -> list[Path]:
    folder = repository.folder.parent / "data/tokens"
    return [path for path in folder.glob("*.json") if TokenFolder(folder, {}).tokens()]


def _let_in(repository: GitRepository) -> None:
    """The token 000000000001."""
    chance = (1).to_bytes(6, "big") + bytes(32)
    token, _ = new_token("robot", ["staging"], ["promote"], datetime.now(UTC), timedelta(days=1), chance)
    TokenFolder(repository.folder.parent / "data/tokens", {}).add(token)


def _trusted(repository: GitRepository) -> bool:
    found = list((repository.folder.parent / "data/trusted").glob("*.json"))
    return bool(found) and all(json.loads(path.read_text()) for path in found)


def _store(*arguments: str, done: Callable[[GitRepository], bool], arrange: Callable[[GitRepository], None]) -> Scene:
    return Scene(arguments=(*arguments, *STORE), done=done, arrange=arrange, ships=False, remote=False)


_ALL = ("--since", "2020-01-01T00:00:00Z")
STORED = {
    "events import": _store(
        "events", "import", "../more.jsonl", done=holds("SELECT count(*) FROM events", MANY), arrange=_sent
    ),
    "events export": _store("events", "export", "-o", "../out.jsonl", done=has("../out.jsonl"), arrange=kept),
    "events export, parquet": _store(
        "events", "export", "-o", "../out.parquet", done=has("../out.parquet"), arrange=kept
    ),
    "events prune": _store(
        "events", "prune", "--keep", "1d", done=holds("SELECT count(*) FROM events", 0), arrange=kept
    ),
    "quality score": _store(
        "quality",
        "score",
        "--sample",
        "1",
        *_ALL,
        done=holds("SELECT count(DISTINCT event) FROM scores WHERE name = 'polite'", MANY),
        arrange=kept,
    ),
    "feedback add": _store("feedback", "add", CALL, "resolved=1", "--comment", "well", done=told, arrange=kept),
    "cache prune": Scene(
        arguments=("cache", "prune", "--all"), done=_empty, arrange=_cached, ships=False, remote=False, only=frozenset()
    ),
    "token new": Scene(
        arguments=("token", "new", "robot", "--env", "staging", "--allow", "promote"),
        done=lambda repository: bool(_tokens(repository)),
        ships=False,
        remote=False,
        only=frozenset(),
    ),
    "token revoke": Scene(
        arguments=("token", "revoke", "000000000001"),
        done=lambda repository: not _tokens(repository),
        arrange=_let_in,
        ships=False,
        remote=False,
        only=frozenset(),
        repeated=2,
    ),
    "trust": Scene(
        arguments=("trust",),
        done=_trusted,
        ships=False,
        remote=False,
        settings=SETTINGS + RELAY,
        only=frozenset(),
    ),
}
