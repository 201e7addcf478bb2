from __future__ import annotations

import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.diffs.message_diff import Spoken, message_changes, sent_messages, written_messages
from tests.closures import prompt_with

S, U, A = (partial(Spoken, role) for role in ("system", "user", "assistant"))
CASES = [
    ([], [], []),
    ([S("a")], [S("a")], []),
    ([S("a")], [S("b")], [("changed", "system", 0, 0)]),
    ([S("a")], [U("a")], [("removed", "system", 0, None), ("added", "user", None, 0)]),
    ([S("a"), U("x")], [U("x")], [("removed", "system", 0, None)]),
    ([U("x")], [S("a"), U("x")], [("added", "system", None, 0)]),
    ([S("a"), U("x"), A("y"), U("z")], [S("b"), U("z")],
     [("changed", "system", 0, 0), ("removed", "user", 1, None), ("removed", "assistant", 2, None)]),
    ([S("a"), U("x")], [S("a"), U("y"), A("z"), U("x")],
     [("added", "user", None, 1), ("added", "assistant", None, 2)]),
    ([U("x"), U("y")], [U("x2"), U("y2")], [("changed", "user", 0, 0), ("changed", "user", 1, 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_messages_are_paired_by_role(old: list[Spoken], new: list[Spoken], expected: list[object]) -> None:
    found = [(change.kind, change.role, change.old, change.new) for change in message_changes(old, new)]
    assert found == expected


def test_a_cache_mark_that_moves_is_a_change_without_words() -> None:
    (change,) = message_changes([Spoken("system", "a", cache=False)], [Spoken("system", "a", cache=True)])
    assert change.cache is True
    assert change.to_dict() == {
        "role": "system",
        "kind": "changed",
        "old": 0,
        "new": 0,
        "text": [{"kind": "same", "text": "a"}],
        "cache": True,
    }


def test_parts_and_placeholders_are_spelled_as_text() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}}
    content = [{"type": "text", "text": "Look:"}, image]
    messages = [{"placeholder": "history"}, {"role": "user", "content": content}]
    prompt = prompt_with(inputs={"history": "array"}, messages=messages).prompt
    shown = "Look:\n[image https://example.org/a.png low]"
    exact = json.dumps({"content": content}, sort_keys=True)
    assert written_messages(prompt.messages) == (Spoken("placeholder", "history"), Spoken("user", shown, exact=exact))
    assert sent_messages([{"role": "user", "content": content, "cache": True}]) == (Spoken("user", shown, True, exact),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"content": "a"}, {"content": [{"type": "text", "text": "a"}]}),
        ({"content": [{"type": "text", "text": "a\nb"}]}, {"content": [{"type": "text", "text": it} for it in "ab"]}),
        ({"content": "[image x]"}, {"content": [{"type": "image_url", "image_url": {"url": "x"}}]}),
        ({"content": "a", "tool_call_id": "1"}, {"content": "a", "tool_call_id": "2"}),
    ],
)
def test_messages_that_read_alike_and_are_sent_otherwise(old: dict[str, object], new: dict[str, object]) -> None:
    before, after = (sent_messages([{"role": "tool", **found}]) for found in (old, new))
    (change,) = message_changes(before, after)
    assert {piece.kind for piece in change.pieces} > {"added"}
    assert not message_changes(before, sent_messages([{"role": "tool", **dict(reversed(old.items()))}]))


def test_the_order_of_keys_in_a_part_is_no_change() -> None:
    parts = [{"type": "image_url", "image_url": {"url": "x", "detail": "low"}}]
    other = [{"image_url": {"detail": "low", "url": "x"}, "type": "image_url"}]
    sides = (sent_messages([{"role": "user", "content": content}]) for content in (parts, other))
    assert not message_changes(*sides)


@pytest.mark.parametrize("content", [None, 3, ["x"], [{"type": "audio"}], [{"type": "image_url"}]])
def test_an_earlier_message_of_any_shape_is_spelled(content: object) -> None:
    assert sent_messages([{"role": "assistant", "content": content}])[0].role == "assistant"


MESSAGES = st.lists(st.builds(Spoken, st.sampled_from("sua"), st.sampled_from(["", "x", "y z"])), max_size=6)


@given(MESSAGES, MESSAGES)
def test_every_message_is_paired_once_or_reported(old: list[Spoken], new: list[Spoken]) -> None:
    changes = message_changes(old, new)
    gone = {change.old for change in changes if change.new is None}
    come = {change.new for change in changes if change.old is None}
    assert len(old) - len(gone) == len(new) - len(come)
    assert all(change.old is None or change.new is None or old[change.old] != new[change.new] for change in changes)
    assert not message_changes(old, old)


def test_many_equal_messages_take_no_time() -> None:
    """The square of their number would not end within the limit of a test."""
    assert message_changes([U("x")] * 60_000 + [S("a")], [S("b")] + [U("x")] * 50_000)
