"""Replies put aside come back, however many, and take few bytes of memory."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

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


def test_replies_are_not_held_in_memory() -> None:
    spool, before = ReplySpool(), _resident()
    for number in range(10_000):
        spool.put(f"key {number}", Reply(text=f"{number}" + "x" * 4_000))
    assert _resident() - before < 10 << 20
    assert spool["key 9999"].text.startswith("9999x")


def test_a_disk_that_takes_no_more_is_named_with_what_helps() -> None:
    filling = """
import resource
from promptctl.adapters.reply_spool import ReplySpool
from promptctl.core.models.request import Reply
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
spool = ReplySpool()
try:
    for number in range(10_000):
        spool.put(f"key {number}", Reply(text="x" * 4_000))
except Exception as error:
    print(type(error).__name__, error.code, error.hint)
"""
    done = subprocess.run([sys.executable, "-c", filling], capture_output=True, text=True, check=True)
    assert done.stdout == "OutsideError PC042 make room there, or name another folder with TMPDIR\n"


def _resident() -> int:
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
