from __future__ import annotations

import base64
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.models.embedding import cosine, embedded_text, embedding_request, read_embedding, spell_embedding
from promptctl.core.models.request import Request

SINGLE = st.floats(-1e6, 1e6, width=32)


@given(st.lists(SINGLE, min_size=1, max_size=50))
def test_what_is_spelled_is_read_again(numbers: list[float]) -> None:
    assert read_embedding(spell_embedding(numbers)) == tuple(numbers)


@given(st.lists(st.tuples(SINGLE, SINGLE), min_size=1, max_size=20), st.floats(0.01, 100))
def test_cosine_is_symmetric_within_bounds_and_blind_to_length(pairs: list[tuple[float, float]], factor: float) -> None:
    one, other = ([pair[side] for pair in pairs] for side in (0, 1))
    if math.hypot(*one) < 1e-3 or math.hypot(*other) < 1e-3:
        return
    found = cosine(one, other)
    assert -1 <= found <= 1
    assert found == cosine(other, one)
    assert cosine([factor * number for number in one], other) == pytest.approx(found, abs=1e-9)
    assert cosine(one, one) == pytest.approx(1)
    assert cosine(one, [-number for number in one]) == pytest.approx(-1)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ([1.0], [1.0, 2.0], "different length: 1 and 2"),
        ([0.0, 0.0], [1.0, 0.0], "nothing but zeros"),
        ([1.0], [], "length"),
    ],
)
def test_what_has_no_cosine(one: list[float], other: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        cosine(one, other)


@pytest.mark.parametrize("numbers", [[], [math.nan], [1.0, math.inf], [1e300], [0.5] * 65_537])
def test_what_is_no_embedding(numbers: list[float]) -> None:
    with pytest.raises(ValueError, match="embedding"):
        spell_embedding(numbers)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello world",
        "AAA=",
        "AAAAAAA=",
        "ÄÄÄÄ",
        base64.b64encode(struct.pack("<2f", 1, math.nan)).decode(),
        "[masked]",
    ],
)
def test_what_no_reply_to_an_embedding_says(text: str) -> None:
    with pytest.raises(ValueError, match="embedding"):
        read_embedding(text)


def test_a_request_for_an_embedding_is_no_other_request() -> None:
    request = embedding_request("m", "hi")
    assert embedded_text(request) == "hi"
    chat = Request(model="m", messages=({"role": "user", "content": "hi"},))
    assert embedded_text(chat) is None
    assert embedded_text(Request(model="m", messages=())) is None
    assert request.key(0) not in (chat.key(0), embedding_request("n", "hi").key(0), embedding_request("m", "ho").key(0))
