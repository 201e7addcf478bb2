from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.cache_folder import cache_folder
from promptctl.adapters.replies import Replies, open_cache, read_recorded
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.adapters.run_journal import RunJournal
from promptctl.core.evals.recording import spell_replies
from promptctl.core.evals.run_head import RunHead
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.models.request import Reply, Request
from promptctl.errors import DocumentError, UsageError

REQUEST = Request(model="gpt-4.1", messages=({"role": "user", "content": "hi"},))
REPLY = Reply(text="hello", model="gpt-4.1", provider="openai", host="api.openai.com")
OTHER = replace(REPLY, text="other")
SECRET = "sekret-sekret-0123456789"


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ReplyCache]:
    with ReplyCache(tmp_path / "cache") as opened:
        yield opened


@pytest.mark.parametrize(
    ("mode", "sources"),
    [
        ("auto", ["recorded", "cache", None]),
        ("recorded", ["recorded", None, None]),
        ("live", [None, None, None]),
        ("refresh", [None, None, None]),
    ],
)
def test_each_mode_asks_its_stores_in_order(cache: ReplyCache, mode: str, sources: list[str | None]) -> None:
    cache.put(REQUEST.key(0), OTHER)
    cache.put(REQUEST.key(1), OTHER)
    replies = Replies(mode, recorded={REQUEST.key(0): REPLY}, cache=cache)
    found = [replies.get(REQUEST, sample) for sample in range(3)]
    assert [it and it.source for it in found] == sources
    assert [it.reply.text for it in found if it] == ["hello", "other"][: len([it for it in found if it])]


@pytest.mark.parametrize("mode", ["auto", "recorded", "live", "refresh"])
def test_what_a_provider_said_is_kept_in_every_mode(cache: ReplyCache, mode: str) -> None:
    cache.put(REQUEST.key(0), OTHER)
    put = Replies(mode, cache=cache).put(REQUEST, 0, REPLY)
    assert (put.reply, put.source) == (REPLY, "live")
    assert cache.get(REQUEST.key(0)) == REPLY


def test_repeats_never_share_and_any_change_is_a_miss(cache: ReplyCache) -> None:
    replies = Replies("auto", cache=cache)
    replies.put(REQUEST, 0, REPLY)
    assert replies.get(REQUEST, 0)
    assert replies.get(REQUEST, 1) is None
    changes: tuple[dict[str, Any], ...] = (
        {"model": "openai:gpt-4.1"},
        {"messages": ({"role": "user", "content": "hi "},)},
        {"parameters": {"temperature": 0}},
        {"output": {}},
        {"tools": ({"name": "f"},)},
    )
    for change in changes:
        assert replies.get(replace(REQUEST, **change), 0) is None


def test_without_a_cache_nothing_is_kept() -> None:
    replies = Replies()
    assert replies.put(REQUEST, 0, REPLY).reply == REPLY
    assert replies.get(REQUEST, 0) is None


def test_a_provider_asked_for_by_name_answers_itself(cache: ReplyCache) -> None:
    cache.put(REQUEST.key(1), OTHER)
    recorded = {REQUEST.key(0): REPLY}
    for name, found in (("relay", False), ("openai", True), ("replay", True), (None, True)):
        replies = Replies("auto", recorded=recorded, cache=cache, provider=name)
        assert [replies.get(REQUEST, sample) is not None for sample in range(2)] == [found, found]


def test_what_is_kept_is_masked_and_that_is_what_callers_see(cache: ReplyCache) -> None:
    reply = replace(REPLY, text=f"your key is {SECRET}")
    put = Replies("auto", cache=cache, known=(SECRET,)).put(REQUEST, 0, reply)
    again = Replies("auto", cache=cache).get(REQUEST, 0)
    assert again is not None
    assert put.reply == again.reply
    assert put.reply.text == "your key is [masked]"
    cache.close()
    assert not any(SECRET.encode() in file.read_bytes() for file in cache.path.parent.iterdir())


def test_another_mode_is_an_error() -> None:
    with pytest.raises(UsageError) as caught:
        Replies("cached")
    assert (caught.value.code, caught.value.hint) == ("PC087", "use auto, recorded, live, refresh")


def test_where_the_cache_is(tmp_path: Path) -> None:
    assert open_cache({"PROMPTCTL_CACHE_DIR": str(tmp_path)}).path.parent == tmp_path
    assert cache_folder({}).name == "promptctl"
    assert list(tmp_path.iterdir()) == []


def test_a_recorded_file_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    assert read_recorded(path, "r") == {}
    path.write_text(spell_replies({"a": OTHER, "b": REPLY}) or "")
    assert read_recorded(path, "r") == {"a": OTHER, "b": REPLY}
    path.write_text("{}\n")
    with pytest.raises(DocumentError):
        read_recorded(path, "r")


def test_a_recorded_file_is_never_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        read_recorded(tmp_path / "r.jsonl", "r")


def test_a_run_that_goes_on_takes_no_answer_of_a_host_that_is_not_asked_any_more() -> None:
    journal = RunJournal.unwritten(RunHead(suites=(), mode="live", provider=None, against=None, shard=None))
    said = replace(REPLY, provider="relay", host="a.example")
    asked = replace(REQUEST, model="relay:m")
    Replies("live", journal=journal).put(asked, 0, said)
    for host, found in (("a.example", said), ("b.example", None)):
        providers = parse_providers({"relay": {"kind": "openai", "base_url": f"https://{host}/v1"}})
        kept = Replies("live", journal=journal, providers=providers).get(asked, 0)
        assert (kept and kept.reply) == found
