from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.adapters.providers.answer import MalformedAnswer
from promptctl.adapters.providers.events import MAX_EVENT, Event, EventReader


def read(*pieces: bytes) -> list[Event]:
    reader = EventReader()
    return [event for piece in pieces for event in reader.feed(piece)]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("", []),
        ("data: a\n\n", [Event("message", "a")]),
        ("data:a\r\n\r\ndata:b\r\rdata: c\n\n", [Event("message", "a"), Event("message", "b"), Event("message", "c")]),
        ("event: ping\ndata: {}\nid: 7\nretry: 10\n\n", [Event("ping", "{}")]),
        ("data: a\ndata: b\ndata\n\n", [Event("message", "a\nb\n")]),
        (": a comment\n\n:\n\ndata:  x\n\n", [Event("message", " x")]),
        ("event: lost\n\ndata: a\n\n", [Event("message", "a")]),
        ("\ufeffdata: a\n\n", [Event("message", "a")]),
        ("data: never ended\n", []),
    ],
)
def test_events_however_they_are_cut(text: str, events: list[Event]) -> None:
    data = text.encode()
    assert read(data) == events
    assert read(*(data[place : place + 1] for place in range(len(data)))) == events


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]))), st.data())
def test_what_was_said_is_read_wherever_it_is_cut(said: list[str], data: st.DataObject) -> None:
    stream = "".join(f"data: {text}\n\n" for text in said).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=9)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert [event.data for event in read(*pieces)] == said


@pytest.mark.parametrize("data", [b"data: \xff\n\n", b"<html>\n", b'{"choices": []}\n', b"datum: a\n"])
def test_what_is_no_stream_of_events_is_no_answer(data: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        read(data)


def test_an_event_without_end_is_stopped() -> None:
    with pytest.raises(MalformedAnswer, match="longer than"):
        read(*[b"x" * 1000] * (MAX_EVENT // 1000 + 2))
    assert len(read(*[b"data: " + b"x" * 1000 + b"\n\n"] * 5000)) == 5000
