"""Replies put aside come back, however many, and take few bytes of memory."""

from __future__ import annotations

import tracemalloc

import pytest

from promptctl.adapters.reply_spool import ReplySpool
from promptctl.core.models.request import Reply, Usage

TOLD = Reply(
    text="yes \ud800",
    tool_calls=({"name": "f", "arguments": {"a": [1, None]}},),
    usage=Usage(input=3, cache_write_hour=1),
    model="m",
    host="h",
    latency_ms=1.5,
    cost=0.25,
)


def test_replies_come_back_in_their_order() -> None:
    spool = ReplySpool()
    for number in range(300):
        spool.put(f"key {number}", Reply(text=f"reply {number}"))
    spool.put("told", TOLD)
    assert spool["told"] == TOLD
    assert [spool[f"key {number}"].text for number in (0, 7, 299)] == ["reply 0", "reply 7", "reply 299"]
    assert list(spool) == [*(f"key {number}" for number in range(300)), "told"]
    assert len(spool) == 301
    assert ("told" in spool, "untold" in spool, spool.get("untold")) == (True, False, None)
    with pytest.raises(KeyError):
        spool["untold"]


def test_the_first_reply_of_a_key_counts() -> None:
    spool = ReplySpool()
    spool.put("key", TOLD)
    spool.put("key", Reply(text="another"))
    assert spool["key"] == TOLD
    assert len(spool) == 1


def test_a_reply_takes_few_bytes_of_memory() -> None:
    tracemalloc.start()
    try:
        spool = ReplySpool()
        for number in range(2_000):
            spool.put(f"key {number}", Reply(text="x" * 1_000))
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held / 2_000 < 200
