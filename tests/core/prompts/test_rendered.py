"""The digest of what was sent, and those that a kept text may have."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.prompts.rendered import digest_or_none, digests_of_text, rendered_digest

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MESSAGES = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "system"]), "content": TEXTS}), min_size=1, max_size=4
)


@given(MESSAGES, st.booleans(), st.sampled_from([None, 2]))
def test_whatever_kept_the_messages_as_json_they_are_found(messages: Any, sort: bool, indent: int | None) -> None:
    wanted = (rendered_digest(messages),)
    for kept in (messages, {"messages": messages, "model": "m"}, {"request": {"messages": messages}}):
        assert digests_of_text(json.dumps(kept, sort_keys=sort, indent=indent, ensure_ascii=sort) + "\n") == wanted


@given(TEXTS, st.sampled_from(["user", "system", "developer", "assistant"]), st.sampled_from(["", "\n", "\r\n"]))
def test_the_text_of_one_message_is_found_whoever_said_it(text: str, role: str, end: str) -> None:
    assert rendered_digest([{"role": role, "content": text}]) in digests_of_text(text + end)


@given(MESSAGES, MESSAGES)
def test_other_messages_have_another_digest(one: Any, other: Any) -> None:
    assert (rendered_digest(one) == rendered_digest(other)) == (one == other)


@pytest.mark.parametrize(
    "messages", [[{"role": "user", "content": float("nan")}], [{"role": "user", "content": {1}}], ["x"], [None]]
)
def test_what_is_no_message_has_none(messages: Any) -> None:
    assert digest_or_none(messages) is None


@pytest.mark.parametrize("text", ["{}", "[]", "[1]", '{"messages": "x"}', "NaN", "[" * 100_000])
def test_json_that_holds_no_messages_is_a_text(text: str) -> None:
    assert rendered_digest([{"role": "user", "content": text}]) in digests_of_text(text)
